#include "cli/study_args.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/json.h"
#include "run/plan_text.h"
#include "util/str.h"

void pl_study_args_init(pl_study_args *a, int argc)
{
    *a = (pl_study_args){.until = PL_STAGE_COUNT - 1};
    a->spec = calloc((size_t)argc + 1, sizeof *a->spec);
    a->set = calloc((size_t)argc + 1, sizeof *a->set);
    if (!a->spec || !a->set)
        abort();
}

void pl_study_args_clear(pl_study_args *a)
{
    free(a->spec);
    free(a->set);
}

static kn_status parse_stage(const char *text, pl_stage_id *out, kn_error *e)
{
    for (int s = 0; s < PL_STAGE_COUNT; s++)
        if (strcmp(pl_stages[s]->name, text) == 0) {
            *out = (pl_stage_id)s;
            return KN_OK;
        }
    return kn_fail(e, KN_EUSAGE, "--until: '%s' is not one of ingest, split, train, evaluate",
                   text);
}

kn_status pl_study_args_take(pl_study_args *a, int argc, char **argv, int *i, bool *taken,
                             kn_error *e)
{
    bool bad = false;
    const char *value = NULL;
    *taken = true;
    if ((value = pl_option(argc, argv, i, "--set", &bad, e)))
        a->set[a->sets++] = value;
    else if (!bad && (value = pl_option(argc, argv, i, "--until", &bad, e)))
        return parse_stage(value, &a->until, e);
    else if (!bad && argv[*i][0] != '-')
        a->spec[a->specs++] = argv[*i];
    else
        *taken = bad;
    return bad ? KN_EUSAGE : KN_OK;
}

kn_status pl_planned_open(const pl_global *g, const pl_study_args *a, int spec, pl_planned *out,
                          kn_error *e)
{
    out->store = NULL;
    out->threads = g->threads;
    KN_TRY(pl_study_load(a->spec[spec], a->set, a->sets, &out->study, e));
    kn_status rc = pl_study_check_files(&out->study, e);
    if (rc == KN_OK)
        rc = pl_store_open(g->cache, &out->store, e);
    if (rc == KN_OK)
        rc = pl_plan_make(&out->study, pl_stages, out->store, g->results, &out->plan, e);
    if (rc != KN_OK) {
        pl_store_close(out->store);
        pl_study_clear(&out->study);
    }
    return rc;
}

void pl_planned_close(pl_planned *p)
{
    pl_plan_clear(&p->plan);
    pl_store_close(p->store);
    pl_study_clear(&p->study);
}

static kn_status expect(pl_planned *p, const pl_study_args *a, pl_expectation *x, kn_error *e)
{
    pl_costs *costs = NULL;
    KN_TRY(pl_costs_open(pl_store_dir(p->store), &costs, e));
    *x = pl_plan_expect(&p->plan, costs, a->until, p->threads, a->jobs);
    pl_costs_free(costs);
    return KN_OK;
}

kn_status pl_planned_json(pl_planned *p, const pl_study_args *a, json_t **out, kn_error *e)
{
    pl_expectation x;
    KN_TRY(expect(p, a, &x, e));
    return pl_plan_json(&p->plan, a->until, &x, out, e);
}

static kn_status print_text(pl_planned *p, const pl_study_args *a, kn_error *e)
{
    pl_expectation x;
    pl_str text;
    KN_TRY(expect(p, a, &x, e));
    pl_str_init(&text);
    kn_status rc = pl_plan_text(&p->plan, a->until, a->all, &x, &text, e);
    if (rc == KN_OK)
        fputs(text.text, stdout);
    pl_str_clear(&text);
    return rc;
}

kn_status pl_planned_print(pl_planned *p, const pl_study_args *a, bool json, kn_error *e)
{
    json_t *plan = NULL;
    if (!json)
        return print_text(p, a, e);
    KN_TRY(pl_planned_json(p, a, &plan, e));
    char *text = pl_json_text(plan);
    fputs(text, stdout);
    free(text);
    json_decref(plan);
    return KN_OK;
}

kn_status pl_parse_bytes(const char *what, const char *text, uint64_t *bytes, kn_error *e)
{
    static const struct {
        const char *unit;
        double bytes;
    } units[] = {{"", 1},
                 {"B", 1},
                 {"K", 1e3},
                 {"kB", 1e3},
                 {"KB", 1e3},
                 {"M", 1e6},
                 {"MB", 1e6},
                 {"G", 1e9},
                 {"GB", 1e9},
                 {"T", 1e12},
                 {"TB", 1e12},
                 {"KiB", 1024.0},
                 {"MiB", 1048576.0},
                 {"GiB", 1073741824.0},
                 {"TiB", 1099511627776.0}};
    char *end = NULL;
    double value = strtod(text, &end);
    for (size_t u = 0; u < sizeof units / sizeof *units; u++)
        if (end != text && value >= 0 && strcmp(end, units[u].unit) == 0 &&
            value * units[u].bytes < 1e18) {
            *bytes = (uint64_t)(value * units[u].bytes);
            return KN_OK;
        }
    return kn_fail(e, KN_EUSAGE, "%s: '%s' is not a size such as 500MB or 20G", what, text);
}
