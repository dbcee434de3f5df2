#include "study/studies.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "run/results.h"
#include "util/fs.h"
#include "util/str.h"

static bool has_table(const char *dir)
{
    char *path = pl_path_join(dir, "runs.csv");
    bool yes = pl_exists(path);
    free(path);
    return yes;
}

kn_status pl_studies_list(const char *results, char ***names, kn_error *e)
{
    size_t count = 0, kept = 0;
    if (!pl_is_dir(results))
        return kn_fail(e, KN_EUSAGE, "there is no results folder '%s'; --results names another",
                       results);
    KN_TRY(pl_list_dir(results, names, &count, e));
    for (size_t i = 0; i < count; i++) {
        char *dir = pl_path_join(results, (*names)[i]);
        if (has_table(dir))
            (*names)[kept++] = (*names)[i];
        else
            free((*names)[i]);
        free(dir);
    }
    (*names)[kept] = NULL;
    return KN_OK;
}

static kn_status no_study(const char *results, const char *study, kn_error *e)
{
    char **names = NULL;
    size_t count = 0;
    KN_TRY(pl_studies_list(results, &names, e));
    while (names[count])
        count++;
    const char *near = pl_nearest(study, (const char *const *)names, count);
    kn_status rc;
    if (near)
        rc = kn_fail(e, KN_EUSAGE, "no study '%s' in %s; did you mean '%s'?", study, results, near);
    else
        rc = kn_fail(e, KN_EUSAGE, "no study '%s': there is no %s/%s/runs.csv (%s)", study, results,
                     study, count ? "facet runs lists the studies" : "the folder holds no study");
    pl_free_names(names);
    return rc;
}

kn_status pl_studies_find(const char *results, const char *study, char **dir, kn_error *e)
{
    *dir = pl_path_join(results, study);
    if (has_table(*dir))
        return KN_OK;
    free(*dir);
    *dir = has_table(study) ? pl_strdup(study) : NULL;
    return *dir ? KN_OK : no_study(results, study, e);
}

static bool is_stale(const pl_study_data *d)
{
    for (int i = 0; i < d->run_count; i++) {
        const pl_report_run *r = &d->run[i];
        const char *now = json_string_value(json_object_get(r->manifest, "status"));
        if (!r->done && now && strcmp(now, r->status) != 0)
            return true;
    }
    return false;
}

kn_status pl_studies_read(const char *dir, pl_study_data *out, kn_error *e)
{
    bool changed = false;
    KN_TRY(pl_study_rows_read(dir, out, e));
    if (!is_stale(out) || pl_results_is_read_only(dir) ||
        pl_results_refresh_table(dir, &changed, NULL) != KN_OK)
        return KN_OK;
    pl_study_data_clear(out);
    return pl_study_rows_read(dir, out, e);
}

/* Adds the files below a folder. */
static void weigh(const char *dir, double *bytes, time_t *changed)
{
    char **names = NULL;
    size_t count = 0;
    struct stat st;
    if (pl_list_dir(dir, &names, &count, NULL) != KN_OK)
        return;
    for (size_t i = 0; i < count; i++) {
        char *path = pl_path_join(dir, names[i]);
        if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
            weigh(path, bytes, changed);
        } else if (lstat(path, &st) == 0) {
            *bytes += (double)st.st_size;
            *changed = st.st_mtime > *changed ? st.st_mtime : *changed;
        }
        free(path);
    }
    pl_free_names(names);
}

static void add_time(pl_runs_table *t, time_t when)
{
    char text[40] = "", face[40] = "";
    struct tm utc, local;
    if (gmtime_r(&when, &utc))
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    if (localtime_r(&when, &local))
        strftime(face, sizeof face, "%Y-%m-%d %H:%M", &local);
    pl_runs_cell(t, text, face);
}

static void add_study(const char *dir, const pl_study_data *d, pl_runs_table *t)
{
    int count = 0;
    int *order = pl_groups_by(d, PL_TEST_ACCURACY, &count);
    pl_metric metric = PL_TEST_ACCURACY;
    if (count == 0) {
        free(order);
        metric = PL_VAL_ACCURACY;
        order = pl_groups_by(d, metric, &count);
    }
    const pl_report_group *best = count > 0 ? &d->group[order[0]] : NULL;
    double bytes = 0;
    time_t changed = 0;
    weigh(dir, &bytes, &changed);
    pl_runs_cell(t, d->name, NULL);
    pl_runs_cell_number(t, d->run_count);
    pl_runs_cell_number(t, d->done);
    pl_runs_cell_number(t, d->failed);
    pl_runs_cell(t, best ? best->name : "", best ? best->label : NULL);
    pl_runs_cell_number(t, best ? best->summary[metric].mean : (double)NAN);
    pl_runs_cell_number(t, bytes);
    add_time(t, changed);
    free(order);
}

kn_status pl_studies_table(const char *results, pl_runs_table *t, kn_error *e)
{
    char **names = NULL;
    memset(t, 0, sizeof *t);
    KN_TRY(pl_studies_list(results, &names, e));
    pl_runs_begin(t, results);
    pl_runs_column_add(t, "study", "study", PL_RUNS_TEXT, true);
    pl_runs_column_add(t, "runs", "runs", PL_RUNS_NUMBER, true);
    pl_runs_column_add(t, "done", "done", PL_RUNS_NUMBER, true);
    pl_runs_column_add(t, "failed", "failed", PL_RUNS_NUMBER, true);
    pl_runs_column_add(t, "best_group", "best group", PL_RUNS_TEXT, true);
    pl_runs_column_add(t, "best_accuracy", "best", PL_RUNS_SHARE, true);
    pl_runs_column_add(t, "bytes", "size", PL_RUNS_BYTES, true);
    pl_runs_column_add(t, "changed", "changed", PL_RUNS_TEXT, true);
    kn_status rc = KN_OK;
    for (char **n = names; *n && rc == KN_OK; n++) {
        char *dir = pl_path_join(results, *n);
        pl_study_data d;
        rc = pl_studies_read(dir, &d, e);
        if (rc == KN_OK) {
            add_study(dir, &d, t);
            pl_study_data_clear(&d);
        }
        free(dir);
    }
    pl_free_names(names);
    if (rc != KN_OK)
        pl_runs_clear(t);
    return rc;
}
