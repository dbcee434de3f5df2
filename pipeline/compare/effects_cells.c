#include "compare/effects_cells.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void *zeroed(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size);
    if (!p)
        abort();
    return p;
}

static int level_of(pl_points *p, int axis, const char *value)
{
    if (!value[0])
        return -1;
    for (int i = 0; i < p->levels[axis]; i++)
        if (strcmp(p->value[axis][i], value) == 0)
            return i;
    p->value[axis][p->levels[axis]] = value;
    return p->levels[axis]++;
}

void pl_points_new(const pl_study_data *d, pl_points *out)
{
    size_t axes = (size_t)d->axis_count, groups = (size_t)d->group_count;
    *out = (pl_points){.axes = d->axis_count,
                       .point = zeroed(groups, sizeof *out->point),
                       .value = zeroed(axes, sizeof *out->value),
                       .levels = zeroed(axes, sizeof *out->levels),
                       .memory = zeroed(2 * axes * groups, sizeof *out->memory)};
    for (size_t a = 0; a < axes; a++)
        out->value[a] = zeroed(groups, sizeof *out->value[a]);
    int *memory = out->memory;
    for (int g = 0; g < d->group_count; g++) {
        if (d->group[g].summary[PL_TEST_ACCURACY].n == 0)
            continue;
        pl_point *q = &out->point[out->count++];
        *q = (pl_point){g, memory, memory + axes};
        memory += 2 * axes;
        for (int a = 0; a < d->axis_count; a++)
            q->level[a] = level_of(out, a, d->group[g].value[a]);
    }
}

void pl_points_free(pl_points *p)
{
    for (int a = 0; a < p->axes; a++)
        free(p->value[a]);
    free(p->value);
    free(p->levels);
    free(p->point);
    free(p->memory);
    *p = (pl_points){.axes = 0};
}

typedef struct sorted {
    pl_point point;
    int axes;
    bool outside;
} sorted;

static int compare_keys(const int *a, const int *b, int axes)
{
    for (int i = 0; i < axes; i++)
        if (a[i] != b[i])
            return a[i] < b[i] ? -1 : 1;
    return 0;
}

static int by_cell(const void *a, const void *b)
{
    const sorted *x = a, *y = b;
    if (x->outside != y->outside)
        return x->outside ? 1 : -1;
    int order = compare_keys(x->point.key, y->point.key, x->axes);
    return order ? order : x->point.group - y->point.group;
}

int pl_points_sort(pl_points *p, int a, int b)
{
    sorted *s = zeroed((size_t)p->count, sizeof *s);
    int inside = 0;
    for (int i = 0; i < p->count; i++) {
        pl_point *q = &p->point[i];
        for (int x = 0; x < p->axes; x++)
            q->key[x] = x == a || x == b || q->level[x] < 0 ? 0 : q->level[x];
        s[i] = (sorted){*q, p->axes, q->level[a] < 0 || (b >= 0 && q->level[b] < 0)};
        inside += !s[i].outside;
    }
    qsort(s, (size_t)p->count, sizeof *s, by_cell);
    for (int i = 0; i < p->count; i++)
        p->point[i] = s[i].point;
    free(s);
    return inside;
}

bool pl_points_together(const pl_points *p, int i, int k)
{
    return compare_keys(p->point[i].key, p->point[k].key, p->axes) == 0;
}
