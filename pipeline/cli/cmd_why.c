/* facet why: one run, how it stands and why. */
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "io/json.h"
#include "run/run_why.h"

static kn_status show(const pl_global *g, const char *ref, kn_error *e)
{
    pl_store *store = NULL;
    json_t *why = NULL;
    KN_TRY(pl_store_open(g->cache, &store, e));
    kn_status rc = pl_why_read(g->results, ref, store, &why, e);
    pl_store_close(store);
    KN_TRY(rc);
    pl_str text;
    pl_str_init(&text);
    if (g->json) {
        char *json = pl_json_text(why);
        pl_str_add(&text, json);
        free(json);
    } else {
        pl_why_text(why, &text);
    }
    fputs(text.text, stdout);
    pl_str_clear(&text);
    json_decref(why);
    return KN_OK;
}

static kn_status run(const pl_global *g, int argc, char **argv, kn_error *e)
{
    static const char *const known[] = {"--json", NULL};
    for (int i = 1; i < argc; i++)
        if (argv[i][0] == '-')
            return pl_unknown_option(&pl_command_why, argv[i], known, e);
    if (argc != 2)
        return kn_fail(e, KN_EUSAGE, "facet why takes one RUN (facet why --help)");
    return show(g, argv[1], e);
}

const pl_command pl_command_why = {
    .name = "why",
    .usage = "why RUN [--json]",
    .summary = "one run: how it stands and why, stage by stage, and the nearest done run",
    .help =
        "RUN is STUDY/RUN-ID, a prefix of the id, or the run's folder; a run that was not begun "
        "has\n"
        "its id in runs.csv. Tells where and when it was made, by what cause it failed or "
        "stopped,\n"
        "what the next `facet run` does with it; for each stage whether the cache has it and what\n"
        "changed beside the nearest earlier work; and for a run that is not done the parameters\n"
        "that differ from the nearest one that is. Where the data are gone it tells what the\n"
        "results folder knows.\n\n"
        "  --json   the same as an object\n",
    .run = run,
};
