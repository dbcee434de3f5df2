#include "insight/slices.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "insight/scores_names.h"
#include "io/csv.h"
#include "stats/holm.h"

double pl_part_n(const pl_slice_part *p)
{
    return (double)(p->n[0] + p->n[1]);
}

double pl_part_right(const pl_slice_part *p)
{
    return p->right[0] + p->right[1];
}

static double share(double k, double n)
{
    return n > 0 ? k / n : (double)NAN;
}

double pl_part_accuracy(const pl_slice_part *p)
{
    return share(pl_part_right(p), pl_part_n(p));
}

double pl_part_recall(const pl_slice_part *p, int class)
{
    return share(p->right[class], (double)p->n[class]);
}

/* Sums of one pass over the images of the judged side. */
static void walk(const pl_image_set *set, int side, const float *right, pl_slices *out,
                 const ptrdiff_t *slice_of)
{
    const pl_attributes *a = &set->attributes;
    for (size_t i = 0; i < set->count; i++) {
        if (set->side[i] != side)
            continue;
        int label = set->label[i];
        double r = (double)right[i];
        pl_slice_part *class = &out->slice[0].part[label];
        class->n[label]++;
        class->right[label] += r;
        out->all.n[label]++;
        out->all.right[label] += r;
        const int8_t *value = a->columns ? a->value + i * a->columns : NULL;
        for (size_t c = 0; c < a->columns; c++) {
            if (value[c] == 0 || slice_of[c] < 0)
                continue;
            pl_slice_part *p = &out->slice[slice_of[c]].part[value[c] > 0];
            p->n[label]++;
            p->right[label] += r;
        }
    }
}

static bool is_small(const pl_slice_part *p, bool target)
{
    if (p->n[0] + p->n[1] < PL_SLICE_MIN)
        return true;
    return !target && (p->n[0] < PL_SLICE_MIN_CLASS || p->n[1] < PL_SLICE_MIN_CLASS);
}

static void judge(pl_slices *s)
{
    double *p = calloc(s->count + 1, sizeof *p);
    if (!p)
        abort();
    s->all.small = is_small(&s->all, false);
    for (size_t k = 0; k < s->count; k++) {
        pl_slice *its = &s->slice[k];
        for (int v = 0; v < 2; v++)
            its->part[v].small = is_small(&its->part[v], its->target);
        its->gap = pl_share_gap_of(pl_part_right(&its->part[1]), pl_part_n(&its->part[1]),
                                   pl_part_right(&its->part[0]), pl_part_n(&its->part[0]));
        if (its->part[0].small || its->part[1].small)
            its->gap.p = (double)NAN;
        p[k] = its->gap.p;
    }
    pl_holm(p, s->count, p);
    for (size_t k = 0; k < s->count; k++)
        s->slice[k].p_holm = p[k];
    free(p);
}

void pl_slices_of(const pl_study_data *d, const pl_study_answers *answers, int group,
                  pl_slices *out)
{
    *out = (pl_slices){.slice = NULL};
    pl_group_answers_of(d, answers, group, &out->group);
    const pl_image_set *set = out->group.images;
    if (out->group.side < 0)
        return;
    const pl_attributes *a = &set->attributes;
    const char *target = pl_target_name(d);
    out->slice = calloc(a->columns + 1, sizeof *out->slice);
    ptrdiff_t *slice_of = calloc(a->columns + 1, sizeof *slice_of);
    if (!out->slice || !slice_of)
        abort();
    out->slice[out->count++] = (pl_slice){.attribute = target ? target : "class 1", .target = true};
    for (size_t c = 0; c < a->columns; c++) {
        bool other = !target || strcmp(a->column[c], target) != 0;
        slice_of[c] = other ? (ptrdiff_t)out->count : -1;
        if (other)
            out->slice[out->count++].attribute = a->column[c];
    }
    float *right = pl_mean_rightness(answers, &out->group);
    walk(set, out->group.side, right, out, slice_of);
    judge(out);
    free(right);
    free(slice_of);
}

void pl_slices_clear(pl_slices *s)
{
    pl_group_answers_clear(&s->group);
    free(s->slice);
    *s = (pl_slices){.slice = NULL};
}

bool pl_slices_worst(const pl_slices *s, size_t *slice, int *part)
{
    double least = (double)INFINITY;
    for (size_t k = 0; k < s->count; k++) {
        for (int v = 1; v >= 0; v--) {
            const pl_slice_part *p = &s->slice[k].part[v];
            if (s->slice[k].target || p->small || !(pl_part_accuracy(p) < least))
                continue;
            least = pl_part_accuracy(p);
            *slice = k;
            *part = v;
        }
    }
    return isfinite(least);
}

const pl_slice *pl_slices_widest(const pl_slices *s)
{
    const pl_slice *widest = NULL;
    for (size_t k = 0; k < s->count; k++) {
        const pl_slice *its = &s->slice[k];
        bool fits = !its->target && !its->part[0].small && !its->part[1].small;
        if (fits && (!widest || fabs(its->gap.gap) > fabs(widest->gap.gap)))
            widest = its;
    }
    return widest;
}

static void add_numbers(pl_str *csv, const double *v, size_t count)
{
    for (size_t k = 0; k < count; k++) {
        pl_str_add(csv, ",");
        pl_csv_add_number(csv, v[k]);
    }
}

static void add_row(const pl_study_data *d, int group, const pl_slices *s, const pl_slice *its,
                    int value, pl_str *csv)
{
    const pl_slice_part *p = &its->part[value];
    pl_interval i = pl_wilson_share(pl_part_right(p), pl_part_n(p));
    pl_csv_add(csv, d->group[group].name);
    pl_str_add(csv, ",");
    pl_csv_add(csv, its->attribute);
    pl_str_addf(csv, ",%d,%s,%d,%lld,%lld,%lld", value ? 1 : -1, pl_side_names[s->group.side],
                s->group.count, p->n[0] + p->n[1], p->n[0], p->n[1]);
    const double v[] = {pl_part_accuracy(p),  i.low,        i.high,       pl_part_recall(p, 0),
                        pl_part_recall(p, 1), its->gap.gap, its->gap.low, its->gap.high,
                        its->gap.p,           its->p_holm};
    add_numbers(csv, v, sizeof v / sizeof v[0]);
    pl_str_addf(csv, ",%d\n", p->small);
}

void pl_slices_csv(const pl_study_data *d, const pl_study_answers *answers, pl_str *csv)
{
    pl_str_add(csv, "group,attribute,value,side,runs,n,n_0,n_1,accuracy,low,high,recall_0,recall_1,"
                    "gap,gap_low,gap_high,p,p_holm,small\n");
    for (int g = 0; g < d->group_count; g++) {
        pl_slices s;
        pl_slices_of(d, answers, g, &s);
        for (size_t k = 0; k < s.count; k++) {
            add_row(d, g, &s, &s.slice[k], 1, csv);
            add_row(d, g, &s, &s.slice[k], 0, csv);
        }
        pl_slices_clear(&s);
    }
}
