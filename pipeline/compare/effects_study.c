#include "compare/effects_study.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare/effects_cells.h"
#include "io/csv.h"
#include "stats/holm.h"

static void *zeroed(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size);
    if (!p)
        abort();
    return p;
}

/* A list of values that grows. */
typedef struct values {
    double *v;
    size_t n, room;
} values;

static void add_value(values *s, double v)
{
    if (s->n == s->room) {
        s->room = s->room ? 2 * s->room : 16;
        s->v = realloc(s->v, s->room * sizeof *s->v);
        if (!s->v)
            abort();
    }
    s->v[s->n++] = v;
}

/* Test accuracy of the group's run of this seed; NaN: none. A group whose only run takes no seed has it for every seed. */
static double accuracy_at(const pl_study_data *d, int group, const char *seed)
{
    const pl_report_group *g = &d->group[group];
    for (int k = 0; k < g->run_count; k++) {
        const pl_report_run *r = &d->run[g->run[k]];
        if (r->done && (!r->seed[0] || strcmp(r->seed, seed) == 0))
            return r->metric[PL_TEST_ACCURACY];
    }
    return (double)NAN;
}

/* Adds sum of sign[i] * accuracy of group[i], a value per seed that all groups have; where none is common, one of the means. */
static void add_contrast(const pl_study_data *d, const int *group, const double *sign, int groups,
                         values *out)
{
    size_t before = out->n;
    int most = 0; /* the group whose runs give the seeds: one that takes seeds, if any */
    for (int i = 1; i < groups; i++)
        if (!d->run[d->group[group[most]].run[0]].seed[0])
            most = i;
    const pl_report_group *g = &d->group[group[most]];
    for (int k = 0; k < g->run_count; k++) {
        double sum = 0.0;
        if (!d->run[g->run[k]].done)
            continue;
        for (int i = 0; i < groups; i++)
            sum += sign[i] * accuracy_at(d, group[i], d->run[g->run[k]].seed);
        if (!isnan(sum))
            add_value(out, sum);
    }
    if (out->n == before) {
        double sum = 0.0;
        for (int i = 0; i < groups; i++)
            sum += sign[i] * d->group[group[i]].summary[PL_TEST_ACCURACY].mean;
        add_value(out, sum);
    }
}

/* The end of the cell that starts at i. */
static int cell_end(const pl_points *p, int i, int count)
{
    int end = i + 1;
    while (end < count && pl_points_together(p, i, end))
        end++;
    return end;
}

static void find_level_effects(const pl_study_data *d, pl_points *p, pl_key_effect *k)
{
    static const double sign[2] = {1.0, -1.0};
    values *found = zeroed((size_t)k->levels, sizeof *found);
    int count = pl_points_sort(p, k->axis, -1);
    k->level = zeroed((size_t)k->levels, sizeof *k->level);
    for (int i = 0, end; i < count; i = end) {
        end = cell_end(p, i, count);
        int reference = i;
        while (reference < end && p->point[reference].level[k->axis] != 0)
            reference++;
        for (int x = i; x < end && reference < end; x++) {
            int level = p->point[x].level[k->axis];
            if (level == 0)
                continue;
            add_contrast(d, (const int[2]){p->point[x].group, p->point[reference].group}, sign, 2,
                         &found[level]);
            k->level[level].cells++;
        }
    }
    for (int v = 0; v < k->levels; v++) {
        k->level[v].value = p->value[k->axis][v];
        k->level[v].effect = pl_effect_mean(found[v].v, found[v].n);
        free(found[v].v);
    }
    free(found);
}

typedef struct number {
    double value;
    int level;
} number;

static int by_number(const void *a, const void *b)
{
    double x = ((const number *)a)->value, y = ((const number *)b)->value;
    return (x > y) - (x < y);
}

/* The levels' places among the numbers, from 0; false where one is no number. heap: [levels] */
static bool rank_levels(const pl_points *p, int axis, double *rank)
{
    int levels = p->levels[axis];
    number *n = zeroed((size_t)levels, sizeof *n);
    bool all = true;
    for (int v = 0; v < levels; v++) {
        char *end;
        n[v] = (number){strtod(p->value[axis][v], &end), v};
        all = all && end != p->value[axis][v] && !*end && isfinite(n[v].value);
    }
    qsort(n, (size_t)levels, sizeof *n, by_number);
    for (int v = 0; v < levels; v++)
        rank[n[v].level] = v;
    free(n);
    return all;
}

typedef struct seed_block {
    const char *seed;
    int at;
} seed_block;

/* A block per cell and seed. */
static void find_trend(const pl_study_data *d, pl_points *p, pl_key_effect *k)
{
    double *rank = zeroed((size_t)k->levels, sizeof *rank);
    values x = {NULL, 0, 0}, y = {NULL, 0, 0};
    int *block = zeroed((size_t)d->run_count, sizeof *block), blocks = 0;
    seed_block *seeds = zeroed((size_t)d->run_count, sizeof *seeds);
    int count = pl_points_sort(p, k->axis, -1);
    bool numeric = k->levels >= 3 && rank_levels(p, k->axis, rank);
    for (int i = 0, end; numeric && i < count; i = end) {
        int seeds_here = 0;
        end = cell_end(p, i, count);
        for (int q = i; q < end; q++) {
            const pl_report_group *g = &d->group[p->point[q].group];
            for (int r = 0; r < g->run_count; r++) {
                const pl_report_run *run = &d->run[g->run[r]];
                int s = 0;
                if (!run->done || isnan(run->metric[PL_TEST_ACCURACY]))
                    continue;
                while (s < seeds_here && strcmp(seeds[s].seed, run->seed) != 0)
                    s++;
                if (s == seeds_here)
                    seeds[seeds_here++] = (seed_block){run->seed, blocks++};
                block[x.n] = seeds[s].at;
                add_value(&x, rank[p->point[q].level[k->axis]]);
                add_value(&y, run->metric[PL_TEST_ACCURACY]);
            }
        }
    }
    k->trend = pl_effect_slope(x.v, y.v, block, x.n, blocks);
    free(x.v);
    free(y.v);
    free(block);
    free(seeds);
    free(rank);
}

/* The point of the cell [i, end) at these levels; -1: none. */
static int point_at(const pl_points *p, int i, int end, const int axis[2], int v, int w)
{
    for (int q = i; q < end; q++)
        if (p->point[q].level[axis[0]] == v && p->point[q].level[axis[1]] == w)
            return p->point[q].group;
    return -1;
}

static void add_interaction(pl_study_effects *e, const pl_points *p, const int axis[2], int v,
                            int w, int cells, const values *found)
{
    pl_interaction one = {.axis = {axis[0], axis[1]}, .cells = cells};
    e->interaction =
        realloc(e->interaction, ((size_t)e->interactions + 1) * sizeof *e->interaction);
    if (!e->interaction)
        abort();
    one.value[0] = p->value[axis[0]][v];
    one.value[1] = p->value[axis[1]][w];
    one.reference[0] = p->value[axis[0]][0];
    one.reference[1] = p->value[axis[1]][0];
    one.effect = pl_effect_mean(found->v, found->n);
    e->interaction[e->interactions++] = one;
}

static void find_interaction(const pl_study_data *d, pl_points *p, const int axis[2], int count,
                             int v, int w, pl_study_effects *e)
{
    static const double sign[4] = {1.0, -1.0, -1.0, 1.0};
    values found = {NULL, 0, 0};
    int cells = 0;
    for (int i = 0, end; i < count; i = end) {
        end = cell_end(p, i, count);
        const int at[4] = {point_at(p, i, end, axis, v, w), point_at(p, i, end, axis, 0, w),
                           point_at(p, i, end, axis, v, 0), point_at(p, i, end, axis, 0, 0)};
        if (at[0] < 0 || at[1] < 0 || at[2] < 0 || at[3] < 0)
            continue;
        add_contrast(d, at, sign, 4, &found);
        cells++;
    }
    if (cells)
        add_interaction(e, p, axis, v, w, cells, &found);
    free(found.v);
}

/* Accuracies of models that tell different attributes answer different questions. */
static bool is_apart(const pl_study_data *d, int axis)
{
    return strcmp(d->axis[axis], "data.target") == 0 && !pl_study_tells_alike(d);
}

static void find_interactions(const pl_study_data *d, pl_points *p, pl_study_effects *e)
{
    for (int a = 0; a < p->axes; a++) {
        for (int b = a + 1; b < p->axes; b++) {
            const int axis[2] = {a, b};
            if (p->levels[a] > PL_EFFECTS_MAX_LEVELS || p->levels[b] > PL_EFFECTS_MAX_LEVELS ||
                is_apart(d, a) || is_apart(d, b))
                continue;
            int count = pl_points_sort(p, a, b);
            for (int v = 1; v < p->levels[a]; v++)
                for (int w = 1; w < p->levels[b]; w++)
                    find_interaction(d, p, axis, count, v, w, e);
        }
    }
}

static void correct(pl_study_effects *e)
{
    values p = {NULL, 0, 0};
    size_t at = 0;
    for (int k = 0; k < e->keys; k++)
        for (int v = 0; e->key[k].level && v < e->key[k].levels; v++)
            add_value(&p, e->key[k].level[v].effect.p);
    pl_holm(p.v, p.n, p.v);
    for (int k = 0; k < e->keys; k++)
        for (int v = 0; e->key[k].level && v < e->key[k].levels; v++)
            e->key[k].level[v].holm_p = p.v[at++];
    p.n = at = 0;
    for (int i = 0; i < e->interactions; i++)
        add_value(&p, e->interaction[i].effect.p);
    pl_holm(p.v, p.n, p.v);
    for (int i = 0; i < e->interactions; i++)
        e->interaction[i].holm_p = p.v[at++];
    free(p.v);
}

void pl_study_effects_new(const pl_study_data *d, pl_study_effects *out)
{
    pl_points p;
    pl_points_new(d, &p);
    *out = (pl_study_effects){.key = zeroed((size_t)p.axes, sizeof *out->key), .keys = p.axes};
    for (int a = 0; a < p.axes; a++) {
        pl_key_effect *k = &out->key[a];
        *k = (pl_key_effect){.axis = a, .levels = p.levels[a], .apart = is_apart(d, a)};
        if (k->apart)
            continue;
        if (k->levels <= PL_EFFECTS_MAX_LEVELS)
            find_level_effects(d, &p, k);
        find_trend(d, &p, k);
    }
    find_interactions(d, &p, out);
    correct(out);
    pl_points_free(&p);
}

void pl_study_effects_free(pl_study_effects *e)
{
    for (int k = 0; k < e->keys; k++)
        free(e->key[k].level);
    free(e->key);
    free(e->interaction);
    *e = (pl_study_effects){.keys = 0};
}

bool pl_study_has_effects(const pl_study_effects *e)
{
    for (int k = 0; k < e->keys; k++) {
        if (e->key[k].trend.n > 0)
            return true;
        for (int v = 0; e->key[k].level && v < e->key[k].levels; v++)
            if (e->key[k].level[v].effect.n > 0)
                return true;
    }
    return false;
}

/* The columns from cells on. cells < 0: empty. */
static void add_effect(pl_str *s, int cells, const pl_effect *f, double holm_p)
{
    const double numbers[5] = {f->value, f->low, f->high, f->p, holm_p};
    if (cells >= 0)
        pl_str_addf(s, "%d", cells);
    pl_str_addf(s, ",%d,%d", f->n, f->df);
    for (int i = 0; i < 5; i++) {
        pl_str_add(s, ",");
        pl_csv_add_number(s, numbers[i]);
    }
    pl_str_add(s, "\n");
}

static void add_names(pl_str *s, const char *kind, const char *const name[6])
{
    pl_str_add(s, kind);
    for (int i = 0; i < 6; i++) {
        pl_str_add(s, ",");
        pl_csv_add(s, name[i]);
    }
    pl_str_add(s, ",");
}

void pl_study_effects_csv(const pl_study_data *d, const pl_study_effects *e, pl_str *s)
{
    pl_str_add(s, "kind,key,value,reference,key_2,value_2,reference_2,cells,n,df,difference,"
                  "ci95_low,ci95_high,p,p_holm\n");
    for (int i = 0; i < e->keys; i++) {
        const pl_key_effect *k = &e->key[i];
        const char *key = d->axis[k->axis];
        for (int v = 1; k->level && v < k->levels; v++) {
            const pl_level_effect *l = &k->level[v];
            const char *const name[6] = {key, l->value, k->level[0].value, "", "", ""};
            add_names(s, "level", name);
            add_effect(s, l->cells, &l->effect, l->holm_p);
        }
        if (k->trend.n > 0) {
            add_names(s, "trend", (const char *const[6]){key, "", "", "", "", ""});
            add_effect(s, -1, &k->trend, (double)NAN);
        }
    }
    for (int i = 0; i < e->interactions; i++) {
        const pl_interaction *x = &e->interaction[i];
        const char *const name[6] = {d->axis[x->axis[0]], x->value[0], x->reference[0],
                                     d->axis[x->axis[1]], x->value[1], x->reference[1]};
        add_names(s, "interaction", name);
        add_effect(s, x->cells, &x->effect, x->holm_p);
    }
}
