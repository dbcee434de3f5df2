#include "run/run_ref.h"

#include <stdlib.h>
#include <string.h>

#include "io/csv.h"
#include "util/fs.h"
#include "util/str.h"

/* A folder is a run when it holds a manifest. */
static bool is_run(const char *dir)
{
    char *manifest = pl_path_join(dir, "manifest.json");
    bool yes = pl_exists(manifest);
    free(manifest);
    return yes;
}

/* The only name that starts with `prefix`; *matches counts them, the names go to `list`. */
static const char *only_match(char **names, size_t count, const char *prefix, size_t *matches,
                              pl_str *list)
{
    const char *found = NULL;
    *matches = 0;
    for (size_t i = 0; i < count; i++) {
        if (!pl_starts_with(names[i], prefix))
            continue;
        found = names[i];
        if (++*matches <= 8)
            pl_str_addf(list, "%s%s", *matches > 1 ? ", " : "", names[i]);
    }
    return found;
}

static kn_status find_in_study(const char *study_dir, const char *ref, const char *prefix,
                               char **dir, kn_error *e)
{
    char *runs = pl_path_join(study_dir, "runs");
    char **names = NULL;
    size_t count = 0, matches = 0;
    kn_status rc = KN_OK;
    pl_str list;
    pl_str_init(&list);
    if (!pl_is_dir(runs)) {
        rc = kn_fail(e, KN_EUSAGE, "no run '%s': there is no folder %s", ref, runs);
        goto cleanup;
    }
    KN_TRY_TO(rc, cleanup, pl_list_dir(runs, &names, &count, e));
    const char *found = only_match(names, count, prefix, &matches, &list);
    if (matches == 1)
        *dir = pl_path_join(runs, found);
    else if (matches > 1)
        rc = kn_fail(e, KN_EUSAGE, "'%s' fits %zu runs: %s; give more digits", ref, matches,
                     list.text);
    else {
        only_match(names, count, "", &matches, &list);
        rc = kn_fail(e, KN_EUSAGE, "no run '%s'; %s holds %s", ref, runs,
                     matches ? list.text : "none");
    }
cleanup:
    pl_free_names(names);
    pl_str_clear(&list);
    free(runs);
    return rc;
}

/* The study's folder: in the results folder, or named by its own path. NULL: neither. */
static char *find_study(const char *results, const char *study)
{
    char *dir = pl_path_join(results, study);
    for (int i = 0; i < 2; i++) {
        char *runs = pl_path_join(dir, "runs");
        bool is_study = pl_is_dir(runs);
        free(runs);
        if (is_study)
            return dir;
        free(dir);
        dir = i == 0 ? pl_strdup(study) : NULL;
    }
    return NULL;
}

kn_status pl_run_ref_find(const char *results, const char *ref, char **dir, kn_error *e)
{
    *dir = NULL;
    if (is_run(ref)) {
        *dir = pl_strdup(ref);
        return KN_OK;
    }
    char *study = pl_strdup(ref), *prefix = study + strlen(study);
    kn_status rc = KN_OK;
    while (prefix > study + 1 && prefix[-1] == '/')
        *--prefix = '\0';
    char *study_dir = find_study(results, study); /* its only run, or their list */
    if (!study_dir && (prefix = strrchr(study, '/')) && prefix != study) {
        *prefix++ = '\0';
        study_dir = find_study(results, study);
        if (!study_dir)
            study_dir = pl_path_join(results, study);
    }
    if (study_dir)
        rc = find_in_study(study_dir, ref, prefix, dir, e);
    else
        rc = kn_fail(e, KN_EUSAGE,
                     "'%s' names no run: give STUDY/RUN-ID, STUDY/first-digits, or a run's folder",
                     ref);
    free(study);
    free(study_dir);
    return rc;
}

/* The row of runs.csv whose id starts with `prefix`, from 0; -1: none. *matches counts them, `list`
 * gets the first ids. */
static int find_row(const pl_csv *c, const char *prefix, size_t *matches, pl_str *list)
{
    int found = -1;
    *matches = 0;
    for (size_t r = 1; r < c->rows; r++) {
        const char *id = pl_csv_get(c, r, 0);
        if (!pl_starts_with(id, prefix))
            continue;
        found = (int)r - 1;
        if (++*matches <= 8)
            pl_str_addf(list, "%s%s", *matches > 1 ? ", " : "", id);
    }
    return found;
}

/* A run of the study's table. *id stays NULL where the table has none, or there is no table. */
static kn_status find_in_table(const char *study_dir, const char *ref, const char *prefix,
                               char **id, int *row, kn_error *e)
{
    char *path = pl_path_join(study_dir, "runs.csv");
    pl_csv c;
    size_t matches = 0;
    kn_status rc = KN_OK;
    if (pl_exists(path) && pl_csv_read(path, &c, NULL) == KN_OK) {
        pl_str list;
        pl_str_init(&list);
        *row = find_row(&c, prefix, &matches, &list);
        if (matches == 1)
            *id = pl_strdup(pl_csv_get(&c, (size_t)*row + 1, 0));
        else if (matches > 1)
            rc = kn_fail(e, KN_EUSAGE, "'%s' fits %zu runs: %s%s; give more digits", ref, matches,
                         list.text, matches > 8 ? ", ..." : "");
        pl_str_clear(&list);
        pl_csv_clear(&c);
    }
    free(path);
    return rc;
}

kn_status pl_run_ref_resolve(const char *results, const char *ref, char **study_dir, char **id,
                             int *row, kn_error *e)
{
    char *study = pl_strdup(ref), *prefix = study + strlen(study), *dir = NULL;
    kn_status rc = KN_OK;
    *study_dir = *id = NULL;
    *row = -1;
    while (prefix > study + 1 && prefix[-1] == '/')
        *--prefix = '\0';
    char *found = is_run(study) ? NULL : find_study(results, study);
    if (!is_run(study) && !found && (prefix = strrchr(study, '/')) && prefix != study) {
        *prefix++ = '\0';
        found = find_study(results, study);
    }
    if (found)
        rc = find_in_table(found, ref, prefix, id, row, e);
    if (rc == KN_OK && !*id && (rc = pl_run_ref_find(results, ref, &dir, e)) == KN_OK) {
        char *runs = pl_path_dir(dir);
        free(found);
        found = pl_path_dir(runs);
        *id = pl_strdup(pl_path_base(dir));
        free(runs);
        char *same = NULL;
        rc = find_in_table(found, ref, *id, &same, row, e);
        free(same);
    }
    if (rc == KN_OK)
        *study_dir = found;
    else
        free(found);
    free(dir);
    free(study);
    return rc;
}
