#include "insight/labels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/name_index.h"
#include "insight/scores_names.h"
#include "insight/scores_side.h"
#include "io/csv.h"
#include "stats/roc.h"

static void *zeroed(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size);
    if (!p)
        abort();
    return p;
}

/* Every different image of the study, and where each set's images are among them. */
typedef struct pool {
    pl_doubt *image;
    size_t count;
    size_t **of_set; /* [sets][images of the set] */
} pool;

static void make_pool(const pl_study_answers *answers, pool *out)
{
    size_t all = 0, k;
    for (k = 0; k < answers->sets.count; k++)
        all += answers->sets.set[k]->count;
    *out = (pool){zeroed(all, sizeof *out->image), 0,
                  zeroed(answers->sets.count, sizeof *out->of_set)};
    pl_names names;
    pl_str key;
    pl_names_init(&names);
    pl_str_init(&key);
    for (k = 0; k < answers->sets.count; k++) {
        const pl_image_set *set = answers->sets.set[k];
        out->of_set[k] = zeroed(set->count, sizeof **out->of_set);
        for (size_t i = 0; i < set->count; i++) {
            pl_str_reset(&key);
            pl_str_addf(&key, "%d %d %s", set->side[i], set->label[i], set->name[i]);
            ptrdiff_t row = pl_names_add(&names, key.text);
            if (row < 0) {
                row = (ptrdiff_t)out->count++;
                out->image[row] =
                    (pl_doubt){.image = set->name[i], .side = set->side[i], .label = set->label[i]};
            }
            out->of_set[k][i] = (size_t)row;
        }
    }
    pl_str_clear(&key);
    pl_names_clear(&names);
}

static void free_pool(pool *p, size_t sets)
{
    for (size_t k = 0; k < sets; k++)
        free(p->of_set[k]);
    free(p->of_set);
    free(p->image);
}

static size_t set_number(const pl_study_answers *answers, const pl_image_set *set)
{
    size_t k = 0;
    while (answers->sets.set[k] != set)
        k++;
    return k;
}

static double auc_on(const pl_answers *a, int side)
{
    pl_side_answers s;
    pl_side_answers_of(a, side, &s);
    double auc = pl_delong(s.p, s.label, s.count).auc;
    pl_side_answers_clear(&s);
    return auc;
}

/* Adds the group's voice on one side. Returns whether one of its runs was asked. */
static bool ask(const pl_study_answers *answers, const pl_group_answers *g, int side, pool *p)
{
    const pl_image_set *set = g->images;
    const size_t *row = p->of_set[set_number(answers, set)];
    double *sum = zeroed(set->count, sizeof *sum);
    int asked = 0;
    for (int k = 0; k < g->count; k++) {
        const pl_answers *a = &answers->run[g->run[k]];
        if (!(auc_on(a, side) >= PL_LABEL_AUC))
            continue;
        for (size_t i = 0; i < set->count; i++)
            sum[i] += set->label[i] ? (double)a->probability[i] : 1.0 - (double)a->probability[i];
        asked++;
    }
    for (size_t i = 0; i < set->count && asked > 0; i++) {
        if (set->side[i] != side)
            continue;
        pl_doubt *its = &p->image[row[i]];
        its->asked++;
        its->mean += sum[i] / asked;
        its->wrong += sum[i] / asked < PL_LABEL_DOUBT;
    }
    free(sum);
    return asked > 0;
}

static int by_doubt(const void *a, const void *b)
{
    const pl_doubt *x = a, *y = b;
    long long left = (long long)x->wrong * y->asked, right = (long long)y->wrong * x->asked;
    if (left != right)
        return left > right ? -1 : 1;
    if (x->mean != y->mean)
        return x->mean < y->mean ? -1 : 1;
    int order = strcmp(x->image, y->image);
    return order ? order : x->side != y->side ? x->side - y->side : x->label - y->label;
}

void pl_doubts_of(const pl_study_data *d, const pl_study_answers *answers, pl_doubts *out)
{
    pool p;
    *out = (pl_doubts){.item = NULL};
    make_pool(answers, &p);
    for (int g = 0; g < d->group_count; g++) {
        pl_group_answers its;
        pl_group_answers_of(d, answers, g, &its);
        if (its.images) {
            bool val = ask(answers, &its, PL_SIDE_VAL, &p);
            bool test = ask(answers, &its, PL_SIDE_TEST, &p);
            out->models += val || test;
            out->left_out += !val && !test;
        }
        pl_group_answers_clear(&its);
    }
    for (size_t i = 0; i < p.count; i++) {
        pl_doubt *its = &p.image[i];
        out->images += its->asked > 0;
        if (its->wrong >= 2 && 2 * its->wrong >= its->asked) {
            its->mean /= its->asked;
            p.image[out->count++] = *its;
        }
    }
    out->item = p.image;
    p.image = NULL;
    qsort(out->item, out->count, sizeof *out->item, by_doubt);
    free_pool(&p, answers->sets.count);
}

void pl_doubts_clear(pl_doubts *s)
{
    free(s->item);
    *s = (pl_doubts){.item = NULL};
}

void pl_label_errors_csv(const pl_doubts *s, pl_str *csv)
{
    pl_str_add(csv, "image,side,label,models_wrong,models,mean_probability_of_label\n");
    for (size_t i = 0; i < s->count; i++) {
        const pl_doubt *its = &s->item[i];
        pl_csv_add(csv, its->image);
        pl_str_addf(csv, ",%s,%d,%d,%d,%.9g\n", pl_side_names[its->side], its->label, its->wrong,
                    its->asked, its->mean);
    }
}
