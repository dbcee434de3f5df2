/* facet explore: the data before any training. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "audit/augment_sheet.h"
#include "audit/explore.h"
#include "cli/cli.h"
#include "io/json.h"
#include "spec/spec.h"
#include "util/str.h"

enum { MAX_SETS = 64 };

typedef struct args {
    const char *path, *sheet;
    const char *set[MAX_SETS];
    int sets;
    bool no_pairs, augment, counted; /* counted: --images was given */
    long images;
} args;

static void say(const pl_global *g, const pl_audit_view *v, bool pairs)
{
    pl_str s;
    pl_str_init(&s);
    (g->json ? pl_explore_json : pl_explore_text)(v, pairs, &s);
    fputs(s.text, stdout);
    pl_str_clear(&s);
}

static kn_status show(const pl_global *g, const pl_study *study, const pl_entry *audit, bool pairs,
                      kn_error *e)
{
    pl_audit_view v;
    KN_TRY(pl_audit_view_read(audit->dir, &v, e));
    char *dir = pl_format("%s/%s/explore", g->results, study->name);
    say(g, &v, pairs);
    kn_status rc = pl_explore_write(&v, audit, pairs, dir, g->threads, e);
    if (rc == KN_OK && !g->json)
        printf(
            "\n%s: attributes, balance, correlations, drift as .csv .svg .png .pdf; %speople.csv, "
            "left_out.csv\n",
            dir, pairs ? "duplicates.csv, near_pairs.csv, " : "");
    free(dir);
    pl_audit_view_clear(&v);
    return rc;
}

static kn_status explore(const pl_global *g, const pl_study *study, bool pairs, kn_error *e)
{
    pl_store *store;
    pl_entry audit = {NULL, NULL};
    KN_TRY(pl_study_check_files(study, e));
    KN_TRY(pl_store_open(g->cache, &store, e));
    kn_status rc = pl_explore(study, store, g->results, g->threads, &audit, e);
    if (rc == KN_OK) {
        rc = show(g, study, &audit, pairs, e);
        pl_entry_clear(&audit);
    }
    pl_store_close(store);
    return rc;
}

static void say_sheet(const pl_global *g, const pl_explore_sheet *sheet)
{
    if (g->json) {
        json_t *root =
            json_pack("{s:s, s:i, s:i, s:s}", "sheet", sheet->path, "images", sheet->shown,
                      "epochs", PL_AUGMENT_EPOCHS, "augment", sheet->words.text);
        char *text = pl_json_text(root);
        fputs(text, stdout);
        free(text);
        json_decref(root);
        return;
    }
    printf("%s: %d training image%s as %s, then as %d epochs see %s\naugment: %s\n", sheet->path,
           sheet->shown, sheet->shown == 1 ? "" : "s", sheet->shown == 1 ? "it is" : "they are",
           PL_AUGMENT_EPOCHS, sheet->shown == 1 ? "it" : "them", sheet->words.text);
}

static kn_status show_augment(const pl_global *g, const pl_study *study, const args *a, kn_error *e)
{
    pl_store *store;
    KN_TRY(pl_study_check_files(study, e));
    KN_TRY(pl_store_open(g->cache, &store, e));
    char *usual = pl_format("%s/%s/explore/augment.png", g->results, study->name);
    pl_explore_sheet sheet = {.path = a->sheet ? a->sheet : usual, .images = (int)a->images};
    pl_str_init(&sheet.words);
    kn_status rc = pl_explore_augment(study, store, g->results, g->threads, &sheet, e);
    if (rc == KN_OK)
        say_sheet(g, &sheet);
    pl_str_clear(&sheet.words);
    free(usual);
    pl_store_close(store);
    return rc;
}

/* One word, with its value behind it. */
static kn_status read_word(args *a, int argc, char **argv, int *i, kn_error *e)
{
    static const char *const known[] = {"--augment", "--images", "--no-duplicates",
                                        "--set",     "--sheet",  NULL};
    const char *value;
    bool bad = false;
    if ((value = pl_option(argc, argv, i, "--set", &bad, e))) {
        if (a->sets == MAX_SETS)
            return kn_fail(e, KN_EUSAGE, "--set: more than %d", MAX_SETS);
        a->set[a->sets++] = value;
    } else if (!bad && (value = pl_option(argc, argv, i, "--sheet", &bad, e))) {
        a->sheet = value;
    } else if (!bad && (value = pl_option(argc, argv, i, "--images", &bad, e))) {
        a->counted = true;
        return pl_parse_int("--images", value, 1, PL_AUGMENT_IMAGES_MAX, &a->images, e);
    } else if (bad) {
        return KN_EUSAGE;
    } else if (pl_flag(argv[*i], "--no-duplicates")) {
        a->no_pairs = true;
    } else if (pl_flag(argv[*i], "--augment")) {
        a->augment = true;
    } else if (argv[*i][0] == '-' && argv[*i][1]) {
        return pl_unknown_option(&pl_command_explore, argv[*i], known, e);
    } else if (a->path) {
        return kn_fail(e, KN_EUSAGE, "facet explore takes one spec, not '%s' and '%s'", a->path,
                       argv[*i]);
    } else {
        a->path = argv[*i];
    }
    return KN_OK;
}

static kn_status run(const pl_global *g, int argc, char **argv, kn_error *e)
{
    args a = {.images = PL_AUGMENT_IMAGES};
    for (int i = 1; i < argc; i++)
        KN_TRY(read_word(&a, argc, argv, &i, e));
    if (!a.path)
        return kn_fail(e, KN_EUSAGE, "facet explore needs a spec (facet explore --help)");
    if (!a.augment && (a.sheet || a.counted))
        return kn_fail(e, KN_EUSAGE, "%s is of the sheet that --augment draws",
                       a.sheet ? "--sheet" : "--images");
    if (a.augment && a.no_pairs)
        return kn_fail(e, KN_EUSAGE,
                       "--augment draws a sheet alone; --no-duplicates is of the "
                       "tables");
    pl_study study;
    KN_TRY(pl_study_load(a.path, a.set, a.sets, &study, e));
    kn_status rc = a.augment ? show_augment(g, &study, &a, e) : explore(g, &study, !a.no_pairs, e);
    pl_study_clear(&study);
    return rc;
}

const pl_command pl_command_explore = {
    .name = "explore",
    .usage =
        "explore SPEC [--set K=V]... [--no-duplicates | --augment [--sheet FILE] [--images N]] "
        "[--json]",
    .summary = "the data before any training: counts, balance, split audit",
    .help = "Makes what `facet run --until split` makes where the cache lacks it, and audits it: "
            "how often\n"
            "each attribute is set, in all and on each side of the split; which go with the "
            "target; people,\n"
            "byte-identical and near-identical pictures on two sides; contradicting labels on "
            "them; drift of\n"
            "sizes, brightness and shares between the sides; what was left out. Prints the tables "
            "and writes\n"
            "them with their plots to RESULTS/STUDY/explore. Of a sweep the first run's data and "
            "split are\n"
            "shown. The audit lies in the cache: the second time costs nothing.\n\n"
            "  --set K=V         another value of a key, as in facet run\n"
            "  --no-duplicates   leaves out pictures that are there twice, and what follows from "
            "them\n"
            "  --augment         draws instead what the spec's augment does to training images: a "
            "row for each, first\n"
            "                    as it is, then as the first epochs see it. Of a sweep the first "
            "run with augment\n"
            "  --sheet FILE      where to, instead of RESULTS/STUDY/explore/augment.png\n"
            "  --images N        rows, 1..64; 8 when not given\n",
    .run = run,
};
