/* facet status: a study seen from another terminal. */
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "io/json.h"
#include "run/study_status.h"
#include "util/fs.h"

/* Every study of the results folder where none is named. */
static kn_status list_studies(const char *results, char ***names, kn_error *e)
{
    size_t count = 0, kept = 0;
    if (!pl_is_dir(results))
        return kn_fail(e, KN_EUSAGE, "there is no results folder '%s'; --results names another",
                       results);
    KN_TRY(pl_list_dir(results, names, &count, e));
    for (size_t i = 0; i < count; i++) {
        char *table = pl_format("%s/%s/runs.csv", results, (*names)[i]);
        if (pl_exists(table))
            (*names)[kept++] = (*names)[i];
        else
            free((*names)[i]);
        free(table);
    }
    (*names)[kept] = NULL;
    return KN_OK;
}

static kn_status show(const pl_global *g, const char *study, json_t *all, kn_error *e)
{
    json_t *status = NULL;
    KN_TRY(pl_status_read(g->results, study, &status, e));
    if (g->json) {
        json_array_append(all, status);
    } else {
        pl_str text;
        pl_str_init(&text);
        pl_status_text(status, &text);
        fputs(text.text, stdout);
        pl_str_clear(&text);
    }
    json_decref(status);
    return KN_OK;
}

static kn_status run(const pl_global *g, int argc, char **argv, kn_error *e)
{
    char **names = NULL;
    json_t *all = json_array();
    kn_status rc = KN_OK;
    for (int i = 1; i < argc && rc == KN_OK; i++)
        rc = argv[i][0] == '-' ? pl_unknown_option(&pl_command_status, argv[i], NULL, e)
                               : show(g, argv[i], all, e);
    if (rc == KN_OK && argc < 2) {
        rc = list_studies(g->results, &names, e);
        for (char **n = names; n && *n && rc == KN_OK; n++)
            rc = show(g, *n, all, e);
        if (rc == KN_OK && !*names && !g->json)
            printf("no studies in %s\n", g->results);
    }
    if (rc == KN_OK && g->json) {
        char *text = pl_json_text(all);
        fputs(text, stdout);
        free(text);
    }
    pl_free_names(names);
    json_decref(all);
    return rc;
}

const pl_command pl_command_status = {
    .name = "status",
    .usage = "status [STUDY]... [--json]",
    .summary = "a study seen from another terminal: done, running, failed, time left",
    .help =
        "Reads the results folder alone. Without STUDY: every study there. STUDY is a name in the\n"
        "results folder or such a folder.\n",
    .run = run,
};
