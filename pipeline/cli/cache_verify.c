/* facet cache verify. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cache/store_check.h"
#include "cli/cache_commands.h"
#include "util/str.h"

typedef struct listing {
    bool json;
    json_t *damaged; /* of --json */
    json_t *studies; /* object: those whose entries were set aside */
} listing;

static void tell(void *context, const pl_damage *d)
{
    listing *l = context;
    const char *done = d->repaired ? (d->row ? ", set aside" : ", dropped")
                       : d->busy   ? ", being made again just now"
                                   : "";
    if (d->row && d->repaired && *d->study)
        json_object_set_new(l->studies, d->study, json_true());
    if (l->json) {
        json_t *o = json_pack("{s:s,s:b,s:b}", "why", d->why, "repaired", (int)d->repaired, "busy",
                              (int)d->busy);
        const char *const key[] = {"stage", "key", "dir", "study", "label", "file"};
        const char *const text[] = {d->row ? d->row->stage : NULL, d->row ? d->row->key : NULL,
                                    d->row ? d->row->dir : NULL,   d->row ? d->study : NULL,
                                    d->row ? d->label : NULL,      d->row ? NULL : d->file};
        for (int i = 0; i < 6; i++)
            if (text[i])
                json_object_set_new(o, key[i], json_string(text[i]));
        json_array_append_new(l->damaged, o);
    } else if (d->row) {
        printf("%-9s %.12s  %s%s%s%s%s\n", d->row->stage, d->row->key, d->study,
               *d->study ? ": " : "", d->label, *d->study ? ": " : "", d->why);
        if (*done)
            printf("          %s\n", done + 2);
    } else {
        printf("%s: %s%s\n", d->file, d->why, done);
    }
}

static kn_status take_args(pl_check_options *o, int argc, char **argv, kn_error *e)
{
    static const char *const known[] = {"--repair", "--quick", NULL};
    for (int i = 2; i < argc; i++) {
        if (pl_flag(argv[i], "--repair"))
            o->repair = true;
        else if (pl_flag(argv[i], "--quick"))
            o->quick = true;
        else
            return pl_unknown_option(&pl_command_cache, argv[i], known, e);
    }
    return KN_OK;
}

/* "the next run of a, b that needs them makes them again". */
static void print_what_follows(const listing *l, size_t set_aside)
{
    pl_str names;
    const char *study = NULL;
    json_t *value = NULL;
    pl_str_init(&names);
    json_object_foreach(l->studies, study, value)
    {
        pl_str_addf(&names, "%s%s", names.size ? ", " : "", study);
    }
    printf("%s in bad/ until `facet cache gc`; the next `facet run`%s%s that needs %s again\n",
           set_aside == 1 ? "it stays" : "they stay", names.size ? " of " : "", names.text,
           set_aside == 1 ? "it makes it" : "them makes them");
    pl_str_clear(&names);
}

static void print_text(const pl_check_options *o, const pl_check *c, const listing *l)
{
    char size[32];
    printf("%zu entr%s %s, %s: %zu damaged", c->entries, c->entries == 1 ? "y" : "ies",
           o->quick ? "looked at" : "read", pl_human_bytes((double)c->bytes, size, sizeof size),
           c->damaged);
    if (c->files > 0)
        printf(", %zu torn file%s", c->files, c->files == 1 ? "" : "s");
    if (c->moved > 0)
        printf(", %zu with other times than when %s made%s", c->moved,
               c->moved == 1 ? "it was" : "they were", o->repair ? ", now noted" : "");
    if (c->leftovers > 0)
        printf(", %zu leftover%s%s", c->leftovers, c->leftovers == 1 ? "" : "s",
               o->repair ? " removed" : "");
    printf("\n");
    size_t set_aside = c->repaired > c->files ? c->repaired - c->files : 0;
    if (o->repair && set_aside > 0)
        print_what_follows(l, set_aside);
    if (!o->repair && c->damaged + c->files > 0)
        printf("`facet cache verify --repair` sets damaged entries aside and drops what is torn\n");
}

static void print_json(const pl_check_options *o, const pl_check *c, const listing *l)
{
    pl_cache_print_json(
        json_pack("{s:I,s:O,s:I,s:I,s:I,s:I,s:b,s:b}", "entries", (json_int_t)c->entries, "damaged",
                  l->damaged, "repaired", (json_int_t)c->repaired, "moved", (json_int_t)c->moved,
                  "leftovers", (json_int_t)c->leftovers, "bytes", (json_int_t)c->bytes, "quick",
                  (int)o->quick, "repair", (int)o->repair));
}

kn_status pl_cache_verify(const pl_global *g, pl_store *store, int argc, char **argv, kn_error *e)
{
    listing l = {.json = g->json, .damaged = json_array(), .studies = json_object()};
    pl_check_options options = {.damaged = tell, .context = &l};
    pl_check check = {0};
    kn_status rc = take_args(&options, argc, argv, e);
    bool asked = rc == KN_OK;
    if (asked)
        rc = pl_store_check(store, &options, &check, e);
    if (asked && (rc == KN_OK || rc == KN_EINTERRUPTED))
        (g->json ? print_json : print_text)(&options, &check, &l);
    if (rc == KN_EINTERRUPTED)
        kn_fail(e, rc, "interrupted: the entries that were looked at are told above");
    else if (rc == KN_OK && check.repaired < check.damaged + check.files)
        rc = kn_fail(e, KN_EFORMAT, "%s", ""); /* told already */
    json_decref(l.damaged);
    json_decref(l.studies);
    return rc;
}
