#include "run/run_why.h"

#include <stdlib.h>
#include <string.h>

#include "io/json.h"
#include "run/live.h"
#include "run/plan.h"
#include "run/plan_difference.h"
#include "run/results.h"
#include "run/run_ref.h"
#include "run/study_folder.h"
#include "util/fs.h"

enum { MAX_COMPARED = 5000, SHOWN = 6 };

typedef struct looked {
    char *study_dir, *id;
    int row; /* of runs.csv, -1: of an earlier spec */
    pl_run_end end;
    bool done;      /* and by these stage versions, its files there */
    pl_study study; /* of study.yaml */
    bool has_study;
    kn_arena arena; /* of a spec from the manifest */
    pl_run run;     /* a copy of the study's, or from the manifest */
    bool has_run;
    kn_error no_run; /* why it is not there */
} looked;

static const char *text_in(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

/* The run's parameters and paths as its manifest has them. */
static kn_status run_of_manifest(looked *w, kn_error *e)
{
    const json_t *m = w->end.manifest, *paths = json_object_get(m, "paths");
    pl_str canonical;
    const char *key = NULL;
    json_t *value = NULL;
    if (!m)
        return kn_fail(e, KN_EUSAGE, "neither study.yaml nor a manifest tells its parameters");
    pl_str_init(&canonical);
    json_object_foreach(json_object_get(m, "spec"), key, value)
    {
        pl_str_addf(&canonical, "%s=%s\n", key, json_string_value(value));
    }
    kn_status rc = pl_spec_from_canonical(canonical.text, &w->arena, &w->run.spec, e);
    pl_str_clear(&canonical);
    pl_data_spec *d = &w->run.spec.data;
    d->images = json_string_value(json_object_get(paths, "data.images"));
    d->labels = json_string_value(json_object_get(paths, "data.labels"));
    d->partition = json_string_value(json_object_get(paths, "data.partition"));
    d->identity = json_string_value(json_object_get(paths, "data.identity"));
    w->run.label = w->run.group_label = text_in(m, "label");
    return rc;
}

/* From study.yaml where the run is of it, else from the manifest. */
static void find_run(looked *w)
{
    kn_status rc = KN_OK;
    if (w->row >= 0 && pl_study_folder_load(w->study_dir, &w->study, &w->no_run) == KN_OK) {
        w->has_study = true;
        w->has_run = w->row < w->study.run_count;
        if (w->has_run)
            w->run = w->study.runs[w->row];
    }
    if (!w->has_run) {
        rc = run_of_manifest(w, &w->no_run);
        w->has_run = rc == KN_OK;
    }
}

/* What goes on under the run's name; NULL: nothing. New reference. */
static json_t *live_of(const looked *w)
{
    json_t *all = pl_live_list(w->study_dir), *mine = NULL;
    for (size_t i = 0; i < json_array_size(all) && !mine; i++)
        if (strcmp(text_in(json_array_get(all, i), "name"), w->id) == 0)
            mine = json_incref(json_array_get(all, i));
    json_decref(all);
    return mine;
}

static char *say_running(const json_t *live)
{
    pl_str s;
    pl_str_init(&s);
    double total = json_number_value(json_object_get(live, "total"));
    pl_str_addf(&s, "process %lld on %s works on it: %s",
                (long long)json_integer_value(json_object_get(live, "process")),
                text_in(live, "host"), text_in(live, "title"));
    if (*text_in(live, "note"))
        pl_str_addf(&s, ", %s", text_in(live, "note"));
    if (total > 0)
        pl_str_addf(&s, ", %.0f %%",
                    100 * json_number_value(json_object_get(live, "done")) / total);
    if (*text_in(live, "paused"))
        pl_str_addf(&s, "; paused: %s", text_in(live, "paused"));
    return pl_str_take(&s);
}

static char *say_done(const looked *w)
{
    const json_t *m = w->end.manifest;
    char took[48];
    double seconds = json_number_value(json_object_get(json_object_get(m, "seconds"), "train"));
    pl_human_seconds(seconds, took, sizeof took);
    if (w->done)
        return pl_format("made on %s, its results written %s, trained in %s", text_in(m, "host"),
                         text_in(m, "written"), took);
    const json_t *versions = json_object_get(m, "stage_versions");
    for (int s = 0; s < PL_STAGE_COUNT; s++) {
        int had = (int)json_integer_value(json_object_get(versions, pl_stages[s]->name));
        if (had != pl_stages[s]->version)
            return pl_format("made on %s by %s stage version %d, which is %d now: the next facet "
                             "run makes it again",
                             text_in(m, "host"), pl_stages[s]->name, had, pl_stages[s]->version);
    }
    return pl_format("made on %s, but files of its folder are gone or have another size: the next "
                     "facet run brings them back",
                     text_in(m, "host"));
}

static char *say_failed(const pl_run_end *end)
{
    const char *error = end->error ? end->error : "no reason was left";
    const char *then = pl_run_end_is_final(end) ? "facet run leaves it alone, --retry-failed tries "
                                                  "it again"
                       : end->outside ? "a cause outside the run: the next facet run tries it again"
                                      : "by other stage versions or arithmetic: the next facet run "
                                        "tries it again";
    return pl_format("%s (on %s, %s); %s", error, text_in(end->manifest, "host"),
                     text_in(end->manifest, "written"), then);
}

/* Why it stands as it does, in a sentence. */
static char *say_why(const looked *w, const json_t *live)
{
    const pl_run_end *end = &w->end;
    char *who = NULL, *said = NULL;
    if (live)
        return say_running(live);
    switch (end->status) {
    case PL_RUN_DONE:
        return say_done(w);
    case PL_RUN_FAILED:
        return say_failed(end);
    case PL_RUN_STOPPED:
        if (pl_run_end_is_halted(end))
            return pl_format("%s; facet run --finish completes it", end->reason);
        return pl_format("%s; its state is saved, the next facet run goes on",
                         end->reason ? end->reason : "the time limit");
    case PL_RUN_INTERRUPTED:
        return pl_strdup("by a signal; its state is saved, the next facet run goes on");
    default:
        break;
    }
    if (pl_results_is_running(w->study_dir, &who))
        said = pl_format("not begun; the study is run by %s", who);
    else
        said = pl_strdup("not begun; nobody runs the study now");
    free(who);
    return said;
}

static const char *state_text(pl_node_state state)
{
    return state == PL_NODE_HIT ? "hit" : state == PL_NODE_MISS ? "miss" : "wait";
}

/* The plan of this run alone; nodes of a done run, which a plan spares, are looked up too. */
static kn_status plan_stages(const looked *w, pl_store *store, json_t *stages, kn_error *e)
{
    char *results = pl_path_dir(w->study_dir);
    const pl_study one = {.name = pl_path_base(w->study_dir),
                          .path = w->study_dir,
                          .dir = ".",
                          .runs = &w->run,
                          .run_count = 1,
                          .group_count = 1};
    pl_plan plan;
    kn_status rc = pl_plan_make(&one, pl_stages, store, results, &plan, e);
    free(results);
    if (rc != KN_OK)
        return rc;
    for (int i = 0; i < plan.node_count && rc == KN_OK; i++)
        if (plan.node[i].state == PL_NODE_SPARED)
            rc = pl_plan_look_up(&plan, i, e);
    if (rc == KN_OK)
        rc = pl_plan_explain(&plan, PL_EVALUATE, e);
    for (int s = 0; s < PL_STAGE_COUNT && rc == KN_OK; s++) {
        const pl_plan_node *n = &plan.node[plan.run[0].node[s]];
        json_array_append_new(stages, json_pack("{s:s,s:s,s:s}", "stage", pl_stages[s]->name,
                                                "state", state_text(n->state), "why", n->reason));
    }
    pl_plan_clear(&plan);
    return rc;
}

/* KN_EUSAGE with the first file that is not there. */
static kn_status check_data(const pl_data_spec *d, kn_error *e)
{
    const char *const path[] = {d->images, d->labels, d->partition, d->identity};
    if (!d->images || !d->labels)
        return kn_fail(e, KN_EUSAGE, "the manifest does not name the run's data");
    for (int i = 0; i < 4; i++)
        if (path[i] && !pl_exists(path[i]))
            return kn_fail(e, KN_EUSAGE, "the data are gone: there is no %s", path[i]);
    return KN_OK;
}

static void add_stages(const looked *w, pl_store *store, json_t *out)
{
    kn_error e = w->no_run;
    json_t *stages = json_array();
    kn_status rc = w->has_run ? check_data(&w->run.spec.data, &e) : e.status;
    if (rc == KN_OK)
        rc = plan_stages(w, store, stages, &e);
    if (rc == KN_OK) {
        json_object_set(out, "stages", stages);
    } else {
        json_object_set_new(out, "stages", json_null());
        json_object_set_new(out, "stages_unknown", json_string(e.text));
    }
    json_decref(stages);
}

/* Compares a done run of the study with this one; keeps the nearest manifest. */
static void compare_with(const looked *w, const char *id, json_t *mine, int *least, json_t **best)
{
    pl_run_end other;
    pl_results_run_end(w->study_dir, id, pl_stages, &other);
    if (other.status == PL_RUN_DONE && strcmp(id, w->id) != 0) {
        pl_str ignored;
        pl_str_init(&ignored);
        int count =
            pl_parameter_differences(json_object_get(other.manifest, "spec"), mine, 0, &ignored);
        pl_str_clear(&ignored);
        if (!*best || count < *least) {
            json_decref(*best);
            *best = json_incref(other.manifest);
            *least = count;
        }
    }
    pl_run_end_clear(&other);
}

static json_t *nearest_done(const looked *w)
{
    json_t *mine = NULL, *best = NULL, *out = NULL;
    char *runs = pl_path_join(w->study_dir, "runs"), **names = NULL;
    size_t count = 0;
    int least = 0;
    if (w->has_run)
        mine = pl_parameters_json(&w->run.spec, PL_KEY_ALL);
    if (mine && pl_is_dir(runs) && pl_list_dir(runs, &names, &count, NULL) == KN_OK)
        for (size_t i = 0; i < count && i < MAX_COMPARED; i++)
            compare_with(w, names[i], mine, &least, &best);
    if (best) {
        pl_str s;
        pl_str_init(&s);
        pl_parameter_differences(json_object_get(best, "spec"), mine, SHOWN, &s);
        out =
            json_pack("{s:s,s:s,s:s}", "run", text_in(best, "run"), "label", text_in(best, "label"),
                      "differences", least ? s.text : "none but the data's content");
        pl_str_clear(&s);
    }
    pl_free_names(names);
    json_decref(best);
    json_decref(mine);
    free(runs);
    return out ? out : json_null();
}

static json_t *tell(const looked *w, pl_store *store)
{
    json_t *live = live_of(w);
    char *said = say_why(w, live);
    const char *label = w->has_run ? w->run.label : text_in(w->end.manifest, "label");
    const char *status = live ? "running" : pl_run_status_text(w->end.status);
    json_t *out =
        json_pack("{s:s,s:s,s:s,s:s,s:s,s:b}", "study", pl_path_base(w->study_dir), "run", w->id,
                  "label", label, "status", status, "why", said, "of_the_spec", w->row >= 0);
    add_stages(w, store, out);
    json_object_set_new(out, "nearest", w->done ? json_null() : nearest_done(w));
    free(said);
    json_decref(live);
    return out;
}

kn_status pl_why_read(const char *results, const char *ref, pl_store *store, json_t **out,
                      kn_error *e)
{
    looked w = {.row = -1};
    KN_TRY(pl_run_ref_resolve(results, ref, &w.study_dir, &w.id, &w.row, e));
    kn_arena_init(&w.arena);
    pl_results_run_end(w.study_dir, w.id, pl_stages, &w.end);
    w.done = pl_results_run_is_done(w.study_dir, w.id, pl_stages);
    find_run(&w);
    *out = tell(&w, store);
    if (w.has_study)
        pl_study_clear(&w.study);
    kn_arena_clear(&w.arena);
    pl_run_end_clear(&w.end);
    free(w.study_dir);
    free(w.id);
    return KN_OK;
}

void pl_why_text(const json_t *why, pl_str *out)
{
    const json_t *stages = json_object_get(why, "stages");
    const json_t *nearest = json_object_get(why, "nearest");
    pl_str_addf(out, "%s/%s", text_in(why, "study"), text_in(why, "run"));
    if (*text_in(why, "label"))
        pl_str_addf(out, "  %s", text_in(why, "label"));
    pl_str_addf(out, "\n%s: %s\n", text_in(why, "status"), text_in(why, "why"));
    if (!json_is_true(json_object_get(why, "of_the_spec")))
        pl_str_add(out, "the study as it was run last has no such run: it is an earlier spec's\n");
    if (json_is_array(stages))
        pl_str_add(out, "\nstage     state why\n");
    else
        pl_str_addf(out, "stages: not known, %s\n", text_in(why, "stages_unknown"));
    for (size_t i = 0; i < json_array_size(stages); i++) {
        const json_t *s = json_array_get(stages, i);
        pl_str_addf(out, "%-9s %-5s %s\n", text_in(s, "stage"), text_in(s, "state"),
                    text_in(s, "why"));
    }
    if (json_is_object(nearest))
        pl_str_addf(out, "\nthe nearest done run, %s (%s), differs in: %s\n",
                    text_in(nearest, "run"), text_in(nearest, "label"),
                    text_in(nearest, "differences"));
}
