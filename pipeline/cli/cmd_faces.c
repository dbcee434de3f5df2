/* facet faces: writes the embedded data set. */
#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>

#include "cli/cli.h"
#include "data/faces.h"
#include "util/interrupt.h"
#include "util/log.h"
#include "util/str.h"

static bool on_progress(void *context, int done, int images)
{
    pl_progress **progress = context;
    if (!*progress)
        *progress = pl_progress_new("faces", "images", (double)images);
    pl_progress_update(*progress, (double)done);
    return !pl_interrupted();
}

static kn_status write_faces(const pl_global *g, const char *dir, int images, uint64_t seed,
                             kn_error *e)
{
    kn_pool *pool;
    KN_TRY(kn_pool_new(g->threads, &pool, e));
    pl_progress *progress = NULL; /* made with the first pictures, so that a refusal shows none */
    kn_status rc = pl_faces_write(dir, images, seed, pool, on_progress, &progress, e);
    pl_progress_end(progress);
    kn_pool_free(pool);
    return rc;
}

static void print_result(const pl_global *g, const char *dir, int images, uint64_t seed)
{
    if (!g->json) {
        char count[32];
        printf("%s drawn faces, seed %" PRIu64 ": %s\n",
               pl_human_count(images, count, sizeof count), seed, dir);
        return;
    }
    json_t *root =
        json_pack("{s:s, s:i, s:I}", "folder", dir, "images", images, "seed", (json_int_t)seed);
    json_dumpf(root, stdout, JSON_INDENT(2));
    printf("\n");
    json_decref(root);
}

static kn_status run(const pl_global *g, int argc, char **argv, kn_error *e)
{
    static const char *const known[] = {"--images", "--seed", NULL};
    const char *dir = NULL, *value;
    long images = 6000, seed = 1;
    for (int i = 1; i < argc; i++) {
        bool bad = false;
        if ((value = pl_option(argc, argv, &i, "--images", &bad, e)))
            KN_TRY(pl_parse_int("--images", value, 1, PL_FACES_MAX_IMAGES, &images, e));
        else if (!bad && (value = pl_option(argc, argv, &i, "--seed", &bad, e)))
            KN_TRY(pl_parse_int("--seed", value, 0, LONG_MAX, &seed, e));
        else if (bad)
            return KN_EUSAGE;
        else if (argv[i][0] == '-' && argv[i][1])
            return pl_unknown_option(&pl_command_faces, argv[i], known, e);
        else if (dir)
            return kn_fail(e, KN_EUSAGE, "facet faces takes one folder, not '%s' and '%s'", dir,
                           argv[i]);
        else
            dir = argv[i];
    }
    if (!dir)
        return kn_fail(e, KN_EUSAGE,
                       "facet faces needs the folder to write to (facet faces --help)");
    KN_TRY(write_faces(g, dir, (int)images, (uint64_t)seed, e));
    print_result(g, dir, (int)images, (uint64_t)seed);
    return KN_OK;
}

const pl_command pl_command_faces = {
    .name = "faces",
    .usage = "faces DIR [--images N] [--seed S] [--json]",
    .summary = "writes a synthetic data set in CelebA's layout: drawn faces, 178x218 JPEG",
    .help = "Draws faces with CelebA's 40 attributes and writes what a download of CelebA gives:\n"
            "img_align_celeba.zip, list_attr_celeba.csv, list_eval_partition.csv, "
            "identity_CelebA.txt.\n"
            "The same seed and number of images give the same bytes on any number of threads.\n\n"
            "  --images N   how many pictures, 1 to 999999 (default: 6000; CelebA has 202599)\n"
            "  --seed S     another seed, other people (default: 1)\n\n"
            "An earlier set in DIR is replaced; files that facet did not write are left alone.\n",
    .run = run,
};
