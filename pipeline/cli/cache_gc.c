/* facet cache gc. */
#include <stdio.h>
#include <stdlib.h>

#include "cache/store_gc.h"
#include "cli/cache_commands.h"
#include "cli/study_args.h"
#include "util/log.h"

static kn_status take_args(pl_gc_options *o, int argc, char **argv, kn_error *e)
{
    static const char *const known[] = {"--max-size", "--older", "--work", "--dry-run", NULL};
    for (int i = 2; i < argc; i++) {
        bool bad = false;
        double seconds = 0;
        const char *value = pl_option(argc, argv, &i, "--max-size", &bad, e);
        if (value) {
            KN_TRY(pl_parse_bytes("--max-size", value, &o->max_bytes, e));
            continue;
        }
        if (!bad)
            value = pl_option(argc, argv, &i, "--older", &bad, e);
        if (bad)
            return KN_EUSAGE;
        if (value) {
            KN_TRY(pl_parse_duration("--older", value, &seconds, e));
            o->older = seconds < 1 ? 1 : (int64_t)seconds;
        } else if (pl_flag(argv[i], "--work"))
            o->work = true;
        else if (pl_flag(argv[i], "--dry-run"))
            o->dry_run = true;
        else
            return pl_unknown_option(&pl_command_cache, argv[i], known, e);
    }
    return KN_OK;
}

static void print_removed(void *context, const pl_entry_row *row)
{
    (void)context;
    pl_cache_print_row(row);
}

/* entry.json goes with its entry: what is told of it is read before. */
static void add_removed(void *context, const pl_entry_row *row)
{
    json_array_append_new(context, pl_cache_row_json(row));
}

/* Which studies hold what should have gone. */
static void print_needs(const pl_gc_options *o, const pl_gc *g)
{
    char size[32];
    if (g->over > 0)
        printf("kept %s above the limit of %s\n",
               pl_human_bytes((double)g->over, size, sizeof size),
               pl_human_bytes((double)o->max_bytes, (char[32]){""}, 32));
    for (size_t i = 0; i < g->needs; i++) {
        const pl_gc_need *n = &g->need[i];
        printf("needed by study %s, %s: %zu entr%s, %s (%s)\n", n->study,
               n->running ? "running" : "which has runs to go", n->entries,
               n->entries == 1 ? "y" : "ies", pl_human_bytes((double)n->bytes, size, sizeof size),
               n->dir);
    }
    if (g->busy > 0)
        printf("in use just now: %zu entr%s\n", g->busy, g->busy == 1 ? "y" : "ies");
}

static void print_text(const pl_gc_options *o, const pl_gc *g)
{
    char freed[32], kept[32];
    printf("%s: %zu entr%s and %zu leftover%s, %s; %s stay\n",
           o->dry_run ? "would be removed" : "removed", g->entries, g->entries == 1 ? "y" : "ies",
           g->leftovers, g->leftovers == 1 ? "" : "s",
           pl_human_bytes((double)g->bytes, freed, sizeof freed),
           pl_human_bytes((double)g->kept_bytes, kept, sizeof kept));
    print_needs(o, g);
}

static void print_json(const pl_gc_options *o, const pl_gc *g, json_t *removed)
{
    json_t *needs = json_array();
    for (size_t i = 0; i < g->needs; i++) {
        const pl_gc_need *n = &g->need[i];
        json_array_append_new(needs,
                              json_pack("{s:s,s:s,s:b,s:I,s:I}", "study", n->study, "dir", n->dir,
                                        "running", (int)n->running, "entries",
                                        (json_int_t)n->entries, "bytes", (json_int_t)n->bytes));
    }
    pl_cache_print_json(json_pack(
        "{s:b,s:O,s:I,s:I,s:I,s:I,s:I,s:o,s:I}", "dry_run", (int)o->dry_run, "removed", removed,
        "leftovers", (json_int_t)g->leftovers, "bytes", (json_int_t)g->bytes, "kept_entries",
        (json_int_t)g->kept_entries, "kept_bytes", (json_int_t)g->kept_bytes, "over",
        (json_int_t)g->over, "needed", needs, "in_use", (json_int_t)g->busy));
}

kn_status pl_cache_gc(const pl_global *g, pl_store *store, int argc, char **argv, kn_error *e)
{
    json_t *removed = json_array();
    pl_gc_options options = {.max_bytes = UINT64_MAX,
                             .removing = g->json ? add_removed : print_removed,
                             .context = removed};
    pl_gc done = {0};
    kn_status rc = take_args(&options, argc, argv, e);
    if (rc == KN_OK) {
        rc = pl_store_gc(store, &options, &done, e);
        if (rc == KN_OK || rc == KN_EINTERRUPTED) {
            if (g->json)
                print_json(&options, &done, removed);
            else
                print_text(&options, &done);
        }
        if (rc == KN_EINTERRUPTED)
            kn_fail(e, rc, "interrupted: the cache is whole, the same command goes on");
    }
    pl_gc_clear(&done);
    json_decref(removed);
    return rc;
}
