#include "run/study_status.h"

#include <stdlib.h>
#include <string.h>

#include "io/csv.h"
#include "io/json.h"
#include "run/live.h"
#include "run/results.h"
#include "util/fs.h"

static const char *field(const pl_csv *c, size_t row, size_t column)
{
    return column < pl_csv_fields(c, row) ? pl_csv_get(c, row, column) : "";
}

static json_t *failure_of(const char *dir, const char *id, const char *group)
{
    char *path = pl_format("%s/runs/%s/manifest.json", dir, id);
    json_t *manifest = NULL;
    const char *error = NULL;
    if (pl_exists(path) && pl_json_read(path, &manifest, NULL) == KN_OK)
        error = json_string_value(json_object_get(manifest, "error"));
    json_t *failure = json_pack("{s:s,s:s,s:s}", "run", id, "group", group, "error",
                                error ? error : "no reason was left");
    json_decref(manifest);
    free(path);
    return failure;
}

static json_t *now_of(const json_t *live, const char *id, const char *group)
{
    double done = json_number_value(json_object_get(live, "done"));
    double here = done - json_number_value(json_object_get(live, "from"));
    double seconds = json_number_value(json_object_get(live, "seconds"));
    json_t *now = json_pack("{s:s,s:s,s:f,s:f,s:f}", "run", id, "group", group, "done", done,
                            "total", json_number_value(json_object_get(live, "total")), "rate",
                            seconds > 0 ? here / seconds : 0.0);
    json_object_set(now, "title", json_object_get(live, "title"));
    json_object_set(now, "note", json_object_get(live, "note"));
    json_object_set(now, "unit", json_object_get(live, "unit"));
    return now;
}

/* Seconds a done run took, by its manifest; 0 where it does not tell. */
static double seconds_of(const char *dir, const char *id)
{
    char *path = pl_format("%s/runs/%s/manifest.json", dir, id);
    json_t *manifest = NULL;
    double sum = 0;
    if (pl_json_read(path, &manifest, NULL) == KN_OK) {
        const json_t *seconds = json_object_get(manifest, "seconds");
        sum = json_number_value(json_object_get(seconds, "train")) +
              json_number_value(json_object_get(seconds, "evaluate"));
    }
    json_decref(manifest);
    free(path);
    return sum;
}

typedef struct tally {
    int done, failed, left;
    double seconds, running_part; /* of the done runs; share of the running ones that is done */
    json_t *now, *failures;
} tally;

/* What goes on under a name; NULL: nothing. Borrowed. */
static const json_t *live_of(const json_t *all, const char *name)
{
    for (size_t i = 0; i < json_array_size(all); i++) {
        const json_t *live = json_array_get(all, i);
        if (strcmp(json_string_value(json_object_get(live, "name")), name) == 0)
            return live;
    }
    return NULL;
}

static void count_runs(const char *dir, const pl_csv *c, bool running, tally *t)
{
    json_t *all = pl_live_list(dir);
    for (size_t r = 1; r < c->rows; r++) {
        const char *id = field(c, r, 0), *group = field(c, r, 1);
        pl_run_status status = pl_results_run_status(dir, id);
        const json_t *live = running ? live_of(all, id) : NULL;
        if (live) {
            double total = json_number_value(json_object_get(live, "total"));
            json_array_append_new(t->now, now_of(live, id, group));
            t->running_part +=
                total > 0 ? json_number_value(json_object_get(live, "done")) / total : 0;
            t->left++;
        } else if (status == PL_RUN_DONE) {
            t->done++;
            t->seconds += seconds_of(dir, id);
        } else if (status == PL_RUN_FAILED) {
            t->failed++;
            json_array_append_new(t->failures, failure_of(dir, id, group));
        } else {
            t->left++;
        }
    }
    json_decref(all);
}

/* A name in the results folder, or the study's own folder as `facet report` takes it. */
static char *find_study(const char *results, const char *study)
{
    char *dir = pl_path_join(results, study), *table = pl_path_join(study, "runs.csv");
    if (!pl_is_dir(dir) && pl_exists(table)) {
        free(dir);
        dir = pl_strdup(study);
    }
    free(table);
    return dir;
}

kn_status pl_status_read(const char *results, const char *study, json_t **out, kn_error *e)
{
    char *dir = find_study(results, study), *path = pl_path_join(dir, "runs.csv"), *who = NULL;
    pl_csv c;
    kn_status rc = KN_OK;
    bool running = pl_results_is_running(dir, &who);
    if (!pl_exists(path))
        rc = kn_fail(e, KN_EUSAGE, "there is no study '%s': %s is missing", study, path);
    else
        rc = pl_csv_read(path, &c, e);
    if (rc == KN_OK) {
        tally t = {.now = json_array(), .failures = json_array()};
        count_runs(dir, &c, running, &t);
        size_t at_once = json_array_size(t.now);
        *out = json_pack("{s:s,s:b,s:i,s:i,s:i,s:i}", "study", study, "running", running, "runs",
                         c.rows > 0 ? (int)c.rows - 1 : 0, "done", t.done, "failed", t.failed,
                         "left", t.left);
        double left = t.done > 0 ? t.seconds / t.done * (t.left - t.running_part) /
                                       (double)(at_once > 1 ? at_once : 1)
                                 : -1;
        json_object_set_new(*out, "seconds_left",
                            running && left >= 0 ? json_real(left) : json_null());
        json_object_set_new(*out, "who", who ? json_string(who) : json_null());
        json_object_set_new(*out, "now", t.now);
        json_object_set_new(*out, "failures", t.failures);
        pl_csv_clear(&c);
    }
    free(who);
    free(path);
    free(dir);
    return rc;
}

static int integer(const json_t *o, const char *key)
{
    return (int)json_integer_value(json_object_get(o, key));
}

static const char *text_of(const json_t *o, const char *key)
{
    const char *text = json_string_value(json_object_get(o, key));
    return text ? text : "";
}

void pl_status_text(const json_t *s, pl_str *out)
{
    char text[48];
    const json_t *left = json_object_get(s, "seconds_left"), *item = NULL;
    bool running = json_is_true(json_object_get(s, "running"));
    pl_str_addf(out, "%s: %d of %d runs done", text_of(s, "study"), integer(s, "done"),
                integer(s, "runs"));
    if (integer(s, "failed") > 0)
        pl_str_addf(out, ", %d failed", integer(s, "failed"));
    if (integer(s, "left") > 0)
        pl_str_addf(out, ", %d left", integer(s, "left"));
    if (json_is_real(left))
        pl_str_addf(out, ", about %s", pl_human_seconds(json_real_value(left), text, sizeof text));
    pl_str_add(out, "\n");
    if (running)
        pl_str_addf(out, "run by %s\n", text_of(s, "who"));
    else if (integer(s, "left") > 0)
        pl_str_add(out, "nobody runs it now\n");
    const json_t *now = json_object_get(s, "now"), *failures = json_object_get(s, "failures");
    for (size_t i = 0; i < json_array_size(now); i++) {
        item = json_array_get(now, i);
        double total = json_number_value(json_object_get(item, "total"));
        pl_str_addf(out, "  running %.12s  %s", text_of(item, "run"), text_of(item, "title"));
        if (*text_of(item, "note"))
            pl_str_addf(out, "  %s", text_of(item, "note"));
        if (total > 0)
            pl_str_addf(out, "  %.0f%%",
                        100 * json_number_value(json_object_get(item, "done")) / total);
        if (json_number_value(json_object_get(item, "rate")) > 0)
            pl_str_addf(out, "  %.0f %s/s", json_number_value(json_object_get(item, "rate")),
                        text_of(item, "unit"));
        pl_str_add(out, "\n");
    }
    for (size_t i = 0; i < json_array_size(failures); i++) {
        item = json_array_get(failures, i);
        const char *error = text_of(item, "error");
        bool again = i > 0 && strcmp(error, text_of(json_array_get(failures, i - 1), "error")) == 0;
        pl_str_addf(out, "  failed  %.12s  %s: %s\n", text_of(item, "run"), text_of(item, "group"),
                    again ? "the same" : error);
    }
}
