#include "study/reasons.h"

#include <ctype.h>
#include <stdio.h>
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

/* The reason as it is shown: halving's (run/executor.c writes it) without the place and the value, so
 * that the runs of a rung share it. Heap. */
static char *text_of(const pl_report_run *r)
{
    int groups, epoch;
    const char *why = why_of(r);
    if (pl_run_is_halved(r) &&
        sscanf(why, "halving: place %*d of %d groups after epoch %d", &groups, &epoch) == 2)
        return pl_format("halving after epoch %d, among %d groups", epoch, groups);
    return pl_strdup(why);
}

/* What equal reasons share: each number of a failed run's becomes one '#'. In place. */
static void make_key(char *text)
{
    char *to = text;
    bool number = false;
    for (const char *from = text; *from; from++) {
        bool digit = isdigit((unsigned char)*from);
        if (!digit || !number)
            *to++ = digit ? '#' : *from;
        number = digit;
    }
    *to = '\0';
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
    bool failed = strcmp(status, "failed") == 0;
    for (int i = 0; i < d->run_count; i++) {
        const pl_report_run *r = &d->run[i];
        if (strcmp(r->status, status) != 0)
            continue;
        char *text = text_of(r), *its = pl_strdup(text);
        if (failed)
            make_key(its);
        int k = 0;
        while (k < n && strcmp(key[k], its) != 0)
            k++;
        if (k == n) {
            key[n] = its;
            reason[n++] = (pl_reason){text, 1, i, false};
            continue;
        }
        reason[k].runs++;
        reason[k].numbers |= strcmp(reason[k].text, text) != 0;
        free(its);
        free(text);
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
