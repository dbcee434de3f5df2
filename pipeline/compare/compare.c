#include "compare/compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare/compare_target.h"
#include "stats/holm.h"

static void *zeroed(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size);
    if (!p)
        abort();
    return p;
}

static long long count_right(const pl_common_images *m, int side, int run)
{
    long long right = 0;
    for (size_t i = 0; i < m->count; i++)
        right += m->right[side][run][i];
    return right;
}

static void find_accuracy(pl_comparison *c, int side)
{
    const pl_common_images *m = &c->images;
    double *each = zeroed((size_t)m->runs[side], sizeof *each);
    for (int k = 0; k < m->runs[side]; k++)
        each[k] = (double)count_right(m, side, k) / (double)m->count;
    c->seeds[side] = pl_summarize(each, (size_t)m->runs[side]);
    c->accuracy[side] = c->seeds[side].mean;
    c->wilson[side] = m->runs[side] == 1 ? pl_wilson(count_right(m, side, 0), (long long)m->count)
                                         : (pl_interval){(double)NAN, (double)NAN};
    free(each);
}

static void compare_pair(pl_comparison *c, int first, int second)
{
    const pl_common_images *m = &c->images;
    const uint8_t *a = m->right[0][first], *b = m->right[1][second];
    pl_seed_pair p = {.run = {first, second}};
    for (size_t i = 0; i < m->count; i++) {
        long long *counts[2][2] = {{&p.pairs.neither, &p.pairs.second},
                                   {&p.pairs.first, &p.pairs.both}};
        ++*counts[a[i]][b[i]];
    }
    p.paired = pl_compare_pairs(&p.pairs);
    p.auc = pl_delong_pair(m->p[0][first], m->p[1][second], m->label, m->count);
    c->all.both += p.pairs.both;
    c->all.first += p.pairs.first;
    c->all.second += p.pairs.second;
    c->all.neither += p.pairs.neither;
    c->pair = realloc(c->pair, (size_t)(c->pairs + 1) * sizeof *c->pair);
    if (!c->pair)
        abort();
    c->pair[c->pairs++] = p;
}

/* Two runs are a pair whatever their seeds; of groups, runs of one seed, and a run without one is in a pair with each. */
static void find_pairs(pl_comparison *c)
{
    for (int i = 0; i < c->side[0].runs; i++) {
        for (int k = 0; k < c->side[1].runs; k++) {
            const char *a = c->side[0].run[i].seed, *b = c->side[1].run[k].seed;
            if (!c->groups || !a[0] || !b[0] || strcmp(a, b) == 0)
                compare_pair(c, i, k);
        }
    }
}

static void conclude_pairs(pl_comparison *c)
{
    size_t n = (size_t)c->pairs;
    double *p = zeroed(n, sizeof *p), *d = zeroed(n, sizeof *d), *auc = zeroed(n, sizeof *auc);
    for (size_t k = 0; k < n; k++) {
        p[k] = c->pair[k].paired.exact_p;
        d[k] = c->pair[k].paired.difference;
        auc[k] = c->pair[k].auc.difference;
    }
    pl_holm(p, n, p);
    for (size_t k = 0; k < n; k++)
        c->pair[k].holm_p = p[k];
    c->by_seed = pl_effect_mean(d, n);
    c->auc_by_seed = pl_effect_mean(auc, n);
    free(p);
    free(d);
    free(auc);
}

static void find_difference(pl_comparison *c)
{
    const pl_common_images *m = &c->images;
    float *d = zeroed(m->count, sizeof *d);
    for (size_t i = 0; i < m->count; i++) {
        d[i] = m->share[0][i] - m->share[1][i];
        c->better[0] += d[i] > 1e-6f;
        c->better[1] += d[i] < -1e-6f;
    }
    c->alike = m->count - c->better[0] - c->better[1];
    c->difference = c->accuracy[0] - c->accuracy[1];
    c->boot = pl_paired_bootstrap_f(d, m->count, PL_COMPARE_SAMPLES, 1);
    free(d);
}

kn_status pl_compare(pl_compare_side side[2], const char *target, pl_comparison *out, kn_error *e)
{
    *out = (pl_comparison){.side = {side[0], side[1]}, .groups = side[0].group || side[1].group};
    side[0] = side[1] = (pl_compare_side){.runs = 0};
    kn_status rc = pl_compare_target(out->side, target, &out->target, &out->others, e);
    if (rc == KN_OK)
        rc = pl_common_images_read(out->side, out->target, &out->images, e);
    if (rc != KN_OK) {
        pl_comparison_clear(out);
        return rc;
    }
    find_accuracy(out, 0);
    find_accuracy(out, 1);
    find_pairs(out);
    conclude_pairs(out);
    find_difference(out);
    pl_compare_slices(out);
    return KN_OK;
}

void pl_comparison_clear(pl_comparison *c)
{
    for (size_t k = 0; k < c->slices; k++)
        free(c->slice[k].name);
    free(c->slice);
    free(c->pair);
    free(c->target);
    free(c->others);
    pl_common_images_clear(&c->images);
    pl_compare_side_clear(&c->side[0]);
    pl_compare_side_clear(&c->side[1]);
    *c = (pl_comparison){.pairs = 0};
}
