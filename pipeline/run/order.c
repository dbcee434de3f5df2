#include "run/order.h"

#include <stdlib.h>
#include <string.h>

typedef struct place {
    double seconds; /* of the run, or of its group */
    const char *id; /* of the run, or of its group's first */
    int first, run; /* the group's first run, where groups stay together */
} place;

kn_status pl_order_parse(const char *text, pl_order *out, kn_error *e)
{
    static const char *const word[] = {"spec", "cheap", "expensive", "random"};
    for (int i = 0; i < 4; i++)
        if (strcmp(text, word[i]) == 0) {
            *out = (pl_order)(PL_ORDER_SPEC + i);
            return KN_OK;
        }
    return kn_fail(e, KN_EUSAGE, "--order: '%s' is not one of spec, cheap, expensive, random",
                   text);
}

static int by_place(const void *a, const void *b)
{
    const place *x = a, *y = b;
    if (x->first != y->first)
        return x->first < y->first ? -1 : 1;
    return (x->run > y->run) - (x->run < y->run);
}

static int by_least(const void *a, const void *b)
{
    const place *x = a, *y = b;
    if (x->seconds < y->seconds || x->seconds > y->seconds)
        return x->seconds < y->seconds ? -1 : 1;
    return by_place(a, b);
}

static int by_most(const void *a, const void *b)
{
    const place *x = a, *y = b;
    if (x->seconds < y->seconds || x->seconds > y->seconds)
        return x->seconds > y->seconds ? -1 : 1;
    return by_place(a, b);
}

static int by_id(const void *a, const void *b)
{
    const place *x = a, *y = b;
    int c = strcmp(x->id, y->id);
    return c ? c : by_place(a, b);
}

/* Every run gets its group's first run and seconds. */
static void join_groups(const pl_plan *p, place *list)
{
    const pl_study *study = p->study;
    double *sum = calloc((size_t)study->group_count + 1, sizeof *sum);
    int *first = malloc(((size_t)study->group_count + 1) * sizeof *first);
    if (!sum || !first)
        abort();
    for (int r = study->run_count - 1; r >= 0; r--) {
        sum[study->runs[r].group] += list[r].seconds;
        first[study->runs[r].group] = r;
    }
    for (int r = 0; r < study->run_count; r++) {
        int g = study->runs[r].group;
        list[r].seconds = sum[g];
        list[r].first = first[g];
        list[r].id = p->run[first[g]].id;
    }
    free(sum);
    free(first);
}

void pl_order_runs(const pl_plan *p, pl_order by, bool whole_groups, const double *seconds,
                   int *order)
{
    static int (*const compare[])(const void *, const void *) = {[PL_ORDER_AUTO] = by_least,
                                                                 [PL_ORDER_SPEC] = by_place,
                                                                 [PL_ORDER_CHEAP] = by_least,
                                                                 [PL_ORDER_EXPENSIVE] = by_most,
                                                                 [PL_ORDER_RANDOM] = by_id};
    int count = p->study->run_count;
    place *list = malloc(((size_t)count + 1) * sizeof *list);
    if (!list)
        abort();
    for (int r = 0; r < count; r++)
        list[r] = (place){.seconds = seconds[r], .id = p->run[r].id, .first = r, .run = r};
    if (whole_groups)
        join_groups(p, list);
    else if (by == PL_ORDER_AUTO)
        by = PL_ORDER_SPEC;
    qsort(list, (size_t)count, sizeof *list, compare[by]);
    for (int r = 0; r < count; r++)
        order[r] = list[r].run;
    free(list);
}
