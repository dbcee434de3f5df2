#include "compare/compare_side.h"

#include <stdlib.h>
#include <string.h>

#include "run/run_ref.h"
#include "study/study_data.h"
#include "util/fs.h"
#include "util/str.h"

enum { NAMED = 12 /* groups a message lists */ };

static void add_run(pl_compare_side *s, const char *id, const char *seed, char *dir)
{
    s->run = realloc(s->run, (size_t)(s->runs + 1) * sizeof *s->run);
    if (!s->run)
        abort();
    s->run[s->runs++] = (pl_side_run){pl_strdup(id), pl_strdup(seed), dir};
}

static kn_status take_group(const pl_study_data *d, int group, pl_compare_side *out, kn_error *e)
{
    const pl_report_group *g = &d->group[group];
    for (int k = 0; k < g->run_count; k++) {
        const pl_report_run *r = &d->run[g->run[k]];
        if (r->done)
            add_run(out, r->id, r->seed, pl_format("%s/runs/%s", d->dir, r->id));
    }
    if (out->runs == 0)
        return kn_fail(e, KN_EDATA, "%s: the group '%s' has no run that is done (%d not done)",
                       d->name, g->label, g->run_count);
    out->group = true;
    out->not_done = g->run_count - out->runs;
    out->name = pl_format("%s: %s", d->name, g->label);
    out->study_dir = pl_strdup(d->dir);
    return KN_OK;
}

static void list_groups(const pl_study_data *d, const char *label, pl_str *s)
{
    int n = 0;
    for (int g = 0; g < d->group_count; g++) {
        const char *shown = label ? d->group[g].name : d->group[g].label;
        if (label && strcmp(d->group[g].label, label) != 0)
            continue;
        if (++n <= NAMED)
            pl_str_addf(s, "%s'%s'", n > 1 ? ", " : "", shown);
    }
    if (n > NAMED)
        pl_str_addf(s, " and %d more", n - NAMED);
}

/* -1: none; KN_EUSAGE where a label is that of several. */
static kn_status find_group(const pl_study_data *d, const char *ref, const char *word, int *group,
                            kn_error *e)
{
    int labels = 0;
    *group = -1;
    for (int g = 0; g < d->group_count; g++) {
        if (strcmp(d->group[g].name, word) == 0) {
            *group = g;
            return KN_OK;
        }
        if (strcmp(d->group[g].label, word) == 0 && ++labels == 1)
            *group = g;
    }
    if (labels < 2)
        return KN_OK;
    pl_str list;
    pl_str_init(&list);
    list_groups(d, word, &list);
    kn_status rc = kn_fail(e, KN_EUSAGE, "'%s' fits %d groups; give the whole name of one: %s", ref,
                           labels, list.text);
    pl_str_clear(&list);
    return rc;
}

/* The study's folder, NULL: there is none with a runs.csv. */
static char *study_folder(const char *results, const char *study)
{
    char *dir = pl_path_join(results, study);
    for (int i = 0; i < 2; i++) {
        char *table = pl_path_join(dir, "runs.csv");
        bool there = pl_exists(table);
        free(table);
        if (there)
            return dir;
        free(dir);
        dir = i == 0 ? pl_strdup(study) : NULL;
    }
    return NULL;
}

/* Splits `ref` into a study and the rest at the first / that makes one; *rest NULL: at none. A group's name may hold a /. */
static char *split_ref(const char *results, const char *ref, const char **rest)
{
    *rest = NULL;
    for (const char *slash = strchr(ref, '/'); slash; slash = strchr(slash + 1, '/')) {
        if (slash == ref || !slash[1])
            continue;
        char *study = pl_format("%.*s", (int)(slash - ref), ref);
        char *dir = study_folder(results, study);
        free(study);
        if (dir) {
            *rest = slash + 1;
            return dir;
        }
    }
    return NULL;
}

/* `rest` is no group: the failure of naming a run says more where it looks like one. */
static kn_status no_such(const pl_study_data *d, const char *ref, kn_error *e)
{
    pl_str list;
    pl_str_init(&list);
    list_groups(d, NULL, &list);
    kn_status rc =
        kn_fail(e, KN_EUSAGE, "'%s' names neither a run nor a group of %s; its groups: %s", ref,
                d->name, list.text);
    pl_str_clear(&list);
    return rc;
}

static bool looks_like_id(const char *text)
{
    return text[0] && strspn(text, "0123456789abcdef/") == strlen(text);
}

static kn_status take_run(const char *results, const char *ref, pl_compare_side *out, kn_error *e)
{
    char *dir;
    KN_TRY(pl_run_ref_find(results, ref, &dir, e));
    char *runs = pl_path_dir(dir);
    add_run(out, pl_path_base(dir), "", dir);
    out->name = pl_strdup(ref);
    out->study_dir = pl_path_dir(runs);
    free(runs);
    return KN_OK;
}

static kn_status take_group_of_run(const char *results, const char *ref, pl_compare_side *out,
                                   kn_error *e)
{
    char *dir, *id;
    int row;
    pl_study_data d;
    KN_TRY(pl_run_ref_resolve(results, ref, &dir, &id, &row, e));
    kn_status rc = KN_OK;
    if (row < 0) {
        rc = kn_fail(e, KN_EUSAGE,
                     "the run '%s' has no group: %s/runs.csv does not have it (it is of an earlier "
                     "spec, or the file is missing)",
                     ref, dir);
    } else {
        rc = pl_study_rows_read(dir, &d, e);
        if (rc == KN_OK) {
            rc = take_group(&d, d.run[row].group, out, e);
            pl_study_data_clear(&d);
        }
    }
    free(dir);
    free(id);
    return rc;
}

static kn_status find(const char *results, const char *ref, bool groups, pl_compare_side *out,
                      kn_error *e)
{
    const char *rest;
    char *dir = split_ref(results, ref, &rest);
    pl_study_data d;
    kn_status rc = KN_OK;
    bool is_group = false;
    if (dir && (rc = pl_study_rows_read(dir, &d, e)) == KN_OK) {
        int group;
        rc = find_group(&d, ref, rest, &group, e);
        is_group = group >= 0;
        if (rc == KN_OK && is_group)
            rc = take_group(&d, group, out, e);
        else if (rc == KN_OK && !looks_like_id(rest) && !pl_starts_with(rest, "runs/"))
            rc = no_such(&d, ref, e);
        pl_study_data_clear(&d);
    }
    free(dir);
    if (rc != KN_OK || is_group)
        return rc;
    return groups ? take_group_of_run(results, ref, out, e) : take_run(results, ref, out, e);
}

kn_status pl_compare_side_find(const char *results, const char *ref, bool groups,
                               pl_compare_side *out, kn_error *e)
{
    *out = (pl_compare_side){.runs = 0};
    kn_status rc = find(results, ref, groups, out, e);
    if (rc != KN_OK)
        pl_compare_side_clear(out);
    return rc;
}

void pl_compare_side_clear(pl_compare_side *s)
{
    for (int k = 0; k < s->runs; k++) {
        free(s->run[k].id);
        free(s->run[k].seed);
        free(s->run[k].dir);
    }
    free(s->run);
    free(s->name);
    free(s->study_dir);
    *s = (pl_compare_side){.runs = 0};
}
