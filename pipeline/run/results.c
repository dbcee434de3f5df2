#define _GNU_SOURCE
#include "run/results.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cpu.h"
#include "io/json.h"
#include "ops/gemm/gemm_core.h"
#include "run/run_key.h"
#include "run/study_folder.h"
#include "util/clock.h"
#include "util/fs.h"
#include "util/interrupt.h"
#include "util/str.h"
#include "util/sys.h"

static const double LOCK_SECONDS = 3;

/* What a done run's folder holds besides the manifest, and which stage's entry it comes from. */
static const struct {
    const char *name;
    pl_stage_id stage;
} run_files[] = {
    {"epochs.csv", PL_TRAIN},
    {"metrics.json", PL_EVALUATE},
    {"predictions.csv", PL_EVALUATE},
    {"model.safetensors", PL_TRAIN},
};

enum { RUN_FILES = sizeof run_files / sizeof *run_files, MAX_LOG = 16 << 20 };

const char *pl_run_status_text(pl_run_status status)
{
    static const char *const text[] = {"pending", "done", "failed", "stopped", "interrupted"};
    return text[status];
}

static char *manifest_path(const char *study_dir, const char *id)
{
    return pl_format("%s/runs/%s/manifest.json", study_dir, id);
}

bool pl_failure_is_outside(kn_status status)
{
    return status == KN_EIO || status == KN_ENOMEM || status == KN_EINTERRUPTED;
}

/* NULL: there is none that can be read. */
static json_t *read_manifest(const char *study_dir, const char *id)
{
    char *path = manifest_path(study_dir, id);
    json_t *manifest = NULL;
    if (pl_exists(path) && pl_json_read(path, &manifest, NULL) != KN_OK)
        manifest = NULL;
    free(path);
    return manifest;
}

static pl_run_status status_in(const json_t *manifest)
{
    const char *text = json_string_value(json_object_get(manifest, "status"));
    for (int s = PL_RUN_DONE; text && s <= PL_RUN_INTERRUPTED; s++)
        if (strcmp(text, pl_run_status_text((pl_run_status)s)) == 0)
            return (pl_run_status)s;
    return PL_RUN_PENDING;
}

pl_run_status pl_results_run_status(const char *study_dir, const char *id)
{
    json_t *manifest = read_manifest(study_dir, id);
    pl_run_status status = status_in(manifest);
    json_decref(manifest);
    return status;
}

static bool versions_match(const json_t *manifest, const pl_stage *const *stages)
{
    const json_t *versions = json_object_get(manifest, "stage_versions");
    bool match = true;
    for (int s = 0; s < PL_STAGE_COUNT; s++)
        match = match && json_integer_value(json_object_get(versions, stages[s]->name)) ==
                             stages[s]->version;
    return match;
}

bool pl_results_run_end(const char *study_dir, const char *id, const pl_stage *const *stages,
                        pl_run_end *out)
{
    json_t *m = read_manifest(study_dir, id);
    const char *cause = json_string_value(json_object_get(m, "cause"));
    const char *numeric = json_string_value(json_object_get(m, "numeric"));
    *out =
        (pl_run_end){.status = status_in(m),
                     .error = json_string_value(json_object_get(m, "error")),
                     .reason = json_string_value(json_object_get(m, "reason")),
                     .outside = !cause || strcmp(cause, "run") != 0,
                     .current = numeric && pl_numeric_is_ours(numeric) && versions_match(m, stages),
                     .manifest = m};
    return m != NULL;
}

void pl_run_end_clear(pl_run_end *end)
{
    json_decref(end->manifest);
    *end = (pl_run_end){.status = PL_RUN_PENDING};
}

bool pl_run_end_is_final(const pl_run_end *end)
{
    return end->status == PL_RUN_FAILED && !end->outside && end->current;
}

bool pl_run_end_is_halted(const pl_run_end *end)
{
    return end->status == PL_RUN_STOPPED && end->reason && pl_starts_with(end->reason, "halving");
}

static bool files_are_there(const char *dir, json_t *files)
{
    const char *name = NULL;
    json_t *file = NULL;
    bool all = json_object_size(files) > 0;
    json_object_foreach(files, name, file)
    {
        char *path = pl_path_join(dir, name);
        struct stat st;
        all = all && stat(path, &st) == 0 &&
              st.st_size == json_integer_value(json_object_get(file, "size"));
        free(path);
    }
    return all;
}

bool pl_results_run_is_done(const char *study_dir, const char *id, const pl_stage *const *stages)
{
    char *path = manifest_path(study_dir, id), *dir = pl_path_dir(path);
    json_t *manifest = NULL;
    bool done = false;
    if (pl_exists(path) && pl_json_read(path, &manifest, NULL) == KN_OK) {
        const char *status = json_string_value(json_object_get(manifest, "status"));
        done = status && strcmp(status, "done") == 0 &&
               files_are_there(dir, json_object_get(manifest, "files")) &&
               versions_match(manifest, stages);
    }
    json_decref(manifest);
    free(dir);
    free(path);
    return done;
}

static void append_log(pl_str *log, const char *path)
{
    char *text = NULL;
    size_t size = 0;
    if (pl_exists(path) && pl_read_file(path, MAX_LOG, &text, &size, NULL) == KN_OK)
        pl_str_add_bytes(log, text, size);
    free(text);
}

static kn_status write_log(const char *dir, const pl_run_outcome *o, kn_error *e)
{
    pl_str log;
    pl_str_init(&log);
    for (int s = 0; s < PL_STAGE_COUNT; s++)
        if (o->entry[s]) {
            char *path = pl_path_join(o->entry[s]->dir, "log.txt");
            append_log(&log, path);
            free(path);
        }
    if (o->work) {
        char *path = pl_path_join(o->work, "log.txt");
        append_log(&log, path);
        free(path);
    }
    if (o->error)
        pl_str_addf(&log, "%s\n", o->error);
    char *path = pl_path_join(dir, "log.txt");
    kn_status rc = pl_write_file(path, log.text, log.size, e);
    free(path);
    pl_str_clear(&log);
    return rc;
}

/* A member that is a JSON file of an entry, where it is there. */
static void add_file_member(json_t *to, const char *name, const pl_entry *entry, const char *file)
{
    if (!entry)
        return;
    char *path = pl_path_join(entry->dir, file);
    json_t *value = NULL;
    if (pl_exists(path) && pl_json_read(path, &value, NULL) == KN_OK)
        json_object_set_new(to, name, value);
    free(path);
}

static void add_stages(json_t *m, const pl_run *run, const pl_run_outcome *o)
{
    json_t *keys = json_object(), *sources = json_object(), *seconds = json_object();
    json_t *versions = json_object();
    const char *numeric = pl_numeric_identity(run->spec.train.precision);
    for (int s = 0; s < PL_STAGE_COUNT; s++) {
        const char *name = o->stages[s]->name;
        json_object_set_new(versions, name, json_integer(o->stages[s]->version));
        if (!o->entry[s])
            continue;
        const json_t *info = o->entry[s]->info;
        json_object_set(keys, name, json_object_get(info, "key"));
        json_object_set(seconds, name, json_object_get(info, "seconds"));
        json_object_update(sources, json_object_get(info, "sources"));
        if (json_is_string(json_object_get(info, "numeric")))
            numeric = json_string_value(json_object_get(info, "numeric"));
    }
    json_object_set_new(m, "keys", keys);
    json_object_set_new(m, "sources", sources);
    json_object_set_new(m, "seconds", seconds);
    json_object_set_new(m, "stage_versions", versions);
    json_object_set_new(m, "numeric", json_string(numeric));
}

/* Where the data was, for `facet verify`: as absolute paths, for the manifest is the one file that
 * tells of this machine. */
static json_t *paths_json(const pl_data_spec *d)
{
    const char *const key[] = {"data.images", "data.labels", "data.partition", "data.identity"};
    const char *const path[] = {d->images, d->labels, d->partition, d->identity};
    json_t *object = json_object();
    for (int i = 0; i < 4; i++) {
        char *whole = path[i] ? realpath(path[i], NULL) : NULL;
        if (path[i])
            json_object_set_new(object, key[i], json_string(whole ? whole : path[i]));
        free(whole);
    }
    return object;
}

static json_t *make_manifest(const pl_run_outcome *o, json_t *files)
{
    const pl_run *run = &o->study->runs[o->run];
    char host[128] = "", now[PL_TIME_TEXT], cpu[128];
    gethostname(host, sizeof host - 1);
    pl_time_text(now);
    kn_cpu_model(cpu, sizeof cpu);
    json_t *m = json_object();
    json_object_set_new(m, "run", json_string(o->id));
    json_object_set_new(m, "study", json_string(o->study->name));
    json_object_set_new(m, "label", json_string(run->label));
    json_object_set_new(m, "status", json_string(pl_run_status_text(o->status)));
    if (o->error) {
        json_object_set_new(m, "error", json_string(o->error));
        json_object_set_new(m, "cause", json_string(o->outside ? "outside" : "run"));
    }
    if (o->reason)
        json_object_set_new(m, "reason", json_string(o->reason));
    json_object_set_new(m, "spec", pl_parameters_json(&run->spec, PL_KEY_ALL));
    json_object_set_new(m, "paths", paths_json(&run->spec.data));
    json_object_set(m, "files", files);
    add_stages(m, run, o);
    add_file_member(m, "ingest", o->entry[PL_INGEST], "ingest.json");
    add_file_member(m, "split", o->entry[PL_SPLIT], "split.json");
    add_file_member(m, "train", o->entry[PL_TRAIN], "train.json");
    json_object_set_new(m, "isa", json_string(kn_isa_name(kn_isa_get())));
    json_object_set_new(m, "blas_core", json_string(kn_gemm_core()));
    if (run->spec.train.precision == KN_PRECISION_BF16)
        json_object_set_new(m, "bf16", json_string(kn_bf16_name(kn_bf16_get())));
    json_object_set_new(
        m, "versions",
        json_pack("{s:s,s:s}", "facet", o->maker.version, "blas", kn_gemm_version()));
    json_object_set_new(m, "cpu", json_string(cpu));
    json_object_set_new(m, "threads", json_integer(o->maker.threads));
    json_object_set_new(m, "host", json_string(host));
    json_object_set_new(m, "written", json_string(now));
    return m;
}

/* Copies the result files into `to` and describes them. */
static kn_status copy_files(const char *to_dir, const pl_run_outcome *o, json_t *files, kn_error *e)
{
    for (int i = 0; i < RUN_FILES; i++) {
        const pl_entry *entry = o->entry[run_files[i].stage];
        const char *digest = pl_entry_digest(entry, run_files[i].name);
        if (!digest)
            continue;
        char *from = pl_path_join(entry->dir, run_files[i].name);
        char *to = pl_path_join(to_dir, run_files[i].name);
        struct stat st;
        kn_status rc = pl_copy_file(from, to, e);
        if (rc == KN_OK && stat(to, &st) != 0)
            rc = kn_fail_errno(e, KN_EIO, "cannot look at '%s'", to);
        if (rc == KN_OK)
            json_object_set_new(
                files, run_files[i].name,
                json_pack("{s:I,s:s}", "size", (json_int_t)st.st_size, "sha256", digest));
        free(from);
        free(to);
        KN_TRY(rc);
    }
    return KN_OK;
}

/* Of a run that rests. */
static kn_status copy_epochs(const char *dir, const pl_run_outcome *o, kn_error *e)
{
    if (!o->work)
        return KN_OK;
    char *from = pl_path_join(o->work, "epochs.csv"), *to = pl_path_join(dir, "epochs.csv");
    kn_status rc = pl_exists(from) ? pl_copy_file(from, to, e) : KN_OK;
    free(from);
    free(to);
    return rc;
}

static kn_status move_files(const char *from_dir, const char *to_dir, kn_error *e)
{
    char **names = NULL;
    size_t count = 0;
    kn_status rc = pl_list_dir(from_dir, &names, &count, e);
    for (size_t i = 0; i < count && rc == KN_OK; i++) {
        char *from = pl_path_join(from_dir, names[i]), *to = pl_path_join(to_dir, names[i]);
        rc = pl_rename(from, to, e);
        free(from);
        free(to);
    }
    pl_free_names(names);
    return rc;
}

/* A sentence about a file in the making names the place it is for. */
static void name_the_place(kn_error *e, const char *fresh)
{
    const char *part = strrchr(fresh, '/');
    char *at = e ? strstr(e->text, part) : NULL;
    if (at)
        memmove(at, at + strlen(part), strlen(at + strlen(part)) + 1);
}

/* The files are made in a folder of their own, synced together and moved: whole where they are seen, for
 * one wait for the disk instead of two a file. The folder they come to is synced with the manifest. */
static kn_status write_files(const char *dir, const pl_run_outcome *o, json_t *files, kn_error *e)
{
    char *whole = pl_path_join(dir, "new"), *fresh = pl_temporary_name(whole, 0);
    free(whole);
    kn_status rc = KN_OK;
    pl_fsync_later(fresh);
    KN_TRY_TO(rc, cleanup, pl_remove_tree(fresh, e));
    KN_TRY_TO(rc, cleanup, pl_make_dirs(fresh, e));
    if (o->status == PL_RUN_DONE)
        KN_TRY_TO(rc, cleanup, copy_files(fresh, o, files, e));
    else
        KN_TRY_TO(rc, cleanup, copy_epochs(fresh, o, e));
    KN_TRY_TO(rc, cleanup, write_log(fresh, o, e));
    KN_TRY_TO(rc, cleanup, pl_fsync_folder(fresh, e));
    rc = move_files(fresh, dir, e);
cleanup:
    if (rc != KN_OK)
        name_the_place(e, fresh);
    pl_fsync_later_end(fresh);
    pl_remove_tree(fresh, NULL);
    free(fresh);
    return rc;
}

kn_status pl_results_write_run(const char *study_dir, const pl_run_outcome *o, kn_error *e)
{
    char *path = manifest_path(study_dir, o->id), *dir = pl_path_dir(path);
    json_t *files = json_object(), *manifest = NULL;
    kn_status rc = KN_OK;
    KN_TRY_TO(rc, cleanup, pl_make_dirs(dir, e));
    pl_remove_leftovers(dir);
    KN_TRY_TO(rc, cleanup, write_files(dir, o, files, e));
    manifest = make_manifest(o, files);
    rc = pl_json_write(path, manifest, e);
cleanup:
    json_decref(manifest);
    json_decref(files);
    free(dir);
    free(path);
    return rc;
}

static void sign_lock(int lock, const char *path)
{
    char host[128] = "", now[PL_TIME_TEXT];
    gethostname(host, sizeof host - 1);
    pl_time_text(now);
    char *text = pl_format("process %ld on %s since %s\n", (long)getpid(), host, now);
    ssize_t wrote =
        pl_sys_truncate(lock, path, 0) == 0 ? pl_sys_write(lock, path, text, strlen(text)) : 0;
    (void)wrote; /* only words for people */
    free(text);
}

static char *read_lock(const char *path)
{
    char *text = NULL;
    size_t size = 0;
    if (pl_read_file(path, 4096, &text, &size, NULL) != KN_OK || size == 0) {
        free(text);
        return pl_strdup("another process");
    }
    text[strcspn(text, "\n")] = '\0';
    return text;
}

/* Takes the study's lock, or leaves *lock at -1 when another process keeps it. One that was just killed may hold it a moment
 * longer, until it and its workers are gone: so it is tried for a few seconds. */
static kn_status take_lock(const char *path, int *lock, kn_error *e)
{
    const struct timespec nap = {0, 50 * 1000 * 1000};
    double until = pl_now() + LOCK_SECONDS;
    for (;;) {
        KN_TRY(pl_lock_open(path, true, lock, e));
        if (*lock >= 0 || pl_now() > until || pl_interrupted())
            return KN_OK;
        nanosleep(&nap, NULL);
    }
}

kn_status pl_results_open(const char *study_dir, const pl_study *study, int *lock, kn_error *e)
{
    char *lock_path = pl_path_join(study_dir, ".lock");
    char *yaml_path = pl_path_join(study_dir, "study.yaml");
    char *probe = pl_format("%s/.probe", study_dir);
    *lock = -1;
    pl_str yaml;
    pl_str_init(&yaml);
    kn_status rc = KN_OK;
    KN_TRY_TO(rc, cleanup, pl_make_dirs(study_dir, e));
    KN_TRY_TO(rc, cleanup, take_lock(lock_path, lock, e));
    if (*lock < 0) {
        char *who = read_lock(lock_path);
        rc = kn_fail(e, KN_EIO,
                     "the study '%s' is being run by %s; `facet status %s` shows how far it is",
                     study->name, who, study->name);
        free(who);
        goto cleanup;
    }
    sign_lock(*lock, lock_path);
    pl_study_folder_sweep(study_dir);
    KN_TRY_TO(rc, cleanup, pl_write_file(probe, "", 0, e)); /* the lock may be there from before */
    pl_sys_unlink(probe);
    pl_study_yaml(study, &yaml);
    rc = pl_write_file_if_changed(yaml_path, yaml.text, yaml.size, e);
    if (rc == KN_OK)
        rc = pl_study_folder_note(study_dir, study, e);
cleanup:
    if (rc != KN_OK) {
        pl_lock_close(*lock);
        *lock = -1;
    }
    pl_str_clear(&yaml);
    free(probe);
    free(yaml_path);
    free(lock_path);
    return rc;
}

void pl_results_close(int lock)
{
    pl_lock_close(lock);
}

bool pl_results_is_read_only(const char *study_dir)
{
    return access(study_dir, W_OK) != 0 && (errno == EROFS || errno == EACCES);
}

bool pl_results_is_running(const char *study_dir, char **who)
{
    char *path = pl_path_join(study_dir, ".lock");
    bool running = pl_lock_is_held(path, false);
    if (who)
        *who = running ? read_lock(path) : NULL;
    free(path);
    return running;
}
