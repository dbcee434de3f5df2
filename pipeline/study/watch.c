#include "study/watch.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "draw/escape.h"
#include "draw/term_plot.h"
#include "run/live.h"
#include "run/results.h"
#include "run/study_status.h"
#include "study/run_files.h"
#include "util/fs.h"

enum { MAX_LOG_BYTES = 1 << 26, MOST_STATUS_LINES = 6, GAP = 2, TALLEST = 20, ID = 64 };

/* A run's curves as they are now. */
typedef struct curves {
    char *title; /* heap */
    pl_report_epoch *epoch;
    size_t count;
    double last; /* planned; 0: not known */
    bool iterations;
} curves;

static bool parse_line(const char *line, pl_report_epoch *r, bool *iterations)
{
    *r = (pl_report_epoch){0, (double)NAN, (double)NAN, (double)NAN, (double)NAN};
    int n = sscanf(line, "epoch %lf: loss %lf accuracy %lf val_loss %lf val_accuracy %lf",
                   &r->epoch, &r->train_loss, &r->train_accuracy, &r->val_loss, &r->val_accuracy);
    if (n < 3) {
        n = sscanf(line, "iteration %lf: log loss %lf accuracy %lf val_loss %lf val_accuracy %lf",
                   &r->epoch, &r->train_loss, &r->train_accuracy, &r->val_loss, &r->val_accuracy);
        *iterations = *iterations || n >= 3;
    }
    return n >= 3;
}

pl_report_epoch *pl_watch_log(const char *path, size_t *count, bool *iterations)
{
    char *text = NULL;
    size_t size = 0, lines = 0;
    *count = 0;
    *iterations = false;
    if (pl_read_file(path, MAX_LOG_BYTES, &text, &size, NULL) != KN_OK)
        return NULL;
    for (size_t i = 0; i < size; i++)
        lines += text[i] == '\n';
    pl_report_epoch *all = calloc(lines + 1, sizeof *all), one;
    if (!all)
        abort();
    for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
        *end = '\0'; /* a last line without its end is being written */
        if (!parse_line(line, &one, iterations))
            continue;
        while (*count > 0 && all[*count - 1].epoch >= one.epoch)
            --*count;
        all[(*count)++] = one;
    }
    free(text);
    return all;
}

static const char *text_in(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static const json_t *live_of(const json_t *live, const char *id)
{
    for (size_t i = 0; i < json_array_size(live); i++)
        if (strcmp(text_in(json_array_get(live, i), "name"), id) == 0)
            return json_array_get(live, i);
    return NULL;
}

/* The run whose id begins like this. */
static kn_status find_run(const pl_study_data *d, const char *prefix, int *out, kn_error *e)
{
    int found = 0;
    for (int i = 0; i < d->run_count; i++) {
        if (!pl_starts_with(d->run[i].id, prefix))
            continue;
        *out = i;
        found++;
    }
    if (found == 1)
        return KN_OK;
    if (found == 0)
        return kn_fail(e, KN_EUSAGE, "--run: %s has no run '%s' (facet runs %s lists them)",
                       d->name, prefix, d->name);
    return kn_fail(e, KN_EUSAGE, "--run: '%s' fits %d runs of %s; give more digits", prefix, found,
                   d->name);
}

static int best_run(const pl_study_data *d)
{
    for (int m = PL_TEST_ACCURACY; m >= PL_VAL_ACCURACY; m--) {
        int best = -1;
        for (int i = 0; i < d->run_count; i++) {
            double v = d->run[i].metric[m];
            if (d->run[i].done && isfinite(v) && (best < 0 || v > d->run[best].metric[m]))
                best = i;
        }
        if (best >= 0)
            return best;
    }
    return -1;
}

/* The run to draw without --run; -1: none. */
static int choose_run(const pl_study_data *d, const json_t *live, const char *follow)
{
    int same = -1, first = -1;
    for (int i = 0; i < d->run_count; i++) {
        bool its = *follow && strcmp(d->run[i].id, follow) == 0;
        same = its ? i : same;
        if (its && live_of(live, follow))
            return i;
        if (first < 0 && live_of(live, d->run[i].id))
            first = i;
    }
    return first >= 0 ? first : same >= 0 ? same : best_run(d);
}

static void clear_curves(curves *c)
{
    free(c->title);
    free(c->epoch);
}

/* From the log of what is made now, else from the run's folder. */
static void read_curves(const pl_study_data *d, int run, const json_t *live, curves *c)
{
    pl_report_run r = d->run[run];
    const json_t *now = live_of(live, r.id);
    const char *slash = strchr(text_in(now, "note"), '/');
    c->title =
        pl_format("%s  %s%s%s", r.id, d->group[r.group].label, r.seed[0] ? " seed=" : "", r.seed);
    if (*text_in(now, "log"))
        c->epoch = pl_watch_log(text_in(now, "log"), &c->count, &c->iterations);
    if (now && slash)
        c->last = strtod(slash + 1, NULL);
    if (c->count > 0)
        return;
    pl_run_status status = pl_results_run_status(d->dir, r.id); /* newer than runs.csv */
    r.status = pl_run_status_text(status);
    r.done = status == PL_RUN_DONE;
    r.epoch = NULL;
    r.epoch_count = 0;
    r.why = NULL;
    r.manifest = r.metrics = NULL;
    (void)pl_run_files_read(d->dir, &r, NULL);
    free(c->epoch);
    c->epoch = r.epoch;
    c->count = r.epoch_count;
    c->iterations = strcmp(pl_run_step(&r), "iteration") == 0;
    free(r.why);
    json_decref(r.manifest);
    json_decref(r.metrics);
}

/* Lines of a text, each cut behind the width; returns how many. */
static size_t add_lines(const char *text, size_t most, size_t width, pl_str *out)
{
    size_t n = 0;
    for (const char *line = text; *line && n < most; n++) {
        size_t size = strcspn(line, "\n"), bytes = 0, used = 0;
        for (; bytes < size; bytes++) {
            used += ((unsigned char)line[bytes] & 0xC0) != 0x80; /* a character begins */
            if (used > width)
                break;
        }
        pl_str_add_bytes(out, line, bytes);
        pl_str_add(out, "\n");
        line += size + (line[size] == '\n');
    }
    return n;
}

/* Both plots: accuracy, and beside or below it the loss. */
static void add_plots(const curves *c, const pl_watch_look *look, size_t height, pl_str *out)
{
    bool beside = look->width >= 2 * PL_TERM_LEAST_WIDTH + GAP + 20;
    bool both = beside || height >= 2 * PL_TERM_LEAST_HEIGHT;
    size_t each = beside || !both ? height : height / 2, n = c->count;
    each = each > TALLEST ? TALLEST : each;
    double *values = calloc(5 * n + 1, sizeof *values), *x = values, *y = values + n;
    if (!values)
        abort();
    for (size_t i = 0; i < n; i++) {
        x[i] = c->epoch[i].epoch;
        y[i] = 100 * c->epoch[i].train_accuracy;
        y[n + i] = 100 * c->epoch[i].val_accuracy;
        y[2 * n + i] = c->epoch[i].train_loss;
        y[3 * n + i] = c->epoch[i].val_loss;
    }
    double first = n > 0 ? x[0] : 1, last = fmax(c->last, n > 0 ? x[n - 1] : 1);
    pl_str line[2][TALLEST];
    for (int k = 0; k < 2; k++) {
        const pl_term_series series[2] = {{"train", x, y + (size_t)(2 * k) * n, n, "34", false},
                                          {"val", x, y + (size_t)(2 * k + 1) * n, n, "33", true}};
        const pl_term_plot plot = {.title = k ? "loss" : "accuracy (%)",
                                   .xlabel = c->iterations ? "iteration" : "epoch",
                                   .series = series,
                                   .count = 2,
                                   .width = beside ? (look->width - GAP) / 2 : look->width,
                                   .height = each,
                                   .x_low = first,
                                   .x_high = last > first ? last : first + 1,
                                   .decimals = k ? 4 : 2,
                                   .unicode = look->unicode,
                                   .color = look->color};
        for (size_t i = 0; i < each; i++)
            pl_str_init(&line[k][i]);
        pl_term_plot_draw(&plot, line[k]);
    }
    for (size_t i = 0; i < each; i++)
        pl_str_addf(out, "%s%*s%s\n", line[0][i].text, beside ? GAP : 0, "",
                    beside ? line[1][i].text : "");
    for (size_t i = 0; i < each && both && !beside; i++)
        pl_str_addf(out, "%s\n", line[1][i].text);
    for (int k = 0; k < 2; k++)
        for (size_t i = 0; i < each; i++)
            pl_str_clear(&line[k][i]);
    free(values);
}

static size_t add_status(const json_t *status, const pl_watch_look *look, pl_str *out)
{
    pl_str text;
    pl_str_init(&text);
    pl_status_text(status, &text);
    size_t most = look->height / 4;
    size_t n =
        add_lines(text.text, most < MOST_STATUS_LINES ? most : MOST_STATUS_LINES, look->width, out);
    pl_str_clear(&text);
    return n;
}

static void add_run(const pl_study_data *d, int run, const json_t *live, size_t used,
                    const pl_watch_look *look, pl_str *out)
{
    curves c = {.title = NULL};
    read_curves(d, run, live, &c);
    add_lines(c.title, 1, look->width, out);
    used++;
    if (look->height >= used + PL_TERM_LEAST_HEIGHT && look->width >= PL_TERM_LEAST_WIDTH)
        add_plots(&c, look, look->height - used, out);
    clear_curves(&c);
}

kn_status pl_watch_frame(const char *study_dir, const json_t *status, const char *run, char *follow,
                         const pl_watch_look *look, pl_str *out, kn_error *e)
{
    pl_study_data d;
    int chosen = -1;
    KN_TRY(pl_study_rows_read(study_dir, &d, e));
    json_t *live = pl_live_list(study_dir);
    kn_status rc = KN_OK;
    if (run)
        rc = find_run(&d, run, &chosen, e);
    else
        chosen = choose_run(&d, live, follow);
    if (rc == KN_OK) {
        size_t used = add_status(status, look, out);
        if (chosen >= 0) {
            snprintf(follow, ID, "%s", d.run[chosen].id);
            add_run(&d, chosen, live, used, look, out);
        } else {
            pl_str_add(out, "no run has begun yet\n");
        }
    }
    json_decref(live);
    pl_study_data_clear(&d);
    return rc;
}
