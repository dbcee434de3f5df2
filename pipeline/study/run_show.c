#include "study/run_show.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "io/json.h"
#include "run/live.h"
#include "run/run_ref.h"
#include "run/study_folder.h"
#include "spec/spec.h"
#include "stages/stage.h"
#include "stats/interval.h"
#include "study/run_files.h"
#include "util/fs.h"

/* What the parts below read. */
typedef struct looked {
    char *study_dir, *id, *dir;
    int row; /* of runs.csv; -1: of an earlier spec */
    pl_study_data d;
    bool has_table;
    pl_report_run alone; /* of a run that is not in the table */
    pl_report_run *run;
    json_t *manifest, *metrics; /* whole; NULL: none */
} looked;

static json_t *read_json(const char *dir, const char *file)
{
    char *path = pl_path_join(dir, file);
    json_t *value = NULL;
    if (pl_exists(path) && pl_json_read(path, &value, NULL) != KN_OK)
        value = NULL;
    free(path);
    return value;
}

static const char *text_in(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static json_t *real_or_null(double v)
{
    return isfinite(v) ? json_real(v) : json_null();
}

static json_t *copy_of(const json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);
    return value ? json_deep_copy(value) : json_null();
}

/* Canonical text of the run's parameters: as its manifest has them, else as study.yaml has; "" where neither
 * tells. */
static void canonical_of(const looked *w, pl_str *s)
{
    const char *key;
    json_t *value;
    pl_study study;
    json_object_foreach(json_object_get(w->manifest, "spec"), key, value)
    {
        pl_str_addf(s, "%s=%s\n", key, json_string_value(value));
    }
    if (s->size > 0 || w->row < 0 || pl_study_folder_load(w->study_dir, &study, NULL) != KN_OK)
        return;
    if (w->row < study.run_count)
        pl_spec_canonical(&study.runs[w->row].spec, PL_KEY_ALL, s);
    pl_study_clear(&study);
}

/* The canonical value of a key where the text leaves it out, into `value`; false: it cannot be left out. */
static bool default_of(const char *without, const char *key, pl_str *value)
{
    pl_run_spec spec;
    kn_arena arena;
    pl_str all;
    kn_arena_init(&arena);
    pl_str_init(&all);
    bool known = pl_spec_from_canonical(without, &arena, &spec, NULL) == KN_OK;
    if (known)
        pl_spec_canonical(&spec, PL_KEY_ALL, &all);
    size_t n = strlen(key);
    for (const char *line = all.text; *line; line += strcspn(line, "\n") + 1)
        if (strncmp(line, key, n) == 0 && line[n] == '=')
            pl_str_add_bytes(value, line + n + 1, strcspn(line + n + 1, "\n"));
    pl_str_clear(&all);
    kn_arena_clear(&arena);
    return known;
}

/* The keys whose value is not what the others give it by default. */
static json_t *differing(const looked *w)
{
    json_t *out = json_object();
    pl_str all, without, usual;
    pl_str_init(&all);
    pl_str_init(&without);
    pl_str_init(&usual);
    canonical_of(w, &all);
    for (const char *line = all.text; *line;) {
        size_t n = strcspn(line, "\n"), k = strcspn(line, "=");
        char *key = pl_format("%.*s", (int)k, line);
        char *value = pl_format("%.*s", (int)(n - k - 1), line + k + 1);
        pl_str_reset(&without);
        pl_str_reset(&usual);
        pl_str_add_bytes(&without, all.text, (size_t)(line - all.text));
        pl_str_add(&without, line + n + 1);
        if (!default_of(without.text, key, &usual) || strcmp(usual.text, value) != 0)
            json_object_set_new(out, key, json_string(value));
        free(key);
        free(value);
        line += n + 1;
    }
    pl_str_clear(&all);
    pl_str_clear(&without);
    pl_str_clear(&usual);
    return out;
}

static json_t *swept(const looked *w)
{
    json_t *out = json_object();
    for (int a = 0; w->row >= 0 && a < w->d.axis_count; a++)
        if (w->run->value[a][0])
            json_object_set_new(out, w->d.axis[a], json_string(w->run->value[a]));
    return out;
}

/* One side of metrics.json with Wilson's interval. */
static json_t *side(const looked *w, const char *name)
{
    static const char *const copied[] = {"accuracy", "loss", "auc",      "recall_0",
                                         "recall_1", "f1",   "majority", "confusion"};
    const json_t *from = json_object_get(w->metrics, name);
    long long right = 0, all = 0;
    if (!json_is_object(from))
        return json_null();
    json_t *out = json_object();
    for (size_t i = 0; i < sizeof copied / sizeof copied[0]; i++)
        json_object_set_new(out, copied[i], copy_of(from, copied[i]));
    if (json_object_get(from, "targets")) {
        json_object_set_new(out, "targets", copy_of(from, "targets"));
        json_object_set_new(out, "balanced_accuracy", copy_of(from, "balanced_accuracy"));
    }
    const json_t *rows = json_object_get(from, "confusion");
    for (size_t i = 0; i < 4; i++) {
        long long n = json_integer_value(json_array_get(json_array_get(rows, i / 2), i % 2));
        all += n;
        right += i == 0 || i == 3 ? n : 0;
    }
    pl_interval its = pl_wilson(right, all);
    json_object_set_new(out, "images", copy_of(from, "count"));
    json_object_set_new(out, "low", real_or_null(its.low));
    json_object_set_new(out, "high", real_or_null(its.high));
    return out;
}

static json_t *scores(const looked *w)
{
    const json_t *train = json_object_get(w->manifest, "train");
    json_t *of_train = json_null();
    if (train)
        of_train = json_pack("{s:o,s:o}", "images", copy_of(train, "train_images"), "accuracy",
                             copy_of(train, "train_accuracy"));
    return json_pack("{s:o,s:o,s:o}", "train", of_train, "val", side(w, "val"), "test",
                     side(w, "test"));
}

/* The first row with the best value; null where no row has any. */
static json_t *best_step(const pl_report_run *r, bool loss)
{
    double best = (double)NAN, step = 0;
    for (size_t i = 0; i < r->epoch_count; i++) {
        double v = loss ? r->epoch[i].val_loss : r->epoch[i].val_accuracy;
        if (isfinite(v) && (isnan(best) || (loss ? v < best : v > best))) {
            best = v;
            step = r->epoch[i].epoch;
        }
    }
    return isnan(best) ? json_null()
                       : json_pack("{s:I,s:f}", "step", (json_int_t)step, "value", best);
}

static json_t *training(const looked *w)
{
    const json_t *train = json_object_get(w->manifest, "train");
    const pl_report_run *r = w->run;
    if (!train && r->epoch_count == 0)
        return json_null();
    double steps = r->epoch_count > 0 ? r->epoch[r->epoch_count - 1].epoch
                                      : json_number_value(json_object_get(train, "epochs"));
    return json_pack("{s:o,s:o,s:o,s:s,s:I,s:o,s:o}", "params", copy_of(train, "params"), "seconds",
                     copy_of(train, "train_seconds"), "images_per_second",
                     copy_of(train, "images_per_second"), "step", pl_run_step(r), "steps",
                     (json_int_t)steps, "best_val_accuracy", best_step(r, false), "best_val_loss",
                     best_step(r, true));
}

static json_t *files(const looked *w)
{
    json_t *out = json_array();
    char **names = NULL;
    size_t count = 0;
    struct stat st;
    if (!pl_is_dir(w->dir) || pl_list_dir(w->dir, &names, &count, NULL) != KN_OK)
        return out;
    for (size_t i = 0; i < count; i++) {
        char *path = pl_path_join(w->dir, names[i]);
        if (stat(path, &st) == 0)
            json_array_append_new(
                out, json_pack("{s:s,s:I}", "path", path, "bytes", (json_int_t)st.st_size));
        free(path);
    }
    pl_free_names(names);
    return out;
}

static json_t *made(const looked *w)
{
    const json_t *m = w->manifest, *versions = json_object_get(m, "versions");
    if (!m)
        return json_null();
    return json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "host", copy_of(m, "host"), "cpu",
                     copy_of(m, "cpu"), "isa", copy_of(m, "isa"), "blas_core",
                     copy_of(m, "blas_core"), "threads", copy_of(m, "threads"), "facet",
                     copy_of(versions, "facet"), "blas", copy_of(versions, "blas"), "written",
                     copy_of(m, "written"));
}

/* The run's own numbers; of one that is done its files must be whole. */
static kn_status read_run(looked *w, kn_error *e)
{
    static const char *const no_value[1] = {""};
    if (w->row >= 0) {
        KN_TRY(pl_study_rows_read(w->study_dir, &w->d, e));
        w->has_table = true;
        if (w->row >= w->d.run_count)
            w->row = -1;
    }
    w->manifest = read_json(w->dir, "manifest.json");
    w->metrics = read_json(w->dir, "metrics.json");
    if (w->row >= 0) {
        w->run = &w->d.run[w->row];
        json_decref(w->run->manifest);
        free(w->run->why);
        w->run->manifest = NULL;
        w->run->why = NULL;
    } else {
        w->alone = (pl_report_run){
            .id = w->id, .seed = "", .model = "", .size = "", .params = "", .epochs = ""};
        w->alone.value = no_value;
        w->run = &w->alone;
    }
    if (w->manifest) /* newer than runs.csv while the study runs */
        w->run->status = text_in(w->manifest, "status");
    else if (w->row < 0)
        w->run->status = "pending";
    w->run->done = strcmp(w->run->status, "done") == 0;
    return pl_run_files_read(w->study_dir, w->run, e);
}

/* What is going on in it, as a sentence; heap, NULL: nothing. */
static char *going_on(const looked *w)
{
    json_t *all = pl_live_list(w->study_dir);
    char *said = NULL;
    for (size_t i = 0; i < json_array_size(all) && !said; i++) {
        const json_t *one = json_array_get(all, i);
        if (strcmp(text_in(one, "name"), w->id) == 0)
            said = pl_format("process %lld on %s works on it%s%s",
                             (long long)json_integer_value(json_object_get(one, "process")),
                             text_in(one, "host"), *text_in(one, "note") ? ": " : "",
                             text_in(one, "note"));
    }
    json_decref(all);
    return said;
}

static json_t *tell(const looked *w)
{
    const pl_report_run *r = w->run;
    char *now = r->done ? NULL : going_on(w);
    const char *why = now ? now : r->why;
    const char *group = w->row >= 0 ? w->d.group[r->group].label : text_in(w->manifest, "label");
    const char *target = text_in(json_object_get(w->manifest, "ingest"), "target");
    char *study = pl_strdup(pl_path_base(w->study_dir));
    json_t *out =
        json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s?,s:s?,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "study",
                  study, "run", w->id, "folder", w->dir, "group", group, "label",
                  *text_in(w->manifest, "label") ? text_in(w->manifest, "label") : group, "status",
                  now ? "running" : r->status, "why", why, "target", *target ? target : NULL,
                  "spec", differing(w), "swept", swept(w), "scores", scores(w), "training",
                  training(w), "seconds", copy_of(w->manifest, "seconds"), "files", files(w),
                  "keys", copy_of(w->manifest, "keys"), "made", made(w));
    const json_t *targets = json_object_get(json_object_get(w->manifest, "ingest"), "targets");
    if (targets)
        json_object_set_new(out, "targets", json_deep_copy(targets));
    free(study);
    free(now);
    return out;
}

kn_status pl_run_show_read(const char *results, const char *ref, json_t **out, kn_error *e)
{
    looked w = {.row = -1};
    KN_TRY(pl_run_ref_resolve(results, ref, &w.study_dir, &w.id, &w.row, e));
    w.dir = pl_format("%s/runs/%s", w.study_dir, w.id);
    kn_status rc = read_run(&w, e);
    if (rc == KN_OK)
        *out = tell(&w);
    if (w.run == &w.alone) {
        free(w.alone.epoch);
        free(w.alone.why);
        json_decref(w.alone.manifest);
        json_decref(w.alone.metrics);
    }
    if (w.has_table)
        pl_study_data_clear(&w.d);
    json_decref(w.manifest);
    json_decref(w.metrics);
    free(w.dir);
    free(w.id);
    free(w.study_dir);
    return rc == KN_OK && !*out ? kn_fail(e, KN_ENOMEM, "no memory for what is told of a run") : rc;
}
