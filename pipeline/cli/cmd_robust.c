/* facet robust: accuracy of a run against everything that makes a picture worse. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "insight/robust.h"
#include "insight/robust_section.h"
#include "run/run_ref.h"
#include "stats/interval.h"
#include "study/run_entries.h"
#include "study/run_framer.h"
#include "util/fs.h"

enum { IMAGES = 1000 };

typedef struct robust_args {
    const char *run, *csv;
    long images;
    bool plain;
} robust_args;

static kn_status read_args(robust_args *a, int argc, char **argv, kn_error *e)
{
    static const char *const known[] = {"--csv", "--images", "--no-align", NULL};
    a->images = IMAGES;
    for (int i = 1; i < argc; i++) {
        bool bad = false;
        const char *csv = pl_option(argc, argv, &i, known[0], &bad, e);
        const char *images = csv || bad ? NULL : pl_option(argc, argv, &i, known[1], &bad, e);
        if (bad)
            return KN_EUSAGE;
        if (csv)
            a->csv = csv;
        else if (images)
            KN_TRY(pl_parse_int("--images", images, 0, 1000000000, &a->images, e));
        else if (pl_flag(argv[i], known[2]))
            a->plain = true;
        else if (argv[i][0] == '-')
            return pl_unknown_option(&pl_command_robust, argv[i], known, e);
        else if (a->run)
            return kn_fail(e, KN_EUSAGE, "facet robust takes one run, not '%s' too", argv[i]);
        else
            a->run = argv[i];
    }
    return a->run ? KN_OK : kn_fail(e, KN_EUSAGE, "facet robust needs a run (facet robust --help)");
}

static void print_table(const pl_robust *r)
{
    for (int k = 0; k < PL_DISTURB_COUNT; k++) {
        printf("%s%s\n", k ? "\n" : "", pl_disturbances[k].axis);
        printf("  %8s  %-24s%s\n", "", "as it is", r->aligned ? "aligned" : "");
        for (int s = 0; s < PL_DISTURB_STEPS; s++) {
            printf("  %8g", pl_disturbances[k].amount[s]);
            for (int a = 0; a < (r->aligned ? 2 : 1); a++) {
                const pl_robust_point *p = &r->point[a][k][s];
                pl_interval w = pl_wilson(p->right, p->answered);
                if (p->answered)
                    printf("  %6.2f %% (%.2f..%.2f)", 100 * (double)p->right / (double)p->answered,
                           100 * w.low, 100 * w.high);
                if (a && p->answered < p->images)
                    printf(", %lld without a face", p->images - p->answered);
            }
            printf("\n");
        }
    }
}

/* The csv, and the figure in the study's plots. */
static kn_status write_files(const robust_args *a, const char *dir, const pl_robust *r, kn_error *e)
{
    char *runs = pl_path_dir(dir), *study = pl_path_dir(runs), *plots = NULL;
    char *path = pl_robust_path(study, pl_path_base(dir)), *folder = pl_path_dir(path);
    pl_study_data d;
    pl_figures figures;
    pl_str csv;
    bool read = false;
    pl_str_init(&csv);
    pl_figures_init(&figures);
    pl_robust_csv(r, &csv);
    kn_status rc = a->csv ? pl_write_file(a->csv, csv.text, csv.size, e) : KN_OK;
    if (rc == KN_OK)
        rc = pl_make_dirs(folder, e);
    if (rc == KN_OK)
        rc = pl_write_file(path, csv.text, csv.size, e);
    if (rc == KN_OK) {
        rc = pl_study_data_read(study, &d, e);
        read = rc == KN_OK;
    }
    if (rc == KN_OK)
        rc = pl_robust_section(&d, NULL, &figures, e);
    plots = pl_path_join(study, "plots");
    if (rc == KN_OK)
        rc = pl_figures_draw(&figures, plots, 0, e);
    if (rc == KN_OK)
        printf("\n%s\n%s/robust.svg .png .pdf; `facet report %s` has the section\n", path, plots,
               pl_path_base(study));
    if (read)
        pl_study_data_clear(&d);
    pl_figures_clear(&figures);
    pl_str_clear(&csv);
    free(plots);
    free(folder);
    free(path);
    free(study);
    free(runs);
    return rc;
}

static kn_status measure(const pl_global *g, const robust_args *a, const char *dir, kn_pool *pool,
                         pl_robust *out, kn_error *e)
{
    pl_run_entries entries;
    pl_predictions model;
    pl_framer *framer = malloc(sizeof *framer);
    pl_run_entries_open(dir, &entries);
    kn_status rc = framer ? KN_OK : kn_fail(e, KN_ENOMEM, "no memory for a framer");
    if (rc == KN_OK && !pl_run_entries_find(&entries, g->cache))
        rc = kn_fail(e, KN_EDATA,
                     "the test images of %s are not in the cache; `facet run SPEC --until split "
                     "--results NEW-FOLDER` makes them again",
                     dir);
    if (rc == KN_OK && !a->plain)
        rc = pl_run_framer(dir, g->cache, pool, framer, e);
    if (rc == KN_OK)
        rc = pl_predictions_open(&dir, 1, pool, &model, e);
    if (rc == KN_OK) {
        pl_progress *progress =
            pl_progress_new("robust", "conditions", PL_DISTURB_COUNT * PL_DISTURB_STEPS);
        const pl_robust_input in = {.model = &model,
                                    .ingest = entries.ingest.dir,
                                    .split = entries.split.dir,
                                    .framer = a->plain ? NULL : framer,
                                    .most = (size_t)a->images,
                                    .pool = pool,
                                    .progress = progress};
        rc = pl_robust_measure(&in, out, e);
        pl_progress_end(progress);
        pl_predictions_close(&model);
    }
    pl_run_entries_close(&entries);
    free(framer);
    return rc;
}

static kn_status run(const pl_global *g, int argc, char **argv, kn_error *e)
{
    robust_args a = {0};
    char *dir = NULL;
    kn_pool *pool = NULL;
    pl_robust *robust = malloc(sizeof *robust);
    kn_status rc = robust ? KN_OK : kn_fail(e, KN_ENOMEM, "no memory for curves");
    if (rc == KN_OK)
        rc = read_args(&a, argc, argv, e);
    if (rc == KN_OK)
        rc = pl_run_ref_find(g->results, a.run, &dir, e);
    if (rc == KN_OK)
        rc = kn_pool_new(g->threads, &pool, e);
    if (rc == KN_OK)
        rc = measure(g, &a, dir, pool, robust, e);
    if (rc == KN_OK) {
        print_table(robust);
        rc = write_files(&a, dir, robust, e);
    }
    kn_pool_free(pool);
    free(dir);
    free(robust);
    return rc;
}

const pl_command pl_command_robust = {
    .name = "robust",
    .usage = "robust RUN [--csv FILE] [--images N] [--no-align]",
    .summary = "a run's accuracy against framing, blur, noise, JPEG quality, brightness",
    .help =
        "Changes the run's test images in one way at a time, at the model's size, and says the\n"
        "accuracy at nine amounts of each, with Wilson's 95 % interval: as they are, and with\n"
        "every face found and framed anew first, as `facet predict --align` does (accuracy is\n"
        "then of the images in which a face was found). Needs the run's data in the cache.\n\n"
        "  --csv FILE    the numbers there too; STUDY/robust/RUN-ID.csv has them always\n"
        "  --images N    so many test images, evenly over all (1000; 0: all)\n"
        "  --no-align    without the second curve, which takes most of the time\n\n"
        "The curves are drawn as STUDY/plots/robust.svg .png .pdf; `facet report STUDY` has\n"
        "them as a section, one run of each group that was measured.\n",
    .run = run,
};
