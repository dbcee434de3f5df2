#include "study/run_files.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "io/json.h"
#include "study/answers.h"
#include "util/fs.h"
#include "util/str.h"

static double number_of(const char *text)
{
    char *end;
    double v = strtod(text, &end);
    return end == text ? (double)NAN : v;
}

static void *zeroed(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size);
    if (!p)
        abort();
    return p;
}

static kn_status read_epochs(const char *path, pl_report_run *r, kn_error *e)
{
    static const char *const names[5] = {"epoch", "train_loss", "train_accuracy", "val_loss",
                                         "val_accuracy"};
    pl_csv c;
    KN_TRY(pl_csv_read(path, &c, e));
    size_t column[5];
    kn_status rc;
    KN_TRY_TO(rc, cleanup, pl_csv_columns(path, &c, names, 5, column, e));
    r->epoch_count = c.rows - 1;
    r->epoch = zeroed(r->epoch_count, sizeof *r->epoch);
    for (size_t i = 0; i < r->epoch_count; i++) {
        r->epoch[i].epoch = number_of(pl_csv_get(&c, i + 1, column[0]));
        r->epoch[i].train_loss = number_of(pl_csv_get(&c, i + 1, column[1]));
        r->epoch[i].train_accuracy = number_of(pl_csv_get(&c, i + 1, column[2]));
        r->epoch[i].val_loss = number_of(pl_csv_get(&c, i + 1, column[3]));
        r->epoch[i].val_accuracy = number_of(pl_csv_get(&c, i + 1, column[4]));
    }
cleanup:
    pl_csv_clear(&c);
    return rc;
}

static kn_status count_predictions(const char *path, const char *target, pl_report_run *r,
                                   kn_error *e)
{
    pl_image_sets sets = {NULL, 0};
    pl_answers a;
    kn_status rc = pl_answers_read(&sets, path, target, &a, e);
    for (size_t i = 0; rc == KN_OK && i < a.images->count; i++) {
        pl_confusion *c = a.images->side[i] == PL_SIDE_TEST ? &r->test : &r->val;
        c->count[a.images->label[i]][a.probability[i] > 0.5f]++;
    }
    pl_answers_clear(&a);
    pl_image_sets_clear(&sets);
    return rc;
}

/* Why a run failed: the manifest's "error", else the last line of its log. */
static char *error_of(const char *dir, const json_t *manifest)
{
    const char *said = json_string_value(json_object_get(manifest, "error"));
    if (said)
        return pl_strdup(said);
    char *path = pl_path_join(dir, "log.txt"), *text = NULL;
    size_t size;
    kn_error ignored;
    kn_status rc = pl_read_file(path, (size_t)1 << 28, &text, &size, &ignored);
    free(path);
    if (rc != KN_OK)
        return NULL;
    while (size > 0 && (text[size - 1] == '\n' || text[size - 1] == ' '))
        text[--size] = '\0';
    char *newline = strrchr(text, '\n');
    char *last = size ? pl_strdup(newline ? newline + 1 : text) : NULL;
    free(text);
    return last;
}

/* Why a run that is not done is not. */
static void read_why(const char *dir, pl_report_run *r)
{
    const char *cause = json_string_value(json_object_get(r->manifest, "cause"));
    const char *reason = json_string_value(json_object_get(r->manifest, "reason"));
    bool failed = strcmp(r->status, "failed") == 0;
    if (failed)
        r->why = error_of(dir, r->manifest);
    else if (reason)
        r->why = pl_strdup(reason);
    r->failed_outside = failed && cause && strcmp(cause, "outside") == 0;
}

/* Of a run that was stopped, what it has trained; a malformed file counts as none. */
static void read_epochs_so_far(const char *dir, pl_report_run *r)
{
    char *path = pl_path_join(dir, "epochs.csv");
    kn_error ignored;
    if (strcmp(r->status, "stopped") == 0 && pl_exists(path))
        (void)read_epochs(path, r, &ignored);
    free(path);
}

/* Reads a JSON file; a missing one gives NULL. */
static kn_status read_json(const char *path, json_t **out, kn_error *e)
{
    *out = NULL;
    return pl_exists(path) ? pl_json_read(path, out, e) : KN_OK;
}

/* The counts metrics.json has of one side, of several attributes those of the target, if it has them:
 * predictions.csv is as long as the data, and gives the same. */
static bool take_confusion(const json_t *metrics, const char *side, const char *target,
                           pl_confusion *out)
{
    const json_t *scores = json_object_get(metrics, side);
    const json_t *several = json_object_get(scores, "targets");
    if (several)
        scores = target ? json_object_get(several, target) : NULL;
    const json_t *rows = json_object_get(scores, "confusion");
    for (size_t i = 0; i < 4 && rows; i++)
        out->count[i / 2][i % 2] =
            json_integer_value(json_array_get(json_array_get(rows, i / 2), i % 2));
    return rows != NULL;
}

static kn_status read_done(const char *dir, pl_report_run *r, kn_error *e)
{
    char *metrics = pl_path_join(dir, "metrics.json"), *epochs = pl_path_join(dir, "epochs.csv");
    kn_status rc;
    KN_TRY_TO(rc, cleanup, read_json(metrics, &r->metrics, e));
    if (pl_exists(epochs))
        KN_TRY_TO(rc, cleanup, read_epochs(epochs, r, e));
cleanup:
    free(metrics);
    free(epochs);
    return rc;
}

kn_status pl_run_counts_read(const char *study_dir, const char *target, pl_report_run *r,
                             kn_error *e)
{
    kn_status rc = KN_OK;
    if (!r->done || (target && !pl_run_tells(r, target)))
        return rc;
    bool counted = take_confusion(r->metrics, "test", target, &r->test);
    counted = take_confusion(r->metrics, "val", target, &r->val) || counted;
    char *predictions = pl_format("%s/runs/%s/predictions.csv", study_dir, r->id);
    if (!counted && pl_exists(predictions))
        rc = count_predictions(predictions, target, r, e);
    free(predictions);
    return rc;
}

/* Drops the members of a manifest that the report has no use for: a study may have 10,000. */
static void keep_members(json_t *manifest)
{
    static const char *const used[] = {"spec",      "ingest",   "split", "numeric", "keys",
                                       "blas_core", "versions", "isa",   "train"};
    const char *key;
    void *next;
    json_t *member;
    json_object_foreach_safe(manifest, next, key, member)
    {
        bool keep = false;
        for (size_t i = 0; i < sizeof used / sizeof used[0] && !keep; i++)
            keep = strcmp(key, used[i]) == 0;
        if (!keep)
            json_object_del(manifest, key);
    }
}

void pl_run_why_read(const char *study_dir, pl_report_run *r)
{
    char *dir = pl_format("%s/runs/%s", study_dir, r->id);
    char *manifest = pl_path_join(dir, "manifest.json");
    kn_error ignored;
    if (read_json(manifest, &r->manifest, &ignored) != KN_OK)
        r->manifest = NULL;
    read_why(dir, r);
    free(manifest);
    free(dir);
}

kn_status pl_run_files_read(const char *study_dir, pl_report_run *r, kn_error *e)
{
    char *dir = pl_format("%s/runs/%s", study_dir, r->id);
    char *manifest = pl_path_join(dir, "manifest.json");
    kn_status rc = KN_OK;
    if (r->done) {
        KN_TRY_TO(rc, cleanup, read_json(manifest, &r->manifest, e));
        keep_members(r->manifest);
        KN_TRY_TO(rc, cleanup, read_done(dir, r, e));
    } else {
        pl_run_why_read(study_dir, r);
        keep_members(r->manifest);
        read_epochs_so_far(dir, r);
    }
cleanup:
    free(manifest);
    free(dir);
    return rc;
}
