#include "run/study_status.h"

#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "io/csv.h"
#include "run/cost.h"
#include "run/launcher_queue.h"
#include "run/live.h"
#include "run/results.h"
#include "run/study_folder.h"
#include "util/fs.h"
#include "util/hash_index.h"
#include "util/log.h"

struct pl_status {
    char *name, *dir;
    pl_study study; /* for the costs */
    bool has_study;
    pl_costs *costs;       /* NULL: not asked */
    pl_hash_index by_done; /* hashes of the ids of runs that were seen done -> seconds */
    double *seconds;
    int done_seen;
};

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

kn_status pl_status_open(const char *results, const char *study, const char *cache, pl_status **out,
                         kn_error *e)
{
    char *dir = find_study(results, study), *path = pl_path_join(dir, "runs.csv");
    kn_status rc = KN_OK;
    *out = NULL;
    if (!pl_exists(path))
        rc = kn_fail(e, KN_EUSAGE, "there is no study '%s': %s is missing", study, path);
    free(path);
    if (rc != KN_OK) {
        free(dir);
        return rc;
    }
    pl_status *s = calloc(1, sizeof *s);
    if (!s)
        abort();
    *s = (pl_status){.name = pl_strdup(study), .dir = dir};
    if (cache && pl_costs_open(cache, &s->costs, NULL) == KN_OK)
        s->has_study = pl_study_folder_load(dir, &s->study, NULL) == KN_OK;
    *out = s;
    return KN_OK;
}

void pl_status_close(pl_status *s)
{
    if (!s)
        return;
    if (s->has_study)
        pl_study_clear(&s->study);
    pl_costs_free(s->costs);
    pl_hash_index_clear(&s->by_done);
    free(s->seconds);
    free(s->name);
    free(s->dir);
    free(s);
}

/* What a look counts. */
typedef struct tally {
    int status[PL_RUN_INTERRUPTED + 1]; /* of runs that are not active */
    int active, halted;
    double done_seconds; /* of the done runs, together */
    double pace;         /* seconds whole runs take as fast as the active ones go, together */
    int paced;
    double *wanted; /* per run that is left: the part of it that is not done yet; 0: not left */
    json_t *now, *failures;
} tally;

static double number(const json_t *o, const char *key)
{
    return json_number_value(json_object_get(o, key));
}

static json_t *now_of(const json_t *live, const char *id, const char *group)
{
    static const char *const same[] = {"name",   "title", "note",    "unit",
                                       "paused", "host",  "process", "age"};
    double seconds = number(live, "seconds"), here = number(live, "done") - number(live, "from");
    double rate = seconds > 0 && here > 0 ? here / seconds : 0;
    double left = number(live, "total") - number(live, "done");
    json_t *now = json_pack("{s:f,s:f,s:f,s:s}", "done", number(live, "done"), "total",
                            number(live, "total"), "rate", rate, "group", group);
    json_object_set_new(now, "run", id ? json_string(id) : json_null());
    json_object_set_new(now, "seconds_left",
                        rate > 0 && left >= 0 ? json_real(left / rate) : json_null());
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        json_t *value = json_object_get(live, same[i]);
        json_object_set(now, same[i], value ? value : json_null());
    }
    return now;
}

/* Seconds the run took, by its manifest; 0 where it does not tell. */
static double seconds_of(const json_t *manifest)
{
    const json_t *seconds = json_object_get(manifest, "seconds");
    return number(seconds, "train") + number(seconds, "evaluate");
}

/* True where the run was seen done before. */
static bool was_done(const pl_status *s, const char *id, double *seconds)
{
    int at = pl_hash_index_get(&s->by_done, pl_hash_text(PL_HASH_START, id));
    if (at >= 0)
        *seconds = s->seconds[at];
    return at >= 0;
}

static void remember_done(pl_status *s, const char *id, double seconds)
{
    if ((s->done_seen & (s->done_seen - 1)) == 0) {
        size_t room = s->done_seen ? 2 * (size_t)s->done_seen : 1;
        s->seconds = realloc(s->seconds, room * sizeof *s->seconds);
        if (!s->seconds)
            abort();
    }
    s->seconds[s->done_seen] = seconds;
    pl_hash_index_put(&s->by_done, pl_hash_text(PL_HASH_START, id), s->done_seen++);
}

/* A run that nobody works on. Returns whether it is left. */
static bool count_resting(pl_status *s, const char *id, const char *group, tally *t)
{
    double seconds = 0;
    if (was_done(s, id, &seconds)) {
        t->status[PL_RUN_DONE]++;
        t->done_seconds += seconds;
        return false;
    }
    pl_run_end end;
    pl_results_run_end(s->dir, id, pl_stages, &end);
    bool halted = pl_run_end_is_halted(&end);
    t->status[end.status]++;
    t->halted += halted;
    bool left = end.status != PL_RUN_DONE && end.status != PL_RUN_FAILED && !halted;
    if (end.status == PL_RUN_DONE) {
        seconds = seconds_of(end.manifest);
        t->done_seconds += seconds;
        remember_done(s, id, seconds);
    } else if (end.status == PL_RUN_FAILED) {
        json_array_append_new(t->failures,
                              json_pack("{s:s,s:s,s:s}", "run", id, "group", group, "error",
                                        end.error ? end.error : "no reason was left"));
    }
    pl_run_end_clear(&end);
    return left;
}

static const char *field(const pl_csv *c, size_t row, size_t column)
{
    return column < pl_csv_fields(c, row) ? pl_csv_get(c, row, column) : "";
}

static const char *name_of(const json_t *live)
{
    return json_string_value(json_object_get(live, "name"));
}

static void count_runs(pl_status *s, const pl_csv *c, const json_t *live, tally *t)
{
    pl_hash_index by_name = {.key = NULL};
    size_t count = json_array_size(live);
    bool *of_a_run = calloc(count + 1, sizeof *of_a_run);
    if (!of_a_run)
        abort();
    for (size_t i = 0; i < count; i++)
        pl_hash_index_put(&by_name, pl_hash_text(PL_HASH_START, name_of(json_array_get(live, i))),
                          (int)i);
    for (size_t r = 1; r < c->rows; r++) {
        const char *id = field(c, r, 0), *group = field(c, r, 1);
        int at = pl_hash_index_get(&by_name, pl_hash_text(PL_HASH_START, id));
        t->wanted[r - 1] = at < 0 && count_resting(s, id, group, t);
        if (at < 0)
            continue;
        const json_t *mine = json_array_get(live, (size_t)at);
        double total = number(mine, "total");
        of_a_run[at] = true;
        t->active++;
        t->wanted[r - 1] = total > 0 ? 1 - number(mine, "done") / total : 1;
        json_t *now = now_of(mine, id, group);
        if (number(now, "rate") > 0) {
            t->pace += total / number(now, "rate");
            t->paced++;
        }
        json_array_append_new(t->now, now);
    }
    for (size_t i = 0; i < count; i++)
        if (!of_a_run[i])
            json_array_append_new(t->now, now_of(json_array_get(live, i), NULL, ""));
    free(of_a_run);
    pl_hash_index_clear(&by_name);
}

/* Seconds of a whole run: by the costs of like work, else as the done ones of the study took, else as
 * fast as the active ones go; -1: not known. */
static double run_seconds(pl_status *s, size_t run, int jobs, const tally *t)
{
    if (s->costs && s->has_study && run < (size_t)s->study.run_count) {
        const pl_run_spec *spec = &s->study.runs[run].spec;
        int threads = kn_cpu_count() / jobs;
        pl_cost_basis basis;
        double seconds = pl_costs_seconds(s->costs, PL_TRAIN, spec, threads, jobs, &basis);
        if (basis != PL_COST_GUESSED)
            return seconds + pl_costs_seconds(s->costs, PL_EVALUATE, spec, threads, jobs, NULL);
    }
    int done = t->status[PL_RUN_DONE];
    return done > 0 ? t->done_seconds / done : t->paced > 0 ? t->pace / t->paced : -1;
}

/* -1: not known. */
static double seconds_left(pl_status *s, size_t runs, const tally *t)
{
    int jobs = t->active > 1 ? t->active : 1;
    double sum = 0, longest = 0, shared = 0;
    for (size_t r = 0; r < runs; r++) {
        if (t->wanted[r] <= 0)
            continue;
        double seconds = run_seconds(s, r, jobs, t);
        if (seconds < 0)
            return -1;
        sum += seconds * t->wanted[r];
        longest = seconds * t->wanted[r] > longest ? seconds * t->wanted[r] : longest;
    }
    for (size_t i = 0; i < json_array_size(t->now); i++) {
        const json_t *now = json_array_get(t->now, i);
        double left = number(now, "seconds_left");
        if (json_is_null(json_object_get(now, "run")))
            shared = left > shared ? left : shared;
    }
    return shared + (sum / jobs > longest ? sum / jobs : longest);
}

/* "3 tasks on a, b": where no lock tells it, as with tasks of a cluster. */
static char *hosts_of(const json_t *live)
{
    pl_str s;
    pl_str_init(&s);
    size_t count = json_array_size(live);
    pl_str_addf(&s, "%zu task%s on ", count, count == 1 ? "" : "s");
    size_t start = s.size;
    for (size_t i = 0; i < count; i++) {
        const char *host = json_string_value(json_object_get(json_array_get(live, i), "host"));
        char *item = pl_format(",%s,", host ? host : "?"); /* each name but once */
        char *list = pl_format(",%s,", s.text + start);
        if (!strstr(list, item))
            pl_str_addf(&s, "%s%s", s.size > start ? "," : "", host ? host : "?");
        free(list);
        free(item);
    }
    return pl_str_take(&s);
}

static json_t *first_pause(const json_t *now)
{
    for (size_t i = 0; i < json_array_size(now); i++) {
        json_t *paused = json_object_get(json_array_get(now, i), "paused");
        if (json_is_string(paused))
            return json_incref(paused);
    }
    return json_null();
}

static json_t *report(pl_status *s, size_t runs, const tally *t, const char *who)
{
    int left = 0;
    for (size_t r = 0; r < runs; r++)
        left += t->wanted[r] > 0;
    double seconds = who ? seconds_left(s, runs, t) : -1;
    json_t *out = json_pack(
        "{s:s,s:b,s:i,s:i,s:i,s:i,s:i,s:i,s:i,s:i,s:i}", "study", s->name, "running", who != NULL,
        "runs", (int)runs, "done", t->status[PL_RUN_DONE], "active", t->active, "failed",
        t->status[PL_RUN_FAILED], "stopped", t->status[PL_RUN_STOPPED] - t->halted, "halted",
        t->halted, "interrupted", t->status[PL_RUN_INTERRUPTED], "pending",
        t->status[PL_RUN_PENDING], "left", left);
    json_object_set_new(out, "seconds_left", seconds >= 0 ? json_real(seconds) : json_null());
    json_object_set_new(out, "who", who ? json_string(who) : json_null());
    json_object_set_new(out, "paused", first_pause(t->now));
    json_object_set(out, "now", t->now);
    json_object_set(out, "failures", t->failures);
    return out;
}

/* Jobs in a cluster's queue are at the study too. A queue that cannot be asked is told as not known. */
static void add_queue(const char *dir, json_t *out)
{
    pl_queue queue = {.known = false};
    kn_error why = {KN_OK, ""};
    if (pl_queue_read(dir, &queue, &why) != KN_OK)
        pl_warn("%s", why.text);
    if (queue.count > 0)
        json_object_set_new(out, "running", json_true());
    json_object_set_new(out, "queue", pl_queue_json(&queue));
    pl_queue_clear(&queue);
}

kn_status pl_status_look(pl_status *s, json_t **out, kn_error *e)
{
    char *path = pl_path_join(s->dir, "runs.csv"), *who = NULL;
    pl_csv c;
    kn_status rc = pl_csv_read(path, &c, e);
    free(path);
    if (rc != KN_OK)
        return rc;
    size_t runs = c.rows > 0 ? c.rows - 1 : 0;
    json_t *live = pl_live_list(s->dir);
    tally t = {.now = json_array(), .failures = json_array()};
    t.wanted = calloc(runs + 1, sizeof *t.wanted);
    if (!t.wanted)
        abort();
    if (s->costs)
        pl_costs_catch_up(s->costs);
    bool locked = pl_results_is_running(s->dir, &who);
    if (!locked && json_array_size(live) > 0)
        who = hosts_of(live);
    count_runs(s, &c, live, &t);
    *out = report(s, runs, &t, who);
    add_queue(s->dir, *out);
    json_decref(t.now);
    json_decref(t.failures);
    json_decref(live);
    pl_csv_clear(&c);
    free(t.wanted);
    free(who);
    return KN_OK;
}

kn_status pl_status_read(const char *results, const char *study, json_t **out, kn_error *e)
{
    pl_status *s = NULL;
    kn_status rc = pl_status_open(results, study, NULL, &s, e);
    if (rc == KN_OK)
        rc = pl_status_look(s, out, e);
    pl_status_close(s);
    return rc;
}
