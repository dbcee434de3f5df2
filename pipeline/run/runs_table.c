/* runs.csv, declared in results.h: a row per run, its figures read from the run's folder. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "io/csv.h"
#include "io/json.h"
#include "run/results.h"
#include "util/fs.h"
#include "util/str.h"

static const char head[] = "run,group,status,seed";
static const char tail[] = "params,epochs,train_accuracy,val_accuracy,test_accuracy,test_loss,"
                           "test_auc,model_digest,train_seconds,images_per_second\n";

enum { TAIL = 10 }; /* columns after model and size */

/* The file in the run's folder, or NULL. */
static json_t *read_json(const char *study_dir, const char *id, const char *file)
{
    char *path = pl_format("%s/runs/%s/%s", study_dir, id, file);
    json_t *value = NULL;
    if (pl_exists(path) && pl_json_read(path, &value, NULL) != KN_OK)
        value = NULL;
    free(path);
    return value;
}

static void add_number(pl_str *s, const json_t *object, const char *key)
{
    const json_t *v = json_object_get(object, key);
    pl_str_add(s, ",");
    if (json_is_integer(v))
        pl_str_addf(s, "%lld", (long long)json_integer_value(v));
    else
        pl_csv_add_number(s, json_is_real(v) ? json_real_value(v) : (double)NAN);
}

/* Everything behind `size`; empty fields for a run that is not done. */
static void add_figures(const char *study_dir, const char *id, const pl_run_end *end, pl_str *s)
{
    if (end->status != PL_RUN_DONE) {
        for (int i = 0; i < TAIL; i++)
            pl_str_add(s, ",");
        pl_str_add(s, "\n");
        return;
    }
    const json_t *manifest = end->manifest;
    json_t *metrics = read_json(study_dir, id, "metrics.json");
    const json_t *train = json_object_get(manifest, "train");
    const json_t *val = json_object_get(metrics, "val"), *test = json_object_get(metrics, "test");
    const json_t *files = json_object_get(manifest, "files");
    const char *digest =
        json_string_value(json_object_get(json_object_get(files, "model.safetensors"), "sha256"));
    add_number(s, train, "params");
    add_number(s, train, "epochs");
    add_number(s, train, "train_accuracy");
    add_number(s, val, "accuracy");
    add_number(s, test, "accuracy");
    add_number(s, test, "loss");
    add_number(s, test, "auc");
    pl_str_addf(s, ",%s", digest ? digest : "");
    add_number(s, train, "train_seconds");
    add_number(s, train, "images_per_second");
    pl_str_add(s, "\n");
    json_decref(metrics);
}

static void add_row(const char *study_dir, const pl_study *study, int r, const char *id, pl_str *s)
{
    static const char *const models[] = {"cnn", "logreg", "rnn", "layers"};
    const pl_run *run = &study->runs[r];
    const pl_run_spec *spec = &run->spec;
    pl_run_end end;
    pl_results_run_end(study_dir, id, pl_stages, &end);
    bool seeded = spec->model.type != PL_MODEL_LOGREG || spec->model.solver != PL_SOLVER_LBFGS;
    pl_str_addf(s, "%s,", id);
    pl_csv_add(s, run->group_label);
    pl_str_addf(s, ",%s,", pl_run_status_text(end.status));
    if (seeded)
        pl_str_addf(s, "%llu", (unsigned long long)spec->train.seed);
    for (int a = 0; a < study->axis_count; a++) {
        pl_str_add(s, ",");
        pl_csv_add(s, run->value[a]);
    }
    pl_str_addf(s, ",%s,%dx%d", models[spec->model.type], spec->data.width, spec->data.height);
    add_figures(study_dir, id, &end, s);
    pl_run_end_clear(&end);
}

static kn_status write_table(const char *path, const pl_str *s, bool *changed, kn_error *e)
{
    char *old = NULL;
    size_t size = 0;
    *changed = true;
    if (pl_exists(path) && pl_read_file(path, (size_t)1 << 28, &old, &size, NULL) == KN_OK)
        *changed = size != s->size || memcmp(old, s->text, size) != 0;
    free(old);
    return *changed ? pl_write_file(path, s->text, s->size, e) : KN_OK;
}

/* From reading the runs' folders to writing runs.csv under a lock: of two that do so at once, as
 * `facet report` beside `facet run`, the one that read later writes later. */
static kn_status lock_table(const char *study_dir, int *lock, kn_error *e)
{
    char *path = pl_path_join(study_dir, ".report.lock");
    kn_status rc = pl_lock_wait(path, lock, e);
    free(path);
    return rc;
}

kn_status pl_results_write_table(const char *study_dir, const pl_study *study,
                                 const char *const *ids, bool *changed, kn_error *e)
{
    int lock = -1;
    KN_TRY(lock_table(study_dir, &lock, e));
    pl_str s;
    pl_str_init(&s);
    pl_str_add(&s, head);
    for (int a = 0; a < study->axis_count; a++) {
        pl_str_add(&s, ",");
        pl_csv_add(&s, study->axis[a]);
    }
    pl_str_addf(&s, ",model,size,%s", tail);
    for (int r = 0; r < study->run_count; r++)
        add_row(study_dir, study, r, ids[r], &s);
    char *path = pl_path_join(study_dir, "runs.csv");
    kn_status rc = write_table(path, &s, changed, e);
    free(path);
    pl_str_clear(&s);
    pl_lock_close(lock);
    return rc;
}

kn_status pl_results_refresh_table(const char *study_dir, bool *changed, kn_error *e)
{
    int lock = -1;
    KN_TRY(lock_table(study_dir, &lock, e));
    char *path = pl_path_join(study_dir, "runs.csv");
    pl_csv old;
    kn_status rc = pl_csv_read(path, &old, e);
    if (rc != KN_OK) {
        pl_lock_close(lock);
        free(path);
        return rc;
    }
    pl_str s;
    pl_str_init(&s);
    for (size_t r = 0; r < old.rows && rc == KN_OK; r++) {
        size_t columns = pl_csv_fields(&old, r);
        if (columns != pl_csv_fields(&old, 0) || columns < 6 + TAIL) {
            rc = kn_fail(e, KN_EFORMAT, "%s:%d: %zu fields are not a row of runs.csv", path,
                         old.line[r], columns);
            break;
        }
        const char *id = pl_csv_get(&old, r, 0);
        pl_run_end end;
        pl_results_run_end(study_dir, id, pl_stages, &end);
        for (size_t c = 0; c < columns - (r ? TAIL : 0); c++) {
            pl_str_add(&s, c ? "," : "");
            pl_csv_add(&s, r && c == 2 ? pl_run_status_text(end.status) : pl_csv_get(&old, r, c));
        }
        if (r == 0)
            pl_str_add(&s, "\n");
        else
            add_figures(study_dir, id, &end, &s);
        pl_run_end_clear(&end);
    }
    if (rc == KN_OK)
        rc = write_table(path, &s, changed, e);
    pl_str_clear(&s);
    pl_csv_clear(&old);
    pl_lock_close(lock);
    free(path);
    return rc;
}
