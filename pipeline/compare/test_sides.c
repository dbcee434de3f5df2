#define _GNU_SOURCE /* qsort_r */
#include "compare/test_sides.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static int by_name(const void *a, const void *b, void *set)
{
    const pl_image_set *s = set;
    return strcmp(s->name[*(const size_t *)a], s->name[*(const size_t *)b]);
}

static size_t *sorted_test_side(pl_image_set *s)
{
    size_t *image = calloc(s->on_side[PL_SIDE_TEST] + 1, sizeof *image), n = 0;
    if (!image)
        abort();
    for (size_t i = 0; i < s->count; i++)
        if (s->side[i] == PL_SIDE_TEST)
            image[n++] = i;
    qsort_r(image, n, sizeof *image, by_name, s);
    return image;
}

static bool same_side(const pl_test_sides *t, size_t one, size_t other)
{
    const pl_image_set *a = t->sets->set[one], *b = t->sets->set[other];
    size_t n = a->on_side[PL_SIDE_TEST];
    if (n != b->on_side[PL_SIDE_TEST])
        return false;
    for (size_t i = 0; i < n; i++) {
        size_t x = t->image[one][i], y = t->image[other][i];
        if (a->label[x] != b->label[y] || strcmp(a->name[x], b->name[y]) != 0)
            return false;
    }
    return true;
}

void pl_test_sides_make(const pl_image_sets *sets, pl_test_sides *out)
{
    *out = (pl_test_sides){sets, calloc(sets->count + 1, sizeof *out->image),
                           calloc(sets->count + 1, sizeof *out->same)};
    if (!out->image || !out->same)
        abort();
    for (size_t s = 0; s < sets->count; s++) {
        out->image[s] = sorted_test_side(sets->set[s]);
        out->same[s] = (int)s;
        for (size_t k = 0; k < s && out->same[s] == (int)s; k++)
            if (out->same[k] == (int)k && same_side(out, k, s))
                out->same[s] = (int)k;
    }
}

void pl_test_sides_clear(pl_test_sides *t)
{
    for (size_t s = 0; t->sets && s < t->sets->count; s++)
        free(t->image[s]);
    free(t->image);
    free(t->same);
    memset(t, 0, sizeof *t);
}

int pl_test_set_of(const pl_test_sides *t, const pl_image_set *set)
{
    size_t s = 0;
    while (s < t->sets->count && t->sets->set[s] != set)
        s++;
    assert(s < t->sets->count);
    return (int)s;
}

int pl_group_test_set(const pl_study_data *d, const pl_study_answers *a, const pl_test_sides *t,
                      int group)
{
    const pl_report_group *g = &d->group[group];
    int set = -1;
    for (int k = 0; k < g->run_count; k++) {
        if (!d->run[g->run[k]].done)
            continue;
        const pl_image_set *images = a->run[g->run[k]].images;
        int its = images ? t->same[pl_test_set_of(t, images)] : -1;
        if (its < 0 || (set >= 0 && its != set))
            return -1;
        set = its;
    }
    return set;
}
