#include "report/reasons.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "util/str.h"

static const char *why_of(const pl_report_run *r)
{
    bool stopped = strcmp(r->status, "stopped") == 0;
    return r->why ? r->why : stopped ? "the time limit" : "no reason was left";
}

bool pl_run_is_halved(const pl_report_run *r)
{
    return strcmp(r->status, "stopped") == 0 && pl_starts_with(why_of(r), "halving");
}

/* Where a reason of halving tells the place, else its end. */
static size_t shown_length(const pl_report_run *r)
{
    const char *why = why_of(r);
    const char *place = pl_run_is_halved(r) ? strstr(why, ", place ") : NULL;
    return place ? (size_t)(place - why) : strlen(why);
}

/* What equal reasons share: the shown text, each number of a failed run's as one '#'. */
static char *key_of(const pl_report_run *r)
{
    const char *why = why_of(r);
    size_t n = shown_length(r);
    bool failed = strcmp(r->status, "failed") == 0;
    pl_str s;
    pl_str_init(&s);
    for (size_t i = 0; i < n; i++) {
        bool digit = failed && isdigit((unsigned char)why[i]);
        if (!digit)
            pl_str_add_bytes(&s, why + i, 1);
        else if (i == 0 || !isdigit((unsigned char)why[i - 1]))
            pl_str_add(&s, "#");
    }
    char *key = pl_str_take(&s);
    pl_str_clear(&s);
    return key;
}

/* Most runs first; equal ones stay in the order of their first runs. */
static int by_runs(const void *a, const void *b)
{
    const pl_reason *x = a, *y = b;
    return x->runs != y->runs ? (x->runs < y->runs ? 1 : -1) : (x->first > y->first ? 1 : -1);
}

pl_reason *pl_reasons_new(const pl_study_data *d, const char *status, int *count)
{
    pl_reason *reason = calloc((size_t)d->run_count + 1, sizeof *reason);
    char **key = calloc((size_t)d->run_count + 1, sizeof *key);
    if (!reason || !key)
        abort();
    int n = 0;
    for (int i = 0; i < d->run_count; i++) {
        const pl_report_run *r = &d->run[i];
        if (strcmp(r->status, status) != 0)
            continue;
        char *its = key_of(r);
        int k = 0;
        while (k < n && strcmp(key[k], its) != 0)
            k++;
        if (k == n) {
            key[n] = its;
            reason[n++] =
                (pl_reason){pl_format("%.*s", (int)shown_length(r), why_of(r)), 1, i, false};
            continue;
        }
        reason[k].runs++;
        reason[k].numbers |= strcmp(reason[k].text, why_of(r)) != 0 && !pl_run_is_halved(r);
        free(its);
    }
    for (int k = 0; k < n; k++)
        free(key[k]);
    free(key);
    qsort(reason, (size_t)n, sizeof *reason, by_runs);
    *count = n;
    return reason;
}

void pl_reasons_free(pl_reason *reasons, int count)
{
    for (int k = 0; k < count; k++)
        free(reasons[k].text);
    free(reasons);
}
