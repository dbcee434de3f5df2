#include "run/verify.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "io/csv.h"
#include "io/json.h"
#include "run/executor.h"
#include "run/plan.h"
#include "util/digest.h"
#include "util/fs.h"

static const char *const file_names[PL_VERIFY_FILES] = {"epochs.csv", "model.safetensors",
                                                        "metrics.json", "predictions.csv"};

typedef struct work {
    const char *run_dir;
    json_t *manifest;
    kn_arena arena;
    pl_run run;
    pl_study study;
    pl_store *store;
    pl_plan plan;
    bool planned;
} work;

static const char *text_in(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

/* The run's parameters and paths as its manifest has them. */
static kn_status read_spec(work *w, kn_error *e)
{
    pl_str canonical;
    const char *key = NULL;
    json_t *value = NULL;
    pl_str_init(&canonical);
    json_object_foreach(json_object_get(w->manifest, "spec"), key, value)
    {
        pl_str_addf(&canonical, "%s=%s\n", key, json_string_value(value));
    }
    kn_status rc = pl_spec_from_canonical(canonical.text, &w->arena, &w->run.spec, e);
    pl_str_clear(&canonical);
    KN_TRY(rc);
    pl_data_spec *d = &w->run.spec.data;
    const json_t *paths = json_object_get(w->manifest, "paths");
    d->images = json_string_value(json_object_get(paths, "data.images"));
    d->labels = json_string_value(json_object_get(paths, "data.labels"));
    d->partition = json_string_value(json_object_get(paths, "data.partition"));
    d->identity = json_string_value(json_object_get(paths, "data.identity"));
    if (!d->images || !d->labels)
        return kn_fail(e, KN_EUSAGE, "%s: the manifest does not name the run's data", w->run_dir);
    w->run.label = w->run.group_label = text_in(w->manifest, "label");
    w->study = (pl_study){.name = "verify",
                          .path = w->run_dir,
                          .dir = ".",
                          .runs = &w->run,
                          .run_count = 1,
                          .group_count = 1};
    return KN_OK;
}

/* That every source is as the manifest's digests say. */
static kn_status check_sources(work *w, kn_error *e)
{
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(json_object_get(w->manifest, "sources"), key, value)
    {
        const char *path = text_in(json_object_get(w->manifest, "paths"), key);
        pl_digest now;
        if (*path == '\0' || !pl_exists(path))
            return kn_fail(e, KN_EDATA, "%s: %s of this run is not there any more", path, key);
        KN_TRY(pl_store_source_digest(w->store, path, &now, e));
        if (strcmp(now.hex, json_string_value(value)) != 0)
            return kn_fail(e, KN_EDATA, "%s: %s has changed since the run was made", path, key);
    }
    return KN_OK;
}

static kn_status train_again(work *w, const char *results, const pl_run_maker *maker, kn_error *e)
{
    KN_TRY(pl_plan_make(&w->study, pl_stages, w->store, results, &w->plan, e));
    w->planned = true;
    if (strcmp(w->plan.run[0].id, text_in(w->manifest, "run")) != 0)
        return kn_fail(e, KN_EDATA,
                       "%s: its parameters give the run %s; another version of facet made it",
                       w->run_dir, w->plan.run[0].id);
    int lock = -1;
    KN_TRY(pl_results_open(w->plan.study_dir, &w->study, &lock, e));
    const pl_exec_options options = {.maker = *maker, .jobs = 1, .until = PL_STAGE_COUNT - 1};
    pl_exec_result result;
    kn_status rc = pl_exec_run(&w->plan, &options, &result, e);
    pl_results_close(lock);
    if (rc == KN_EINTERRUPTED)
        return kn_fail(e, rc, "interrupted; verify starts again from the beginning");
    if (rc == KN_OK && result.done != 1)
        return kn_fail(e, KN_EDATA, "%s: training it again failed", w->run_dir);
    return rc;
}

static kn_status compare_file(const work *w, const char *now_dir, pl_verify_file *f, kn_error *e)
{
    char *before = pl_path_join(w->run_dir, f->name), *now = pl_path_join(now_dir, f->name);
    const json_t *recorded = json_object_get(json_object_get(w->manifest, "files"), f->name);
    pl_digest a, b;
    pl_str detail;
    pl_str_init(&detail);
    kn_status rc = pl_digest_file(before, &a, e);
    if (rc == KN_OK)
        rc = pl_digest_file(now, &b, e);
    bool same = rc == KN_OK && strcmp(a.hex, b.hex) == 0;
    if (rc == KN_OK && !same && strcmp(f->name, "epochs.csv") == 0)
        rc = pl_verify_epochs(before, now, &same, &detail, e);
    f->state = same ? PL_VERIFY_SAME : PL_VERIFY_DIFFERS;
    if (rc == KN_OK && strcmp(a.hex, text_in(recorded, "sha256")) != 0)
        f->state = PL_VERIFY_CHANGED;
    f->detail = pl_str_take(&detail);
    free(before);
    free(now);
    return rc;
}

static kn_status compare(const work *w, pl_verify *out, kn_error *e)
{
    char *runs = pl_path_join(w->plan.study_dir, "runs");
    char *now_dir = pl_path_join(runs, w->plan.run[0].id);
    kn_status rc = KN_OK;
    for (int i = 0; i < PL_VERIFY_FILES && rc == KN_OK; i++) {
        out->file[i].name = file_names[i];
        rc = compare_file(w, now_dir, &out->file[i], e);
        out->differing += out->file[i].state != PL_VERIFY_SAME;
    }
    free(runs);
    free(now_dir);
    return rc;
}

static kn_status verify(work *w, const char *scratch, const pl_run_maker *maker, pl_verify *out,
                        kn_error *e)
{
    char *path = pl_path_join(w->run_dir, "manifest.json");
    kn_status rc = pl_json_read(path, &w->manifest, e);
    free(path);
    KN_TRY(rc);
    const char *status = text_in(w->manifest, "status");
    if (strcmp(status, "done") != 0)
        return kn_fail(e, KN_EUSAGE, "%s: the run is not done (%s)", w->run_dir,
                       *status ? status : "no status");
    KN_TRY(read_spec(w, e));
    snprintf(out->run, sizeof out->run, "%s", text_in(w->manifest, "run"));
    out->numeric_then = pl_strdup(text_in(w->manifest, "numeric"));
    out->numeric_now = pl_numeric_identity(w->run.spec.train.precision);
    out->numeric_same = strcmp(out->numeric_then, out->numeric_now) == 0;
    char *cache = pl_path_join(scratch, "cache"), *results = pl_path_join(scratch, "results");
    rc = pl_store_open(cache, &w->store, e);
    if (rc == KN_OK)
        rc = check_sources(w, e);
    if (rc == KN_OK)
        rc = train_again(w, results, maker, e);
    if (rc == KN_OK)
        rc = compare(w, out, e);
    free(cache);
    free(results);
    return rc;
}

kn_status pl_verify_run(const char *run_dir, const char *scratch, const pl_run_maker *maker,
                        pl_verify *out, kn_error *e)
{
    work w = {.run_dir = run_dir};
    memset(out, 0, sizeof *out);
    kn_arena_init(&w.arena);
    kn_status rc = verify(&w, scratch, maker, out, e);
    if (w.planned)
        pl_plan_clear(&w.plan);
    pl_store_close(w.store);
    kn_arena_clear(&w.arena);
    json_decref(w.manifest);
    if (rc != KN_OK)
        pl_verify_clear(out);
    return rc;
}

void pl_verify_clear(pl_verify *v)
{
    for (int i = 0; i < PL_VERIFY_FILES; i++)
        free(v->file[i].detail);
    free(v->numeric_then);
    memset(v, 0, sizeof *v);
}

static bool is_wall_time(const char *column)
{
    return strcmp(column, "seconds") == 0 || strcmp(column, "images_per_second") == 0;
}

/* The first difference of a row. Both have the same columns. */
static bool rows_equal(const pl_csv *a, const pl_csv *b, size_t row, pl_str *detail)
{
    for (size_t k = 0; k < pl_csv_fields(a, 0); k++) {
        const char *column = pl_csv_get(a, 0, k);
        const char *x = pl_csv_get(a, row, k), *y = pl_csv_get(b, row, k);
        if (is_wall_time(column) || strcmp(x, y) == 0)
            continue;
        pl_str_addf(detail, "in epoch %s: %s was %s, is %s", pl_csv_get(a, row, 0), column,
                    *x ? x : "empty", *y ? y : "empty");
        return false;
    }
    return true;
}

static bool same_columns(const pl_csv *a, const pl_csv *b)
{
    size_t n = a->rows && b->rows ? pl_csv_fields(a, 0) : 0;
    bool same = n > 0 && n == pl_csv_fields(b, 0);
    for (size_t k = 0; same && k < n; k++)
        same = strcmp(pl_csv_get(a, 0, k), pl_csv_get(b, 0, k)) == 0;
    for (size_t r = 1; same && r < a->rows; r++)
        same = pl_csv_fields(a, r) == n;
    for (size_t r = 1; same && r < b->rows; r++)
        same = pl_csv_fields(b, r) == n;
    return same;
}

kn_status pl_verify_epochs(const char *before, const char *now, bool *same, pl_str *detail,
                           kn_error *e)
{
    pl_csv a, b;
    KN_TRY(pl_csv_read(before, &a, e));
    kn_status rc = pl_csv_read(now, &b, e);
    if (rc != KN_OK) {
        pl_csv_clear(&a);
        return rc;
    }
    *same = same_columns(&a, &b);
    if (!*same)
        pl_str_add(detail, "in the columns");
    for (size_t r = 1; *same && r < a.rows && r < b.rows; r++)
        *same = rows_equal(&a, &b, r, detail);
    if (*same && a.rows != b.rows) {
        *same = false;
        pl_str_addf(detail, "it had %zu epochs, now %zu", a.rows - 1, b.rows - 1);
    }
    pl_csv_clear(&a);
    pl_csv_clear(&b);
    return KN_OK;
}
