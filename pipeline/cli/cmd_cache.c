/* facet cache: the store of preprocessed data and models. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cache_commands.h"
#include "cli/study_args.h"
#include "io/json.h"
#include "util/log.h"

static json_t *node_json(const pl_plan *p, const pl_plan_node *n, const char *title)
{
    return json_pack("{s:s,s:s,s:s}", "stage", p->stages[n->stage]->name, "what", title, "dir",
                     n->entry.dir);
}

/* "stage TAB what TAB folder" of every entry the spec's runs use. */
static kn_status path(const pl_global *g, int argc, char **argv, kn_error *e)
{
    static const char *const known[] = {"--set", "--until", NULL};
    pl_study_args args;
    pl_planned planned;
    kn_status rc = KN_OK;
    pl_study_args_init(&args, argc);
    for (int i = 2; i < argc && rc == KN_OK; i++) {
        bool taken = false;
        const char *word = argv[i];
        rc = pl_study_args_take(&args, argc, argv, &i, &taken, e);
        if (rc == KN_OK && !taken)
            rc = pl_unknown_option(&pl_command_cache, word, known, e);
    }
    if (rc == KN_OK && args.specs != 1)
        rc = kn_fail(e, KN_EUSAGE, "facet cache path needs one spec (facet cache --help)");
    if (rc == KN_OK)
        rc = pl_planned_open(g, &args, 0, &planned, e);
    if (rc != KN_OK) {
        pl_study_args_clear(&args);
        return rc;
    }
    json_t *all = json_array();
    int missing = 0;
    for (int i = 0; i < planned.plan.node_count && rc == KN_OK; i++) {
        pl_plan_node *n = &planned.plan.node[i];
        if (n->stage > args.until)
            continue;
        if (n->state == PL_NODE_SPARED)
            rc = pl_plan_look_up(&planned.plan, i, e);
        missing += n->state != PL_NODE_HIT;
        if (rc != KN_OK || n->state != PL_NODE_HIT)
            continue;
        char *title = pl_plan_node_title(&planned.plan, n);
        if (g->json)
            json_array_append_new(all, node_json(&planned.plan, n, title));
        else
            printf("%s\t%s\t%s\n", planned.plan.stages[n->stage]->name, title, n->entry.dir);
        free(title);
    }
    if (g->json) {
        char *text = pl_json_text(all);
        fputs(text, stdout);
        free(text);
    }
    if (rc == KN_OK && missing > 0)
        pl_info("%d entr%s not in the cache; `facet run` makes %s", missing,
                missing == 1 ? "y is" : "ies are", missing == 1 ? "it" : "them");
    json_decref(all);
    pl_planned_close(&planned);
    pl_study_args_clear(&args);
    return rc;
}

static kn_status run(const pl_global *g, int argc, char **argv, kn_error *e)
{
    const char *what = argc > 1 ? argv[1] : "";
    if (strcmp(what, "path") == 0)
        return path(g, argc, argv, e);
    static const struct {
        const char *name;
        kn_status (*run)(const pl_global *g, pl_store *store, int argc, char **argv, kn_error *e);
    } parts[] = {{"list", pl_cache_list}, {"verify", pl_cache_verify}, {"gc", pl_cache_gc}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (strcmp(what, parts[i].name) != 0)
            continue;
        pl_store *store = NULL;
        KN_TRY(pl_store_open(g->cache, &store, e));
        kn_status rc = parts[i].run(g, store, argc, argv, e);
        pl_store_close(store);
        return rc;
    }
    return kn_fail(e, KN_EUSAGE, "facet cache needs one of list, path, verify, gc%s%s%s",
                   *what ? ", not '" : "", what, *what ? "'" : "");
}

const pl_command pl_command_cache = {
    .name = "cache",
    .usage = "cache list|path SPEC|verify [--repair]|gc [--max-size SIZE] [--older DURATION] "
             "[--dry-run] [--json]",
    .summary = "the store of preprocessed data and models",
    .help =
        "  list                every entry: stage, key, size, last use (UTC), study and run; not "
        "used\n"
        "                      for longest first; then the sum of each stage\n"
        "  path SPEC           where the arrays and models of a spec lie: stage, what, folder\n"
        "  verify              reads every file and compares its digest; exit status 1 where\n"
        "                      something is damaged and not repaired\n"
        "    --repair          sets damaged entries aside, removes leftovers of killed processes,\n"
        "                      drops what is torn; what a run needs of it is made again\n"
        "    --quick           sizes and times only\n"
        "  gc                  removes leftovers of killed processes, damaged entries set aside, "
        "and\n"
        "                      unfinished work of studies that are gone after 30 days\n"
        "    --max-size SIZE   and the entries not used for longest above it (500MB, 20G)\n"
        "    --older DURATION  and the entries not used for so long (12h, 30d)\n"
        "    --work            and unfinished work of studies that have runs to go, but do not "
        "run\n"
        "    --dry-run         only says what would go\n"
        "  --json              the same as JSON\n\n"
        "gc leaves what a running study uses, and what the runs to go of a study need that still\n"
        "has its results folder. Finished runs need nothing of the cache.\n",
    .run = run,
};
