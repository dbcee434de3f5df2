#include "report/page_curves.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "io/json.h"
#include "study/drawn.h"
#include "util/str.h"

enum { MOST_RUNS = 8, MOST_GROUPS = 24 };

/* A list of numbers with five digits, as the page needs them. */
static void add_numbers(const double *v, size_t n, pl_str *s)
{
    pl_str_add(s, "[");
    for (size_t k = 0; k < n; k++) {
        pl_str_add(s, k ? "," : "");
        if (isfinite(v[k]))
            pl_str_addf(s, "%.5g", v[k]);
        else
            pl_str_add(s, "null");
    }
    pl_str_add(s, "]");
}

static void add_word(const char *word, pl_str *s)
{
    json_t *v = json_string(word);
    char *text = v ? json_dumps(v, JSON_ENCODE_ANY) : NULL; /* NULL: no UTF-8 */
    pl_str_add(s, text ? text : "\"?\"");
    free(text);
    json_decref(v);
}

typedef enum curve { TRAIN_ACCURACY, VAL_ACCURACY, TRAIN_LOSS, VAL_LOSS } curve;

static double value_of(const pl_report_epoch *e, curve c)
{
    switch (c) {
    case TRAIN_ACCURACY:
        return 100 * e->train_accuracy;
    case VAL_ACCURACY:
        return 100 * e->val_accuracy;
    case TRAIN_LOSS:
        return e->train_loss;
    case VAL_LOSS:
        return e->val_loss;
    }
    return (double)NAN;
}

static size_t longest(const pl_study_data *d, const int *run, int count)
{
    size_t n = 0;
    for (int k = 0; k < count; k++)
        n = d->run[run[k]].epoch_count > n ? d->run[run[k]].epoch_count : n;
    return n;
}

static void begin_chart(const char *xlabel, const char *ylabel, size_t epochs, pl_str *s)
{
    pl_str_add(s, "{\"xlabel\":");
    add_word(xlabel, s);
    pl_str_add(s, ",\"ylabel\":");
    add_word(ylabel, s);
    pl_str_add(s, ",\"x\":[");
    for (size_t k = 1; k <= epochs; k++)
        pl_str_addf(s, "%s%zu", k > 1 ? "," : "", k);
    pl_str_add(s, "],\"series\":[");
}

/* One line of one run; nothing where it has no value. */
static bool add_line(const pl_report_run *r, curve c, bool alone, bool first, double *y,
                     size_t epochs, pl_str *s)
{
    static const char *const sides[2] = {"train", "validation"};
    bool any = false, val = c == VAL_ACCURACY || c == VAL_LOSS;
    for (size_t k = 0; k < epochs; k++) {
        y[k] = k < r->epoch_count ? value_of(&r->epoch[k], c) : (double)NAN;
        any = any || isfinite(y[k]);
    }
    if (!any)
        return false;
    char *seed = pl_format("seed %s", r->seed), *name = pl_format("%s, %s", sides[val], seed);
    pl_str_addf(s, "%s{\"role\":\"%s\",\"name\":", first ? "" : ",", val ? "val" : "train");
    add_word(alone ? sides[val] : name, s);
    if (!alone) {
        pl_str_addf(s, ",\"tags\":[\"%s\",", sides[val]);
        add_word(seed, s);
        pl_str_add(s, "]");
    }
    pl_str_add(s, ",\"y\":");
    add_numbers(y, epochs, s);
    pl_str_add(s, "}");
    free(name);
    free(seed);
    return true;
}

char *pl_page_curves_json(const pl_study_data *d, int group)
{
    const pl_report_group *g = &d->group[group];
    int *run = calloc((size_t)g->run_count + 1, sizeof *run), count = 0;
    if (!run)
        abort();
    for (int k = 0; k < g->run_count; k++) {
        if (pl_run_has_curves(&d->run[g->run[k]]))
            run[count++] = g->run[k];
    }
    pl_str s;
    pl_str_init(&s);
    if (count > 0 && count <= MOST_RUNS) {
        size_t epochs = longest(d, run, count);
        double *y = calloc(epochs, sizeof *y);
        if (!y)
            abort();
        for (int chart = 0; chart < 2; chart++) {
            bool first = true;
            pl_str_add(&s, chart ? "," : "[");
            begin_chart(pl_run_step(&d->run[run[0]]), chart ? "loss" : "accuracy (%)", epochs, &s);
            for (int k = 0; k < 2 * count; k++)
                first = !add_line(&d->run[run[k % count]], (curve)(2 * chart + k / count),
                                  count == 1, first, y, epochs, &s) &&
                        first;
            pl_str_add(&s, "]}");
        }
        pl_str_add(&s, "]");
        free(y);
    }
    free(run);
    if (s.size)
        return pl_str_take(&s);
    pl_str_clear(&s);
    return NULL;
}

/* The steps of lbfgs are no epochs. */
static bool counts(const pl_report_run *r)
{
    return r->epoch_count > 0 && strcmp(pl_run_step(r), "epoch") == 0;
}

/* Mean validation accuracy of a group's runs after each epoch, y[epochs]; its last value, NaN where there is none. */
static double group_line(const pl_study_data *d, const pl_report_group *g, size_t epochs, double *y)
{
    double last = (double)NAN;
    for (size_t k = 0; k < epochs; k++) {
        double sum = 0;
        int n = 0;
        for (int i = 0; i < g->run_count; i++) {
            const pl_report_run *r = &d->run[g->run[i]];
            if (counts(r) && k < r->epoch_count && isfinite(r->epoch[k].val_accuracy)) {
                sum += 100 * r->epoch[k].val_accuracy;
                n++;
            }
        }
        y[k] = n ? sum / n : (double)NAN;
        last = n ? y[k] : last;
    }
    return last;
}

typedef struct ranked {
    double last;
    int group;
} ranked;

static int by_last(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    return x->last != y->last ? (x->last < y->last ? 1 : -1)
                              : x->group - y->group; /* NOLINT: ties are exact */
}

static int by_group(const void *a, const void *b)
{
    return ((const ranked *)a)->group - ((const ranked *)b)->group;
}

char *pl_page_progress_json(const pl_study_data *d)
{
    size_t epochs = 0;
    for (int i = 0; i < d->run_count; i++) {
        if (counts(&d->run[i]) && d->run[i].epoch_count > epochs)
            epochs = d->run[i].epoch_count;
    }
    ranked *rank = calloc((size_t)d->group_count + 1, sizeof *rank);
    double *y = calloc(epochs + 1, sizeof *y);
    if (!rank || !y)
        abort();
    int count = 0;
    for (int g = 0; g < d->group_count; g++) {
        double last = group_line(d, &d->group[g], epochs, y);
        if (isfinite(last))
            rank[count++] = (ranked){last, g};
    }
    qsort(rank, (size_t)count, sizeof *rank, by_last);
    count = count < MOST_GROUPS ? count : MOST_GROUPS;
    qsort(rank, (size_t)count, sizeof *rank, by_group);
    pl_str s;
    pl_str_init(&s);
    pl_str_add(&s, "[");
    begin_chart("epoch", "validation accuracy (%)", epochs, &s);
    for (int k = 0; k < count; k++) {
        const pl_report_group *g = &d->group[rank[k].group];
        group_line(d, g, epochs, y);
        pl_str_add(&s, k ? ",{\"name\":" : "{\"name\":");
        add_word(g->label, &s);
        pl_str_add(&s, ",\"y\":");
        add_numbers(y, epochs, &s);
        pl_str_add(&s, "}");
    }
    pl_str_add(&s, "]}]");
    free(rank);
    free(y);
    return pl_str_take(&s);
}
