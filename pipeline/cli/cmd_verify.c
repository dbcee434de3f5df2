/* facet verify: trains a run again and compares every file. */
#define _XOPEN_SOURCE 700 /* mkdtemp */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/program.h"
#include "io/json.h"
#include "run/run_key.h"
#include "run/run_ref.h"
#include "run/verify.h"
#include "util/fs.h"
#include "util/log.h"

static const char *state_text(pl_verify_state state)
{
    static const char *const text[] = {"same", "differs", "was changed since the run"};
    return text[state];
}

static void print_text(const pl_verify *v)
{
    for (int i = 0; i < PL_VERIFY_FILES; i++) {
        const pl_verify_file *f = &v->file[i];
        printf("%-18s %s%s%s\n", f->name, state_text(f->state), *f->detail ? ", " : "", f->detail);
    }
    if (v->differing == 0)
        printf("run %s: trained again, every file is the same\n", v->run);
}

static void print_json(const pl_verify *v)
{
    json_t *files = json_array();
    for (int i = 0; i < PL_VERIFY_FILES; i++)
        json_array_append_new(files,
                              json_pack("{s:s, s:s, s:s}", "file", v->file[i].name, "state",
                                        state_text(v->file[i].state), "detail", v->file[i].detail));
    json_t *root =
        json_pack("{s:s, s:b, s:o, s:s, s:s}", "run", v->run, "same", v->differing == 0, "files",
                  files, "numeric_then", v->numeric_then, "numeric_now", v->numeric_now);
    char *text = pl_json_text(root);
    fputs(text, stdout);
    free(text);
    json_decref(root);
}

static kn_status report(const pl_global *g, const pl_verify *v, kn_error *e)
{
    if (g->json)
        print_json(v);
    else
        print_text(v);
    if (v->differing == 0)
        return KN_OK;
    const char *first = "";
    for (int i = PL_VERIFY_FILES - 1; i >= 0; i--)
        if (v->file[i].state != PL_VERIFY_SAME)
            first = v->file[i].name;
    if (!v->numeric_same)
        pl_warn("the run was made with %s, here it is %s: other last digits are to be expected",
                v->numeric_then, v->numeric_now);
    return kn_fail(e, KN_EDATA, "run %s: %d of %d files are not the same, the first is %s", v->run,
                   v->differing, PL_VERIFY_FILES, first);
}

/* A fresh folder beside the cache, where there is room for arrays. Heap. */
static kn_status make_scratch(const char *cache, char **out, kn_error *e)
{
    char *dir = pl_path_dir(cache);
    kn_status rc = pl_make_dirs(dir, e);
    free(dir);
    KN_TRY(rc);
    *out = pl_format("%s.verify-%ld", cache, (long)getpid());
    rc = pl_remove_tree(*out, e); /* of a process that is gone */
    if (rc == KN_OK)
        rc = pl_make_dirs(*out, e);
    if (rc == KN_OK)
        return KN_OK;
    free(*out);
    *out = NULL;
    return rc;
}

static kn_status verify(const pl_global *g, const char *dir, kn_error *e)
{
    char *scratch;
    KN_TRY(make_scratch(g->cache, &scratch, e));
    const pl_run_maker maker = {.version = PL_VERSION, .threads = g->threads};
    pl_verify v;
    kn_status rc = pl_verify_run(dir, scratch, &maker, &v, e);
    if (rc == KN_OK) {
        rc = report(g, &v, e);
        pl_verify_clear(&v);
    }
    kn_status removed = pl_remove_tree(scratch, rc == KN_OK ? e : NULL);
    free(scratch);
    return rc == KN_OK ? removed : rc;
}

static kn_status run(const pl_global *g, int argc, char **argv, kn_error *e)
{
    static const char *const known[] = {"--json", NULL};
    for (int i = 1; i < argc; i++)
        if (argv[i][0] == '-' && argv[i][1])
            return pl_unknown_option(&pl_command_verify, argv[i], known, e);
    if (argc != 2)
        return kn_fail(e, KN_EUSAGE, "facet verify takes one RUN (facet verify --help)");
    char *dir;
    KN_TRY(pl_run_ref_find(g->results, argv[1], &dir, e));
    kn_status rc = verify(g, dir, e);
    free(dir);
    return rc;
}

const pl_command pl_command_verify = {
    .name = "verify",
    .usage = "verify RUN [--json]",
    .summary = "trains a run again and compares every digest",
    .help = "RUN is STUDY/RUN-ID, a prefix of the id, or the run's folder. Everything from the\n"
            "pictures on is made again in a fresh cache and compared: epochs.csv row by row "
            "without\n"
            "its wall times, the other files by their digests. Exit status 1 when a file is not "
            "the\n"
            "same; the first one that differs is named. The data must be where it was.\n",
    .run = run,
};
