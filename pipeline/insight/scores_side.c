#include "insight/scores_side.h"

#include <math.h>
#include <stdlib.h>

static void *zeroed(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size);
    if (!p)
        abort();
    return p;
}

void pl_side_answers_of(const pl_answers *a, int side, pl_side_answers *out)
{
    const pl_image_set *set = a->images;
    size_t n = set ? set->on_side[side] : 0;
    *out = (pl_side_answers){
        .p = zeroed(n, sizeof *out->p),
        .label = zeroed(n, 1),
    };
    for (size_t i = 0; set && i < set->count; i++) {
        if (set->side[i] != side)
            continue;
        out->p[out->count] = a->probability[i];
        out->label[out->count++] = set->label[i];
        out->of[set->label[i]]++;
    }
}

void pl_side_answers_clear(pl_side_answers *s)
{
    free(s->p);
    free(s->label);
    *s = (pl_side_answers){.p = NULL};
}

int pl_judged_side(const pl_image_set *images)
{
    if (images && images->on_side[PL_SIDE_TEST])
        return PL_SIDE_TEST;
    return images && images->on_side[PL_SIDE_VAL] ? PL_SIDE_VAL : -1;
}

void pl_group_answers_of(const pl_study_data *d, const pl_study_answers *answers, int group,
                         pl_group_answers *out)
{
    const pl_report_group *g = &d->group[group];
    *out = (pl_group_answers){.run = zeroed((size_t)g->run_count, sizeof *out->run)};
    for (int k = 0; k < g->run_count; k++) {
        const pl_image_set *its = answers->run[g->run[k]].images;
        if (!its)
            continue;
        if (!out->images)
            out->images = its;
        if (its == out->images)
            out->run[out->count++] = g->run[k];
        else
            out->left_out++;
    }
    out->side = pl_judged_side(out->images);
}

void pl_group_answers_clear(pl_group_answers *g)
{
    free(g->run);
    *g = (pl_group_answers){.run = NULL};
}

int pl_shown_run(const pl_study_data *d, const pl_group_answers *g, bool *chosen)
{
    int best = g->count ? g->run[0] : -1;
    bool any = false;
    for (int k = 0; k < g->count; k++) {
        double v = d->run[g->run[k]].metric[PL_VAL_ACCURACY];
        if (isnan(v))
            continue;
        if (!any || v > d->run[best].metric[PL_VAL_ACCURACY])
            best = g->run[k];
        any = true;
    }
    if (chosen)
        *chosen = any;
    return best;
}

float *pl_mean_rightness(const pl_study_answers *answers, const pl_group_answers *g)
{
    size_t n = g->images ? g->images->count : 0;
    float *mean = zeroed(n, sizeof *mean);
    for (int k = 0; k < g->count; k++) {
        const pl_answers *a = &answers->run[g->run[k]];
        for (size_t i = 0; i < n; i++)
            mean[i] += (float)pl_is_right(a, i);
    }
    for (size_t i = 0; i < n; i++)
        mean[i] /= (float)g->count;
    return mean;
}
