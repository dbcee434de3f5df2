#include "pipeline/insight/insight_rig.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tst.h"
#include "util/str.h"

static void *zeroed(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size);
    CU_ASSERT_PTR_NOT_NULL_FATAL(p);
    return p;
}

static float made_probability(int i, int seed, int label)
{
    int x = (int)(((long long)i * 7919 + (long long)seed * 104729) % 1009);
    double p = (label ? 0.35 : 0.0) + 0.65 * x / 1009;
    return (float)(i % 3 == 0 ? rint(p * 20) / 20 : p);
}

static void make_attributes(pl_image_set *set)
{
    static const char *const name[3] = {"Glasses", "Male", "Beard"};
    pl_attributes *a = &set->attributes;
    a->columns = 3;
    a->column = zeroed(3, sizeof *a->column);
    a->value = zeroed(3 * set->count, 1);
    for (size_t c = 0; c < 3; c++)
        a->column[c] = pl_strdup(name[c]);
    for (size_t i = 0; i < set->count; i++) {
        bool beard = i * 13 % 7 < 2 && set->label[i];
        a->value[3 * i] = i % 4 == 0 ? 1 : -1;
        a->value[3 * i + 1] = set->label[i] ? 1 : -1;
        a->value[3 * i + 2] = beard ? 1 : i % 50 == 49 ? 0 : -1;
    }
}

/* The names belong to name[count], as in answers.c. */
static pl_image_set *make_set(const insight_rig *rig)
{
    pl_image_set *set = zeroed(1, sizeof *set);
    size_t n = (size_t)rig->val + (size_t)rig->test;
    char *names = zeroed(n + 1, 16);
    set->name = zeroed(n + 1, sizeof *set->name);
    set->label = zeroed(n, 1);
    set->side = zeroed(n, 1);
    set->name[n] = names;
    for (size_t i = 0; i < n; i++) {
        snprintf(names + 16 * i, 16, "%06d.jpg", (int)(i % 1000000));
        set->name[i] = names + 16 * i;
        set->label[i] = rig->one_class || i * 31 % 100 < 37;
        set->side[i] = i < (size_t)rig->val ? PL_SIDE_VAL : PL_SIDE_TEST;
        set->on_side[set->side[i]]++;
    }
    set->count = n;
    if (rig->attributes)
        make_attributes(set);
    return set;
}

static void make_group(insight_study *s, const insight_rig *rig, int group)
{
    pl_report_group *g = &s->d.group[group];
    g->name = pl_format("g%d", group);
    g->label = pl_format("%d & 'lr=0.01'", group);
    g->run = zeroed((size_t)rig->seeds, sizeof *g->run);
    g->run_count = g->done = rig->seeds;
    for (int m = 0; m < PL_METRIC_COUNT; m++)
        g->summary[m] = (pl_summary){0, (double)NAN, (double)NAN, (double)NAN, (double)NAN};
    if (rig->test)
        g->summary[PL_TEST_ACCURACY] = (pl_summary){rig->seeds, 0.9 - 0.01 * group, 0.01, 0.8, 1};
    for (int k = 0; k < rig->seeds; k++) {
        int i = group * rig->seeds + k;
        pl_report_run *r = &s->d.run[i];
        g->run[k] = i;
        r->id = pl_format("run%d%d", group, k);
        r->seed = pl_format("%d", k + 1);
        r->status = "done";
        r->model = "cnn";
        r->done = true;
        r->group = group;
        for (int m = 0; m < PL_METRIC_COUNT; m++)
            r->metric[m] = (double)NAN;
        if (rig->val)
            r->metric[PL_VAL_ACCURACY] = k == 1 ? 0.9 : 0.8;
        r->manifest = json_pack("{s:{s:s},s:{s:s}}", "spec", "data.target", "Male", "keys", "split",
                                "0123456789abcdef");
        pl_image_set *set = s->answers.sets.set[0];
        s->answers.run[i] = (pl_answers){set, zeroed(set->count, sizeof(float))};
        for (size_t j = 0; j < set->count; j++)
            s->answers.run[i].probability[j] = made_probability((int)j, k + 1, set->label[j]);
    }
}

void insight_study_make(insight_study *s, const insight_rig *rig)
{
    int runs = rig->groups * rig->seeds;
    memset(s, 0, sizeof *s);
    s->d.dir = pl_strdup("results/made");
    s->d.name = pl_strdup("made");
    s->d.run = zeroed((size_t)runs, sizeof *s->d.run);
    s->d.run_count = s->answers.run_count = s->d.done = runs;
    s->d.group = zeroed((size_t)rig->groups, sizeof *s->d.group);
    s->d.group_count = rig->groups;
    s->answers.run = zeroed((size_t)runs, sizeof *s->answers.run);
    s->answers.sets.set = zeroed(1, sizeof *s->answers.sets.set);
    s->answers.sets.set[0] = make_set(rig);
    s->answers.sets.count = 1;
    for (int g = 0; g < rig->groups; g++)
        make_group(s, rig, g);
}

static void free_text(const char *text)
{
    free((void *)(uintptr_t)text);
}

void insight_study_free(insight_study *s)
{
    for (int i = 0; i < s->d.run_count; i++) {
        free_text(s->d.run[i].id);
        free_text(s->d.run[i].seed);
        json_decref(s->d.run[i].manifest);
    }
    for (int g = 0; g < s->d.group_count; g++) {
        free_text(s->d.group[g].name);
        free(s->d.group[g].label);
        free(s->d.group[g].run);
    }
    free(s->d.run);
    free(s->d.group);
    free(s->d.dir);
    free(s->d.name);
    pl_study_answers_clear(&s->answers);
}

char *insight_doc_text(const pl_doc *doc)
{
    pl_str s;
    pl_str_init(&s);
    for (size_t i = 0; i < doc->count; i++) {
        const pl_block *b = &doc->block[i];
        pl_str_addf(&s, "%s%s%s\n", b->name ? b->name : "", b->name ? ": " : "",
                    b->text ? b->text : "");
        for (size_t k = 0; k < b->rows * b->columns; k++)
            pl_str_addf(&s, "%s%s", b->cell[k].text, (k + 1) % b->columns ? " | " : "\n");
    }
    return pl_str_take(&s);
}
