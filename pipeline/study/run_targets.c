#include "study/run_targets.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "spec/report_spec.h"
#include "util/fs.h"
#include "util/log.h"

static const json_t *targets_of(const pl_report_run *r)
{
    return json_object_get(json_object_get(r->manifest, "ingest"), "targets");
}

size_t pl_run_targets(const pl_report_run *r)
{
    size_t n = json_array_size(targets_of(r));
    return n ? n : 1;
}

const char *pl_run_target_at(const pl_report_run *r, size_t k)
{
    const json_t *target = json_array_get(targets_of(r), k);
    if (!target && k == 0)
        target = json_object_get(json_object_get(r->manifest, "spec"), "data.target");
    bool all = json_is_string(target) && strcmp(json_string_value(target), "all") == 0;
    if ((!target || all) && k == 0)
        target = json_object_get(json_object_get(r->manifest, "ingest"), "target");
    return json_string_value(target);
}

bool pl_run_tells(const pl_report_run *r, const char *target)
{
    for (size_t k = 0; k < pl_run_targets(r); k++) {
        const char *its = pl_run_target_at(r, k);
        if (its && strcmp(its, target) == 0)
            return true;
    }
    return false;
}

const char *pl_run_target(const pl_study_data *d, const pl_report_run *r)
{
    return d->target ? d->target : pl_run_target_at(r, 0);
}

bool pl_study_tells_several(const pl_study_data *d)
{
    for (int i = 0; i < d->run_count; i++)
        if (d->run[i].done && pl_run_targets(&d->run[i]) > 1)
            return true;
    return false;
}

static const pl_report_run *first_done(const pl_study_data *d)
{
    for (int i = 0; i < d->run_count; i++)
        if (d->run[i].done)
            return &d->run[i];
    return NULL;
}

/* Runs that are done and tell it. */
static int count_tellers(const pl_study_data *d, const char *target)
{
    int n = 0;
    for (int i = 0; i < d->run_count; i++)
        n += d->run[i].done && pl_run_tells(&d->run[i], target);
    return n;
}

static const char *common_target(const pl_study_data *d)
{
    const pl_report_run *first = first_done(d);
    for (size_t k = 0; first && k < pl_run_targets(first); k++) {
        const char *name = pl_run_target_at(first, k);
        if (name && count_tellers(d, name) == d->done)
            return name;
    }
    return first ? pl_run_target_at(first, 0) : NULL;
}

kn_status pl_study_choose_target(pl_study_data *d, kn_error *e)
{
    kn_arena arena;
    pl_report_spec spec;
    if (!pl_study_tells_several(d))
        return KN_OK;
    char *yaml = pl_path_join(d->dir, "study.yaml");
    kn_arena_init(&arena);
    kn_status rc = pl_report_spec_load(yaml, &arena, &spec, e);
    const char *name = rc == KN_OK ? common_target(d) : NULL;
    if (name && spec.target && count_tellers(d, spec.target) > 0)
        name = spec.target;
    else if (name && spec.target)
        pl_warn("report.target: no run of %s tells '%s'; the report looks into '%s'", d->name,
                spec.target, name);
    if (name)
        d->target = pl_strdup(name);
    kn_arena_clear(&arena);
    free(yaml);
    return rc;
}

static bool tell_the_same(const pl_report_run *a, const pl_report_run *b)
{
    bool same = pl_run_targets(a) == pl_run_targets(b);
    for (size_t k = 0; same && k < pl_run_targets(a); k++) {
        const char *name = pl_run_target_at(a, k);
        same = name && pl_run_tells(b, name);
    }
    return same;
}

bool pl_study_tells_alike(const pl_study_data *d)
{
    const pl_report_run *first = first_done(d);
    if (!pl_study_tells_several(d))
        return true;
    for (int i = 0; i < d->run_count; i++)
        if (d->run[i].done && !tell_the_same(first, &d->run[i]))
            return false;
    return true;
}

double pl_study_mean_majority(const pl_study_data *d)
{
    const pl_report_run *first = first_done(d);
    const json_t *test = json_object_get(first ? first->metrics : NULL, "test");
    const json_t *majority = json_object_get(test, "majority");
    return json_is_number(majority) && pl_study_tells_alike(d) ? json_number_value(majority)
                                                               : (double)NAN;
}
