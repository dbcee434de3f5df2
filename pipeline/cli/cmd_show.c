/* facet show: one run, whole. */
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "io/json.h"
#include "study/run_show.h"

static kn_status run(const pl_global *g, int argc, char **argv, kn_error *e)
{
    static const char *const known[] = {"--json", NULL};
    json_t *shown = NULL;
    for (int i = 1; i < argc; i++)
        if (argv[i][0] == '-')
            return pl_unknown_option(&pl_command_show, argv[i], known, e);
    if (argc != 2)
        return kn_fail(e, KN_EUSAGE, "facet show takes one RUN (facet show --help)");
    KN_TRY(pl_run_show_read(g->results, argv[1], &shown, e));
    pl_str text;
    pl_str_init(&text);
    if (g->json) {
        char *json = pl_json_text(shown);
        pl_str_add(&text, json);
        free(json);
    } else {
        pl_run_show_text(shown, &text);
    }
    fputs(text.text, stdout);
    pl_str_clear(&text);
    json_decref(shown);
    return KN_OK;
}

const pl_command pl_command_show = {
    .name = "show",
    .usage = "show RUN [--json]",
    .summary = "one run: its parameters, scores with intervals, confusion, time, files",
    .help =
        "RUN is STUDY/RUN-ID, a prefix of the id, STUDY where it has one run, or the run's "
        "folder.\n"
        "Tells the keys that differ from their defaults and which of them are swept; accuracy on\n"
        "training, validation and test images, of these Wilson's 95 % interval, recall per class,\n"
        "AUC and loss; the confusion matrix; the best epochs; time; the files with their sizes; "
        "the\n"
        "keys of the stages' results in the cache (`facet cache list`); where and when it was "
        "made.\n"
        "A run that is pending, running, failed or stopped is shown as far as it is. Why it "
        "stands\n"
        "as it does, and what would run now: `facet why RUN`.\n\n"
        "  --json   the same as an object; shares as fractions\n",
    .run = run,
};
