/* facet cache: the store of preprocessed data and models. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/study_args.h"
#include "io/json.h"
#include "util/log.h"

static void print_row(const pl_entry_row *row, const char *label)
{
    char size[32], when[24] = "";
    time_t used = (time_t)row->last_used;
    struct tm parts;
    if (gmtime_r(&used, &parts))
        strftime(when, sizeof when, "%Y-%m-%d %H:%M", &parts);
    printf("%-9s %.12s %9s  %s  %s\n", row->stage, row->key,
           pl_human_bytes((double)row->bytes, size, sizeof size), when, label);
}

static json_t *row_json(const pl_entry_row *row)
{
    return json_pack("{s:s,s:s,s:s,s:I,s:I}", "stage", row->stage, "key", row->key, "dir", row->dir,
                     "bytes", (json_int_t)row->bytes, "last_used", (json_int_t)row->last_used);
}

static char *label_of(const pl_entry_row *row)
{
    char *path = pl_format("%s/entry.json", row->dir);
    json_t *info = NULL;
    const char *study = NULL, *label = NULL;
    if (pl_json_read(path, &info, NULL) == KN_OK) {
        study = json_string_value(json_object_get(info, "study"));
        label = json_string_value(json_object_get(info, "label"));
    }
    char *text = pl_format("%s: %s", study ? study : "?", label ? label : "?");
    json_decref(info);
    free(path);
    return text;
}

static kn_status list(const pl_global *g, pl_store *store, kn_error *e)
{
    pl_entry_row *rows = NULL;
    size_t count = 0;
    double sum = 0;
    char size[32];
    KN_TRY(pl_store_list(store, &rows, &count, e));
    json_t *all = json_array();
    for (size_t i = 0; i < count; i++) {
        sum += (double)rows[i].bytes;
        if (g->json) {
            json_array_append_new(all, row_json(&rows[i]));
            continue;
        }
        char *label = label_of(&rows[i]);
        print_row(&rows[i], label);
        free(label);
    }
    if (g->json) {
        char *text = pl_json_text(all);
        fputs(text, stdout);
        free(text);
    } else {
        printf("%zu entr%s, %s in %s\n", count, count == 1 ? "y" : "ies",
               pl_human_bytes(sum, size, sizeof size), pl_store_dir(store));
    }
    json_decref(all);
    pl_store_list_free(rows, count);
    return KN_OK;
}

/* Reads every file of every entry; damaged entries are set aside. */
static kn_status verify(pl_store *store, kn_error *e)
{
    pl_entry_row *rows = NULL;
    size_t count = 0, damaged = 0;
    kn_status rc = pl_store_list(store, &rows, &count, e);
    for (size_t i = 0; i < count && rc == KN_OK; i++) {
        bool found = false;
        pl_entry entry;
        pl_digest key;
        memcpy(key.hex, rows[i].key, sizeof key.hex);
        rc = pl_store_find(store, rows[i].stage, &key, true, &found, &entry, e);
        damaged += rc == KN_OK && !found;
        pl_entry_clear(&entry);
    }
    pl_store_list_free(rows, count);
    KN_TRY(rc);
    printf("%zu entr%s read, %zu damaged\n", count, count == 1 ? "y" : "ies", damaged);
    if (damaged > 0)
        return kn_fail(e, KN_EFORMAT,
                       "%zu damaged entr%s set aside in %s/bad; the next run makes %s again",
                       damaged, damaged == 1 ? "y was" : "ies were", pl_store_dir(store),
                       damaged == 1 ? "it" : "them");
    return KN_OK;
}

static void print_removed(void *context, const pl_entry_row *row)
{
    (void)context;
    char *label = label_of(row);
    print_row(row, label);
    free(label);
}

static kn_status gc(pl_store *store, int argc, char **argv, kn_error *e)
{
    static const char *const known[] = {"--max-size", "--dry-run", NULL};
    uint64_t max_bytes = UINT64_MAX;
    bool dry_run = false;
    for (int i = 2; i < argc; i++) {
        bool bad = false;
        const char *value = pl_option(argc, argv, &i, "--max-size", &bad, e);
        if (bad)
            return KN_EUSAGE;
        if (value)
            KN_TRY(pl_parse_bytes("--max-size", value, &max_bytes, e));
        else if (pl_flag(argv[i], "--dry-run"))
            dry_run = true;
        else
            return pl_unknown_option(&pl_command_cache, argv[i], known, e);
    }
    pl_gc done;
    char freed[32], kept[32];
    KN_TRY(pl_store_gc(store, max_bytes, dry_run, print_removed, NULL, &done, e));
    printf("%s: %zu entr%s and %zu leftover%s, %s; %s stay\n",
           dry_run ? "would be removed" : "removed", done.entries, done.entries == 1 ? "y" : "ies",
           done.leftovers, done.leftovers == 1 ? "" : "s",
           pl_human_bytes((double)done.bytes, freed, sizeof freed),
           pl_human_bytes((double)done.kept_bytes, kept, sizeof kept));
    return KN_OK;
}

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
    bool listing = strcmp(what, "list") == 0, reading = strcmp(what, "verify") == 0;
    if (!listing && !reading && strcmp(what, "gc") != 0)
        return kn_fail(e, KN_EUSAGE, "facet cache needs one of list, path, verify, gc%s%s%s",
                       *what ? ", not '" : "", what, *what ? "'" : "");
    if ((listing || reading) && argc > 2)
        return pl_unknown_option(&pl_command_cache, argv[2], NULL, e);
    pl_store *store = NULL;
    KN_TRY(pl_store_open(g->cache, &store, e));
    kn_status rc = listing   ? list(g, store, e)
                   : reading ? verify(store, e)
                             : gc(store, argc, argv, e);
    pl_store_close(store);
    return rc;
}

const pl_command pl_command_cache = {
    .name = "cache",
    .usage = "cache list|path SPEC|verify|gc [--max-size SIZE] [--dry-run] [--json]",
    .summary = "the store of preprocessed data and models",
    .help = "  list               every entry: stage, key, size, last use (UTC), study and run\n"
            "  path SPEC          where the arrays and models of a spec lie: stage, what, folder\n"
            "  verify             reads every file and compares its digest; damaged entries are\n"
            "                     set aside (exit status 1)\n"
            "  gc                 removes leftovers of killed processes and damaged entries\n"
            "    --max-size SIZE  and the entries not used for longest above it (500MB, 20G)\n"
            "    --dry-run        only says what would go\n"
            "  --json             of list and path: the same as JSON\n",
    .run = run,
};
