/* facet robust: accuracy of a run, or of a group of seeds, against everything that makes a picture worse. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/side_models.h"
#include "compare/compare_side.h"
#include "insight/robust_curves.h"
#include "insight/robust_section.h"
#include "study/run_entries.h"
#include "study/run_framer.h"
#include "util/fs.h"

enum { IMAGES = 1000 };

typedef struct robust_args {
    const char *run, *csv, *target;
    long images;
    bool plain;
} robust_args;

static kn_status read_args(robust_args *a, int argc, char **argv, kn_error *e)
{
    static const char *const known[] = {"--csv", "--images", "--target", "--no-align", NULL};
    a->images = IMAGES;
    for (int i = 1; i < argc; i++) {
        const char *value[3] = {NULL};
        for (int k = 0; k < 3 && !value[0] && !value[1] && !value[2]; k++) {
            bool bad = false;
            value[k] = pl_option(argc, argv, &i, known[k], &bad, e);
            if (bad)
                return KN_EUSAGE;
        }
        if (value[0])
            a->csv = value[0];
        else if (value[1])
            KN_TRY(pl_parse_int("--images", value[1], 0, 1000000000, &a->images, e));
        else if (value[2])
            a->target = value[2];
        else if (pl_flag(argv[i], known[3]))
            a->plain = true;
        else if (argv[i][0] == '-')
            return pl_unknown_option(&pl_command_robust, argv[i], known, e);
        else if (a->run)
            return kn_fail(e, KN_EUSAGE, "facet robust takes one run or group, not '%s' too",
                           argv[i]);
        else
            a->run = argv[i];
    }
    return a->run ? KN_OK : kn_fail(e, KN_EUSAGE, "facet robust needs a run (facet robust --help)");
}

/* What is measured, by run and target. */
typedef struct measured {
    const pl_compare_side *side;
    pl_predictions model; /* open: all the runs */
    pl_robust *robust;    /* heap, [runs, targets] */
} measured;

static void print_cell(const pl_robust_mean *m)
{
    if (m->runs == 0)
        printf("  %-24s", "-");
    else
        printf("  %6.2f %% (%.2f..%.2f)", 100 * m->accuracy, 100 * m->least, 100 * m->most);
}

static void print_table(const pl_robust_group *g)
{
    printf("%lld test images; in brackets %s\n", g->images,
           g->runs > 1 ? "the least and the greatest of the runs, before them their mean"
                       : "Wilson's 95 % interval");
    for (int k = 0; k < PL_DISTURB_COUNT; k++) {
        printf("\n%s\n  %8s  %s\n", pl_disturbances[k].axis, "",
               g->aligned ? "  as it is                  aligned" : "  as it is");
        for (int s = 0; s < PL_DISTURB_STEPS; s++) {
            printf("  %8g", pl_disturbances[k].amount[s]);
            for (int a = 0; a < (g->aligned ? 2 : 1); a++)
                print_cell(&g->at[a][k][s]);
            if (g->aligned && g->at[1][k][s].kept < 1)
                printf(", of %.1f %% with a face", 100 * g->at[1][k][s].kept);
            printf("\n");
        }
    }
}

static void add_rows(const measured *m, int run, pl_str *csv)
{
    pl_robust_csv_rows(m->robust + (size_t)run * m->model.targets,
                       m->model.model->spec.data.target.name, m->model.targets,
                       m->side->run[run].id, csv);
}

static kn_status write_csv(const char *path, const measured *m, int from, int to, kn_error *e)
{
    pl_str csv;
    pl_str_init(&csv);
    pl_str_add(&csv, pl_robust_csv_header);
    for (int k = from; k < to; k++)
        add_rows(m, k, &csv);
    kn_status rc = pl_write_file(path, csv.text, csv.size, e);
    pl_str_clear(&csv);
    return rc;
}

/* STUDY/robust/RUN-ID.csv of each run. */
static kn_status write_runs(const measured *m, kn_error *e)
{
    char *folder = pl_path_join(m->side->study_dir, "robust");
    kn_status rc = pl_make_dirs(folder, e);
    for (int k = 0; k < m->side->runs && rc == KN_OK; k++) {
        char *path = pl_robust_path(m->side->study_dir, m->side->run[k].id);
        rc = write_csv(path, m, k, k + 1, e);
        if (rc == KN_OK)
            printf("%s%s\n", k ? "" : "\n", path);
        free(path);
    }
    free(folder);
    return rc;
}

/* The figure in the study's plots, of all that was measured so far. */
static kn_status draw(const char *study, kn_error *e)
{
    pl_study_data d;
    pl_figures figures;
    KN_TRY(pl_study_data_read(study, &d, e));
    pl_figures_init(&figures);
    char *plots = pl_path_join(study, "plots");
    kn_status rc = pl_robust_section(&d, NULL, &figures, e);
    if (rc == KN_OK && figures.count > 0)
        rc = pl_figures_draw(&figures, plots, 0, e);
    if (rc == KN_OK && figures.count > 0)
        printf("%s/robust.svg .png .pdf .csv; `facet report %s` has the section\n", plots,
               pl_path_base(study));
    free(plots);
    pl_figures_clear(&figures);
    pl_study_data_clear(&d);
    return rc;
}

/* The target that is printed: that asked for, else the one the report looks into. */
static kn_status choose_target(const robust_args *a, measured *m, kn_error *e)
{
    pl_study_data d;
    if (a->target)
        return pl_predictions_look(&m->model, a->target, e);
    if (m->model.targets == 1)
        return KN_OK;
    KN_TRY(pl_study_data_read(m->side->study_dir, &d, e));
    if (d.target && pl_predictions_look(&m->model, d.target, NULL) != KN_OK)
        m->model.target = 0;
    pl_study_data_clear(&d);
    return KN_OK;
}

/* Prints and writes what was measured. */
static kn_status conclude(const robust_args *a, measured *m, kn_error *e)
{
    size_t runs = m->model.models, targets = m->model.targets;
    pl_robust *its = malloc(runs * sizeof *its);
    pl_robust_group *told = malloc(sizeof *told);
    kn_status rc = its && told ? KN_OK : kn_fail(e, KN_ENOMEM, "no memory for curves");
    for (size_t k = 0; rc == KN_OK && k < runs; k++)
        its[k] = m->robust[k * targets + m->model.target];
    if (rc == KN_OK) {
        pl_robust_mean_of(its, (int)runs, told);
        if (targets > 1)
            printf("%s, one of %zu targets\n", pl_predictions_target(&m->model), targets);
        if (runs > 1)
            printf("%zu runs of %s\n", runs, m->side->name);
        print_table(told);
        rc = write_runs(m, e);
    }
    if (rc == KN_OK && a->csv)
        rc = write_csv(a->csv, m, 0, m->side->runs, e);
    if (rc == KN_OK)
        rc = draw(m->side->study_dir, e);
    free(told);
    free(its);
    return rc;
}

/* The entries with the test images, which are the same for all the runs. */
static kn_status find_entries(const pl_global *g, const pl_compare_side *side,
                              pl_run_entries *entries, kn_error *e)
{
    pl_run_entries_open(side->run[0].dir, entries);
    const char *split = pl_run_key(entries, "split");
    for (int k = 1; k < side->runs; k++) {
        pl_run_entries other;
        pl_run_entries_open(side->run[k].dir, &other);
        const char *its = pl_run_key(&other, "split");
        bool same = split && its && strcmp(split, its) == 0;
        pl_run_entries_close(&other);
        if (!same)
            return kn_fail(e, KN_EDATA,
                           "%s and %s were tested on different data; give one run at a time",
                           side->run[0].dir, side->run[k].dir);
    }
    if (pl_run_entries_find(entries, g->cache))
        return KN_OK;
    return kn_fail(e, KN_EDATA,
                   "the test images of %s are not in the cache; `facet run SPEC --until split "
                   "--results NEW-FOLDER` makes them again",
                   side->run[0].dir);
}

static kn_status measure(const robust_args *a, measured *m, const pl_run_entries *entries,
                         const pl_framer *framer, kn_pool *pool, kn_error *e)
{
    m->robust = calloc(m->model.models * m->model.targets, sizeof *m->robust);
    if (!m->robust)
        return kn_fail(e, KN_ENOMEM, "no memory for curves");
    pl_progress *progress =
        pl_progress_new("robust", "conditions", PL_DISTURB_COUNT * PL_DISTURB_STEPS);
    const pl_robust_input in = {.model = &m->model,
                                .ingest = entries->ingest.dir,
                                .split = entries->split.dir,
                                .framer = framer,
                                .most = (size_t)a->images,
                                .pool = pool,
                                .progress = progress};
    kn_status rc = pl_robust_measure(&in, m->robust, e);
    pl_progress_end(progress);
    return rc;
}

/* Opens what is needed, cheap things first: what is missing is said before a framer is learned. */
static kn_status robust(const pl_global *g, const robust_args *a, const pl_compare_side *side,
                        kn_pool *pool, kn_error *e)
{
    measured m = {.side = side};
    pl_run_entries entries;
    pl_framer *framer = a->plain ? NULL : malloc(sizeof *framer);
    bool open = false;
    kn_status rc = find_entries(g, side, &entries, e);
    if (rc == KN_OK && !a->plain && !framer)
        rc = kn_fail(e, KN_ENOMEM, "no memory for a framer");
    if (rc == KN_OK) {
        rc = pl_side_models_open(side, pool, &m.model, e);
        open = rc == KN_OK;
    }
    if (rc == KN_OK)
        rc = choose_target(a, &m, e);
    if (rc == KN_OK && framer)
        rc = pl_run_framer(side->run[0].dir, g->cache, pool, framer, e);
    if (rc == KN_OK)
        rc = measure(a, &m, &entries, framer, pool, e);
    if (rc == KN_OK)
        rc = conclude(a, &m, e);
    if (open)
        pl_predictions_close(&m.model);
    free(m.robust);
    free(framer);
    pl_run_entries_close(&entries);
    return rc;
}

static kn_status run(const pl_global *g, int argc, char **argv, kn_error *e)
{
    robust_args a = {0};
    pl_compare_side side = {.runs = 0};
    kn_pool *pool = NULL;
    kn_status rc = read_args(&a, argc, argv, e);
    if (rc == KN_OK)
        rc = pl_compare_side_find(g->results, a.run, false, &side, e);
    if (rc == KN_OK)
        rc = kn_pool_new(g->threads, &pool, e);
    if (rc == KN_OK)
        rc = robust(g, &a, &side, pool, e);
    kn_pool_free(pool);
    pl_compare_side_clear(&side);
    return rc;
}

const pl_command pl_command_robust = {
    .name = "robust",
    .usage = "robust RUN [--csv FILE] [--images N] [--target NAME] [--no-align]",
    .summary = "a run's accuracy against framing, blur, noise, JPEG quality, brightness",
    .help =
        "Changes the run's test images in one way at a time, at the model's size, and says the\n"
        "accuracy at nine amounts of each, with Wilson's 95 % interval: as they are, and with\n"
        "every face found and framed anew first, as `facet predict --align` does (accuracy is\n"
        "then of the images in which a face was found). Needs the run's data in the cache.\n\n"
        "RUN may be a group, STUDY/GROUP: each of its seeds by itself on the same images, at\n"
        "little more than the time of one, and told as their mean.\n\n"
        "  --csv FILE     the numbers there too; STUDY/robust/RUN-ID.csv has them always\n"
        "  --images N     so many test images, evenly over all (1000; 0: all)\n"
        "  --target NAME  of several attributes the one that is printed (else the one that the\n"
        "                 report looks into); the files in STUDY/robust have all of them\n"
        "  --no-align     without the second curve, which takes most of the time\n\n"
        "The curves are drawn as STUDY/plots/robust.svg .png .pdf; `facet report STUDY` has\n"
        "them as a section, each group that was measured as the mean of its seeds.\n",
    .run = run,
};
