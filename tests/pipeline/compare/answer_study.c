#include "pipeline/compare/answer_study.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tst.h"
#include "util/str.h"

static void *zeroed(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size);
    if (!p)
        abort();
    return p;
}

static unsigned hashed(unsigned i, unsigned salt)
{
    unsigned h = i * 2654435761u + salt * 2246822519u;
    h ^= h >> 15;
    h *= 3266489917u;
    return (h >> 16) % 1000;
}

/* Which image of the first set stands at place k of this one. */
static size_t image_at(const pl_image_set *s, int kind, size_t k)
{
    size_t val = s->on_side[PL_SIDE_VAL];
    return kind == ASK_BACKWARDS && k >= val ? s->count - 1 - (k - val) : k;
}

static pl_image_set *new_set(int images, int kind)
{
    pl_image_set *s = zeroed(1, sizeof *s);
    s->on_side[PL_SIDE_TEST] = (size_t)images;
    s->on_side[PL_SIDE_VAL] = (size_t)images / 2;
    s->count = s->on_side[PL_SIDE_TEST] + s->on_side[PL_SIDE_VAL];
    s->name = zeroed(s->count, sizeof *s->name);
    s->label = zeroed(s->count, 1);
    s->side = zeroed(s->count, 1);
    for (size_t k = 0; k < s->count; k++) {
        size_t i = image_at(s, kind, k);
        s->name[k] = pl_format("%s%06zu.jpg", kind == ASK_OTHER_NAMES ? "x" : "", i);
        s->label[k] = i % 5 < 2 || (kind == ASK_OTHER_LABELS && i % 100 == 99);
        s->side[k] = k < s->on_side[PL_SIDE_VAL] ? PL_SIDE_VAL : PL_SIDE_TEST;
    }
    return s;
}

static pl_image_set *add_set(answer_study *s, int kind)
{
    pl_image_sets *sets = &s->a.sets;
    sets->set = realloc(sets->set, (sets->count + 1) * sizeof(*sets->set));
    if (!sets->set)
        abort();
    return sets->set[sets->count++] = new_set(s->images, kind);
}

static void answer_all(answer_study *s, int run)
{
    pl_answers *a = &s->a.run[run];
    for (size_t i = 0; i < a->images->count; i++)
        a->probability[i] = a->images->label[i] ? 0.75f : 0.25f;
}

void answer_study_new(answer_study *s, int groups, int seeds, int images)
{
    static const char *const seed_names[] = {"1", "2", "3", "4", "5", "6"};
    static const char *axis[] = {"train.lr"};
    memset(s, 0, sizeof *s);
    s->images = images;
    s->d.run_count = s->a.run_count = s->d.done = groups * seeds;
    s->d.group_count = groups;
    s->d.run = zeroed((size_t)s->d.run_count, sizeof *s->d.run);
    s->a.run = zeroed((size_t)s->d.run_count, sizeof *s->a.run);
    s->d.group = zeroed((size_t)groups, sizeof *s->d.group);
    s->d.axis = axis;
    s->d.axis_count = 1;
    s->d.name = pl_strdup("small");
    s->d.dir = pl_strdup("/nowhere");
    pl_image_set *set = add_set(s, -1);
    for (int g = 0; g < groups; g++) {
        pl_report_group *group = &s->d.group[g];
        const char **value = zeroed(1, sizeof *value);
        value[0] = pl_format("0.%d", g + 1);
        group->value = value;
        group->name = pl_format("g%d", g);
        group->label = pl_format("g%d", g);
        group->run = zeroed((size_t)seeds, sizeof *group->run);
        group->run_count = seeds;
        for (int k = 0; k < seeds; k++) {
            int i = g * seeds + k;
            group->run[k] = i;
            s->d.run[i] = (pl_report_run){.id = "0123456789ab",
                                          .status = "done",
                                          .seed = seed_names[k],
                                          .model = "cnn",
                                          .size = "50x50",
                                          .params = "1000",
                                          .epochs = "4",
                                          .value = value,
                                          .group = g,
                                          .done = true};
            for (int m = 0; m < PL_METRIC_COUNT; m++)
                s->d.run[i].metric[m] = (double)NAN;
            s->a.run[i] = (pl_answers){set, zeroed(set->count, sizeof(float))};
            answer_all(s, i);
        }
    }
}

void answer_study_clear(answer_study *s)
{
    for (int i = 0; i < s->d.run_count; i++) {
        free(s->d.run[i].epoch);
        json_decref(s->d.run[i].manifest);
        json_decref(s->d.run[i].metrics);
        free(s->a.run[i].probability);
    }
    for (int g = 0; g < s->d.group_count; g++) {
        free((char *)(uintptr_t)s->d.group[g].value[0]);
        free((void *)(uintptr_t)s->d.group[g].value);
        free((char *)(uintptr_t)s->d.group[g].name);
        free(s->d.group[g].label);
        free(s->d.group[g].run);
    }
    for (size_t k = 0; k < s->a.sets.count; k++) {
        pl_image_set *set = s->a.sets.set[k];
        for (size_t i = 0; i < set->count; i++)
            free((char *)(uintptr_t)set->name[i]);
        free(set->name);
        free(set->label);
        free(set->side);
        free(set);
    }
    free(s->a.sets.set);
    free(s->a.run);
    free(s->d.run);
    free(s->d.group);
    free(s->d.name);
    free(s->d.dir);
}

static void flip(pl_answers *a, size_t i)
{
    a->probability[i] = 1.0f - a->probability[i];
}

void answer_study_answer(answer_study *s, int run, unsigned salt, int threshold)
{
    pl_answers *a = &s->a.run[run];
    size_t val = a->images->on_side[PL_SIDE_VAL];
    bool backwards = a->images->count > 1 &&
                     strcmp(a->images->name[val], s->a.sets.set[0]->name[val]) &&
                     a->images->name[val][0] != 'x';
    answer_all(s, run);
    for (size_t i = 0; i < a->images->count; i++) {
        unsigned at = (unsigned)(i >= val ? i - val : 1000000 - i);
        if (i >= val && backwards)
            at = (unsigned)(a->images->count - 1 - i);
        if ((int)(hashed(at, 0) + hashed(at, salt)) < threshold)
            flip(a, i);
    }
}

void answer_study_ask(answer_study *s, int run, answer_set set)
{
    s->a.run[run].images = add_set(s, (int)set);
    answer_all(s, run);
}

static void count_run(answer_study *s, int run)
{
    const pl_answers *a = &s->a.run[run];
    pl_report_run *r = &s->d.run[run];
    memset(&r->test, 0, sizeof r->test);
    memset(&r->val, 0, sizeof r->val);
    for (size_t i = 0; i < a->images->count; i++) {
        pl_confusion *c = a->images->side[i] == PL_SIDE_TEST ? &r->test : &r->val;
        c->count[a->images->label[i]][a->probability[i] > 0.5f]++;
    }
    r->metric[PL_TEST_ACCURACY] =
        (double)(r->test.count[0][0] + r->test.count[1][1]) / (double)pl_confusion_total(&r->test);
    r->metric[PL_VAL_ACCURACY] =
        (double)(r->val.count[0][0] + r->val.count[1][1]) / (double)pl_confusion_total(&r->val);
}

void answer_study_finish(answer_study *s)
{
    pl_study_data *d = &s->d;
    const pl_confusion *first = &d->run[0].test;
    for (int i = 0; i < d->run_count; i++)
        if (d->run[i].done && s->a.run[i].images)
            count_run(s, i);
    d->test_images = s->images;
    d->one_test_set = true;
    double ones = (double)(first->count[1][0] + first->count[1][1]) / s->images;
    d->majority = fmax(ones, 1 - ones);
    for (int m = 0; m < PL_METRIC_COUNT; m++)
        d->best[m] = (double)NAN;
    for (int g = 0; g < d->group_count; g++) {
        pl_report_group *group = &d->group[g];
        double *values = zeroed((size_t)group->run_count, sizeof *values);
        for (int m = 0; m < PL_METRIC_COUNT; m++) {
            group->done = 0;
            for (int k = 0; k < group->run_count; k++)
                if (d->run[group->run[k]].done)
                    values[group->done++] = d->run[group->run[k]].metric[m];
            group->summary[m] = pl_summarize(values, (size_t)group->done);
            d->best[m] = fmax(d->best[m], group->summary[m].mean);
        }
        free(values);
    }
}
