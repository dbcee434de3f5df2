/* Which pictures are shown, declared in sheets.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "insight/sheets.h"

const char *const pl_sheet_names[PL_SHEETS] = {"errors", "uncertain", "right", "maps"};

int pl_side_shown(const pl_image_set *images)
{
    return images->on_side[PL_SIDE_TEST] > 0 ? PL_SIDE_TEST : PL_SIDE_VAL;
}

int pl_run_shown(const pl_study_data *d, const pl_study_answers *a, int group)
{
    const pl_report_group *g = &d->group[group];
    int best = -1;
    double most = (double)NAN;
    for (int i = 0; i < g->run_count; i++) {
        int r = g->run[i];
        double v = d->run[r].metric[PL_VAL_ACCURACY];
        if (!a->run[r].images || (best >= 0 && !(v > most) && !(isnan(most) && !isnan(v))))
            continue;
        best = r;
        most = v;
    }
    return best;
}

typedef struct candidate {
    double rank; /* the smallest first */
    uint32_t image;
} candidate;

static int by_rank(const void *a, const void *b)
{
    const candidate *x = a, *y = b;
    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    return (x->image > y->image) - (x->image < y->image);
}

static bool fits(pl_sheet_kind kind, const pl_answers *a, size_t i)
{
    if (kind == PL_SHEET_UNCERTAIN)
        return true;
    return pl_is_right(a, i) == (kind == PL_SHEET_RIGHT);
}

/* How near 1/2, or how far from the right answer. */
static double rank_of(pl_sheet_kind kind, const pl_answers *a, size_t i)
{
    double p = (double)a->probability[i];
    if (kind == PL_SHEET_UNCERTAIN)
        return fabs(p - 0.5);
    return a->images->label[i] ? p : -p;
}

/* Random ranks: the run's id and the label are the seed. */
static void draw(candidate *c, size_t n, int label, const char *run_id)
{
    kn_rng rng;
    kn_rng_init(&rng, strtoull(run_id, NULL, 16), (uint64_t)label);
    for (size_t i = 0; i < n; i++)
        c[i].rank = kn_rng_uniform64(&rng);
}

pl_choice pl_sheet_choose(pl_sheet_kind kind, const pl_answers *a, int side, int label,
                          const char *run_id, size_t most)
{
    const pl_image_set *set = a->images;
    candidate *c = malloc((set->count + 1) * sizeof *c);
    pl_choice out = {malloc((most + 1) * sizeof *out.image), 0, 0};
    if (!c || !out.image)
        abort();
    for (size_t i = 0; i < set->count; i++)
        if (set->side[i] == side && set->label[i] == label && fits(kind, a, i))
            c[out.all++] = (candidate){rank_of(kind, a, i), (uint32_t)i};
    if (kind == PL_SHEET_RIGHT)
        draw(c, out.all, label, run_id);
    qsort(c, out.all, sizeof *c, by_rank);
    for (; out.count < most && out.count < out.all; out.count++)
        out.image[out.count] = c[out.count].image;
    free(c);
    return out;
}

void pl_choice_clear(pl_choice *c)
{
    free(c->image);
    *c = (pl_choice){NULL, 0, 0};
}
