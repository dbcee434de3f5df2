/* facet spec: checks a spec, shows it with every default, lists every key. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "spec/node_json.h"
#include "spec/schema.h"
#include "spec/schema_text.h"
#include "spec/value.h"

enum { MAX_SETS = 256 };

typedef struct arguments {
    const char *action, *path;
    const char *set[MAX_SETS];
    int set_count;
} arguments;

/* 15 digits: 0.1 is shown as 0.1. */
static void print_json(json_t *value)
{
    json_dumpf(value, stdout, JSON_SORT_KEYS | JSON_INDENT(2) | JSON_REAL_PRECISION(15));
    printf("\n");
    json_decref(value);
}

/* Every parameter that has an effect on the run. */
static json_t *run_json(const pl_run *run)
{
    json_t *parameters = json_object();
    pl_str text;
    pl_str_init(&text);
    for (int i = 0; i < pl_key_count; i++) {
        const pl_key *key = &pl_keys[i];
        if (pl_key_of_study(key) || pl_key_lacks(key, &run->spec))
            continue;
        pl_str_reset(&text);
        pl_value_text(key, &run->spec, &text);
        if (text.size > 0)
            json_object_set_new(parameters, key->name, pl_yaml_text_json(text.text));
    }
    pl_str_clear(&text);
    return json_pack("{s:s, s:i, s:o}", "label", run->label, "group", run->group, "parameters",
                     parameters);
}

static json_t *halving_json(const pl_halving *h)
{
    const pl_key *metric = &pl_keys[pl_key_find("sweep.halving.metric")];
    return json_pack("{s:s, s:i, s:i}", "metric", metric->choices[h->metric], "factor", h->factor,
                     "min_epochs", h->min_epochs);
}

static json_t *study_json(const pl_study *s, bool with_runs)
{
    json_t *axes = json_array();
    for (int i = 0; i < s->axis_count; i++)
        json_array_append_new(axes, json_string(s->axis[i]));
    json_t *root =
        json_pack("{s:s, s:i, s:o}", "name", s->name, "groups", s->group_count, "axes", axes);
    if (s->halving.on)
        json_object_set_new(root, "halving", halving_json(&s->halving));
    if (s->budget > 0)
        json_object_set_new(root, "budget_seconds", json_real(s->budget));
    json_t *runs = json_array();
    for (int i = 0; with_runs && i < s->run_count; i++)
        json_array_append_new(runs, run_json(&s->runs[i]));
    if (with_runs)
        json_object_set(root, "runs", runs);
    else
        json_object_set_new(root, "runs", json_integer(s->run_count));
    json_decref(runs);
    return root;
}

static void print_check(const pl_study *s)
{
    printf("%s: the study %s is right: %d run%s", s->path, s->name, s->run_count,
           s->run_count == 1 ? "" : "s");
    if (s->group_count < s->run_count)
        printf(" in %d group%s", s->group_count, s->group_count == 1 ? "" : "s");
    printf("\n");
}

static void print_show(const pl_study *s)
{
    pl_str text;
    pl_str_init(&text);
    pl_study_yaml(s, &text);
    fputs(text.text, stdout);
    pl_str_clear(&text);
}

static kn_status run_schema(const pl_global *g)
{
    if (g->json) {
        print_json(pl_schema_json());
        return KN_OK;
    }
    pl_str text;
    pl_str_init(&text);
    pl_schema_text(&text);
    fputs(text.text, stdout);
    pl_str_clear(&text);
    return KN_OK;
}

static kn_status run_study(const pl_global *g, const arguments *a, kn_error *e)
{
    bool check = strcmp(a->action, "check") == 0;
    pl_study study;
    KN_TRY(pl_study_load(a->path, a->set, a->set_count, &study, e));
    kn_status rc = check ? pl_study_check_files(&study, e) : KN_OK;
    if (rc == KN_OK && g->json)
        print_json(study_json(&study, !check));
    else if (rc == KN_OK && check)
        print_check(&study);
    else if (rc == KN_OK)
        print_show(&study);
    pl_study_clear(&study);
    return rc;
}

static kn_status parse(int argc, char **argv, arguments *a, kn_error *e)
{
    static const char *const known[] = {"--set", "--json", NULL};
    for (int i = 1; i < argc; i++) {
        bool bad = false;
        const char *value = pl_option(argc, argv, &i, "--set", &bad, e);
        if (bad)
            return KN_EUSAGE;
        if (value) {
            if (a->set_count == MAX_SETS)
                return kn_fail(e, KN_EUSAGE, "more than %d --set", MAX_SETS);
            a->set[a->set_count++] = value;
        } else if (argv[i][0] == '-' && argv[i][1]) {
            return pl_unknown_option(&pl_command_spec, argv[i], known, e);
        } else if (!a->action) {
            a->action = argv[i];
        } else if (!a->path) {
            a->path = argv[i];
        } else {
            return kn_fail(e, KN_EUSAGE, "facet spec takes one spec, not '%s' and '%s'", a->path,
                           argv[i]);
        }
    }
    return KN_OK;
}

static kn_status run(const pl_global *g, int argc, char **argv, kn_error *e)
{
    arguments a = {.set_count = 0};
    KN_TRY(parse(argc, argv, &a, e));
    if (!a.action)
        return kn_fail(e, KN_EUSAGE, "facet spec needs check, show or schema (facet spec --help)");
    if (strcmp(a.action, "schema") == 0)
        return run_schema(g);
    if (strcmp(a.action, "check") != 0 && strcmp(a.action, "show") != 0)
        return kn_fail(e, KN_EUSAGE, "facet spec: '%s' is not one of check, show, schema",
                       a.action);
    if (!a.path)
        return kn_fail(e, KN_EUSAGE, "facet spec %s needs a spec (facet spec --help)", a.action);
    return run_study(g, &a, e);
}

const pl_command pl_command_spec = {
    .name = "spec",
    .usage = "spec check|show|schema [SPEC] [--set K=V]... [--json]",
    .summary = "checks a spec, shows it with every default, lists every key",
    .help = "  check SPEC    says whether every run of the spec could start, or every error in it\n"
            "  show SPEC     the spec with every default filled in and the sweep expanded; itself\n"
            "                a spec that gives the same runs\n"
            "  schema        every key and layer: type, range, default, meaning\n\n"
            "  --set K=V     overrides a key; the value is YAML (--set train.lr=0.01,\n"
            "                --set 'sweep.seeds=[1, 2, 3]'); paths start at the spec's folder\n"
            "  --json        the same as JSON; for schema a JSON Schema, with which an editor\n"
            "                completes and checks specs\n",
    .run = run,
};
