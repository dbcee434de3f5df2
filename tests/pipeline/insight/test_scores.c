/* Numbers by scripts/oracle/insight.py (scikit-learn, scipy). */
#include "insight/scores.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "insight/scores_figures.h"
#include "insight/scores_line.h"
#include "insight/scores_run.h"
#include "pipeline/insight/insight_rig.h"
#include "tst.h"

static const insight_rig usual = {.groups = 1, .seeds = 3, .val = 200, .test = 300};

enum { NUMBERS = 19 };

static void numbers_of(const pl_run_scores *s, double v[NUMBERS])
{
    const double all[NUMBERS] = {s->auc.auc,
                                 s->auc.low,
                                 s->auc.high,
                                 s->average_precision,
                                 s->before.ece,
                                 s->before.brier,
                                 s->before.log_loss,
                                 s->temperature,
                                 s->after.ece,
                                 s->after.brier,
                                 s->after.log_loss,
                                 s->at_half.accuracy,
                                 s->at_half.recall_0,
                                 s->at_half.recall_1,
                                 s->at_half.balanced,
                                 s->threshold_balanced,
                                 s->at_balanced.balanced,
                                 s->threshold_accuracy,
                                 s->at_accuracy.accuracy};
    memcpy(v, all, sizeof all);
}

static void test_run_scores_are_scikit_learns(void)
{
    static const double want[3][NUMBERS] = {
        {0.903713237, 0.8713527297, 0.9360737444, 0.8702362929, 0.1276337965, 0.1365766714,
         0.4241663653, 0.4334579691, 0.08818685084, 0.1274135145, 0.3683656534, 0.78, 0.7830687831,
         0.7747747748, 0.7789217789, 0.4719772041, 0.7802802803, 0.6558969021, 0.8166666667},
        {0.8931550598, 0.8587168545, 0.9275932652, 0.8569048557, 0.1304715893, 0.1411486241,
         0.4344173929, 0.4667868707, 0.1135727552, 0.1338615405, 0.3865682885, 0.7666666667,
         0.7724867725, 0.7567567568, 0.7646217646, 0.6122150719, 0.7663377663, 0.6343161464, 0.82},
        {0.8912722246, 0.8564209731, 0.9261234761, 0.8554116238, 0.1344218692, 0.1414717046,
         0.435498493, 0.4194065135, 0.09401034264, 0.1359385406, 0.3886523098, 0.77, 0.7936507937,
         0.7297297297, 0.7616902617, 0.5009663105, 0.7616902617, 0.6343161464, 0.82}};
    insight_study s;
    insight_study_make(&s, &usual);
    double got[NUMBERS];
    for (int k = 0; k < 3; k++) {
        pl_run_scores r;
        pl_run_scores_of(&s.answers.run[k], &r);
        CU_ASSERT_EQUAL(r.side, PL_SIDE_TEST);
        CU_ASSERT(r.images == 300 && r.of[1] == 111);
        numbers_of(&r, got);
        for (int j = 0; j < NUMBERS; j++) {
            /* the minimum's place is known to the root of the precision of its value; bins change where a calibrated
             * probability moves over an edge, but not by so little here */
            if (!tst_near(got[j], want[k][j], 0, j >= 7 && j <= 10 ? 2e-6 : 2e-9))
                tst_note("run %d number %d: %.10g, not %.10g", k, j, got[j], want[k][j]);
            CU_ASSERT(tst_near(got[j], want[k][j], 0, j >= 7 && j <= 10 ? 2e-6 : 2e-9));
        }
    }
    /* negative: another seed's numbers are told apart */
    CU_ASSERT(!tst_near(got[0], want[0][0], 0, 2e-9));
    insight_study_free(&s);
}

static void test_without_validation_nothing_is_chosen(void)
{
    insight_study s;
    pl_run_scores r;
    insight_rig rig = usual;
    rig.val = 0;
    insight_study_make(&s, &rig);
    pl_run_scores_of(&s.answers.run[0], &r);
    CU_ASSERT_EQUAL(r.side, PL_SIDE_TEST);
    CU_ASSERT(!isnan(r.auc.auc) && !isnan(r.before.ece));
    CU_ASSERT(isnan(r.temperature) && isnan(r.after.ece) && isnan(r.threshold_balanced));
    CU_ASSERT(isnan(r.at_balanced.balanced) && isnan(r.at_accuracy.accuracy));
    insight_study_free(&s);
}

static void test_without_test_images_the_choice_is_not_judged(void)
{
    insight_study s;
    pl_run_scores r;
    insight_rig rig = usual;
    rig.test = 0;
    insight_study_make(&s, &rig);
    pl_run_scores_of(&s.answers.run[0], &r);
    CU_ASSERT_EQUAL(r.side, PL_SIDE_VAL);
    CU_ASSERT(tst_near(r.temperature, 0.4334579691, 0, 2e-6));
    CU_ASSERT(!isnan(r.threshold_balanced));
    CU_ASSERT(isnan(r.after.ece) && isnan(r.at_balanced.balanced) && isnan(r.at_accuracy.accuracy));
    insight_study_free(&s);
}

static void test_one_class_and_one_image(void)
{
    insight_study s;
    pl_run_scores r;
    insight_study_make(&s, &(insight_rig){.groups = 1, .seeds = 1, .val = 1, .test = 1});
    pl_run_scores_of(&s.answers.run[0], &r);
    CU_ASSERT(r.images == 1 && r.of[0] + r.of[1] == 1);
    CU_ASSERT(isnan(r.auc.auc) && isnan(r.at_half.balanced) && isnan(r.threshold_balanced));
    CU_ASSERT(!isnan(r.before.brier) && !isnan(r.at_half.accuracy) && !isnan(r.temperature));
    insight_study_free(&s);
    pl_run_scores_of(&(pl_answers){NULL, NULL}, &r);
    CU_ASSERT(r.side == -1 && r.images == 0 && isnan(r.auc.auc) && isnan(r.before.brier));
}

static void test_scores_csv_has_a_row_per_run_with_answers(void)
{
    insight_study s;
    pl_str csv;
    pl_str_init(&csv);
    insight_study_make(&s, &usual);
    pl_answers_clear(&s.answers.run[1]);
    pl_scores_csv(&s.d, &s.answers, &csv);
    CU_ASSERT(pl_starts_with(
        csv.text, "run,group,seed,side,images,auc,auc_low,auc_high,average_precision,ece,brier,"
                  "log_loss,temperature,ece_calibrated,brier_calibrated,log_loss_calibrated,"
                  "accuracy,recall_0,recall_1,balanced_accuracy,threshold_balanced,"
                  "balanced_accuracy_at_threshold,threshold_accuracy,accuracy_at_threshold\n"
                  "run00,g0,1,test,300,0.903713237,0.87135273,0.936073744,0.870236293,"));
    CU_ASSERT_PTR_NULL(strstr(csv.text, "run01"));
    CU_ASSERT_PTR_NOT_NULL(strstr(csv.text, "\nrun02,g0,3,test,300,0.891272225,"));
    pl_str_clear(&csv);
    insight_study_free(&s);
}

static void test_the_run_shown_is_the_best_on_validation(void)
{
    insight_study s;
    pl_group_answers g;
    bool chosen;
    insight_study_make(&s, &usual);
    pl_group_answers_of(&s.d, &s.answers, 0, &g);
    CU_ASSERT_EQUAL(pl_shown_run(&s.d, &g, &chosen), 1);
    CU_ASSERT(chosen);
    s.d.run[2].metric[PL_VAL_ACCURACY] = 0.9; /* of equal ones the first */
    CU_ASSERT_EQUAL(pl_shown_run(&s.d, &g, NULL), 1);
    s.d.run[0].metric[PL_VAL_ACCURACY] = (double)NAN;
    CU_ASSERT_EQUAL(pl_shown_run(&s.d, &g, NULL), 1);
    for (int k = 0; k < 3; k++)
        s.d.run[k].metric[PL_VAL_ACCURACY] = (double)NAN;
    CU_ASSERT_EQUAL(pl_shown_run(&s.d, &g, &chosen), 0);
    CU_ASSERT(!chosen);
    pl_group_answers_clear(&g);
    insight_study_free(&s);
}

static double off_line(const double *x, const double *y, size_t a, size_t b, size_t i)
{
    double at = y[a] + (y[b] - y[a]) * (x[i] - x[a]) / (x[b] - x[a]);
    return fabs(y[i] - at); /* no less than the distance */
}

static void test_a_line_with_fewer_points_is_near(void)
{
    enum { N = 2000 };
    static double x[N], y[N];
    static bool keep[N];
    size_t kept = 0, last = 0;
    for (size_t i = 0; i < N; i++) {
        x[i] = (double)i / N;
        y[i] = sqrt(x[i]) + 0.0002 * (double)(i * 7919 % 13) / 13;
    }
    pl_line_keep(x, y, N, 0.001, keep);
    CU_ASSERT(keep[0] && keep[N - 1]);
    for (size_t i = 0; i < N; i++)
        kept += keep[i];
    CU_ASSERT(kept > 5 && kept < 60);
    double most = 0;
    for (size_t i = 1; i < N; i++) {
        if (!keep[i])
            continue;
        for (size_t k = last + 1; k < i && x[last] > 0.01; k++)
            most = fmax(most, off_line(x, y, last, i, k));
        last = i;
    }
    CU_ASSERT(most > 0 && most < 0.0055); /* the slope is at most 5 there */
    pl_line_keep(x, y, N, 0.0, keep);     /* nothing lies on a line by chance */
    for (kept = 0, last = 0; last < N; last++)
        kept += keep[last];
    CU_ASSERT(kept > N / 2);
    pl_line_keep(x, y, 1, 0.1, keep);
    CU_ASSERT(keep[0]);
    pl_line_keep(x, y, 0, 0.1, keep);
}

static void test_quantiles_of_a_class(void)
{
    insight_study s;
    pl_shown shown;
    insight_study_make(&s, &(insight_rig){.groups = 1, .seeds = 1, .val = 0, .test = 40});
    CU_ASSERT_FATAL(pl_shown_begin(&s.d, &s.answers, 0, &shown));
    CU_ASSERT(pl_class_quantile(&shown, 1, 0.1) <= pl_class_quantile(&shown, 1, 0.5));
    CU_ASSERT(pl_class_quantile(&shown, 1, 0.5) <= pl_class_quantile(&shown, 1, 0.9));
    size_t below = 0;
    double median = pl_class_quantile(&shown, 1, 0.5);
    for (size_t i = 0; i < shown.judged.count; i++)
        below += shown.judged.label[i] && (double)shown.judged.p[i] <= median;
    CU_ASSERT(2 * below >= shown.judged.of[1] && 2 * (below - 1) < shown.judged.of[1]);
    pl_shown_end(&shown);
    insight_study_free(&s);
}

/* The section of one made study; its text, and what gnuplot makes of its figures. */
static char *section(const insight_rig *rig, size_t *figures)
{
    insight_study s;
    pl_doc doc;
    pl_figures f;
    pl_doc_init(&doc);
    pl_figures_init(&f);
    insight_study_make(&s, rig);
    pl_group_scores_section(&s.d, &s.answers, 0, &doc, &f);
    *figures = f.count;
    TST_OK(pl_figures_draw(&f, tst_path("plots"), 0, e));
    char *text = insight_doc_text(&doc);
    pl_figures_clear(&f);
    pl_doc_clear(&doc);
    insight_study_free(&s);
    return text;
}

static void test_the_section_says_what_it_looked_at(void)
{
    size_t figures;
    char *text = section(&usual, &figures);
    CU_ASSERT_EQUAL(figures, 4);
    CU_ASSERT_PTR_NOT_NULL(strstr(text,
                                  "Looked into is run `run01` (seed 2), of 3 runs the one with "
                                  "the best validation accuracy, on its 300 test images.\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text,
                                  "run00\nseed 1 | 0.9037 | 0.8714 to 0.9361 | 0.8702 | 0.1276 "
                                  "| 0.1366 | 0.4242 | 0.433 | 0.0882 | 0.472 | 77.89 | "
                                  "78.03\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "mean of 3 | 0.8960 |  | "));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "group-01-histogram: "));
    free(text);
    size_t size;
    text = tst_read(tst_path("plots/group-01-threshold.csv"), &size);
    CU_ASSERT_FATAL(text &&
                    pl_starts_with(text, "threshold,accuracy,recall_0,recall_1,balanced_accuracy\n"
                                         "0,0."));
    free(text);
    text = tst_read(tst_path("plots/group-01-roc.csv"), &size);
    CU_ASSERT_FATAL(text && pl_starts_with(text, "curve,run,threshold,x,y\nroc,run01,,0,0\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\npr,run02,"));
    free(text);
    text = tst_read(tst_path("plots/group-01-calibration.csv"), &size);
    CU_ASSERT(text && strstr(text, "\ncalibrated,0.9,1,"));
    free(text);
    text = tst_read(tst_path("plots/group-01-histogram.csv"), &size);
    CU_ASSERT(text && pl_starts_with(text, "bin_low,bin_high,images_0,images_1,share_0,share_1\n"));
    free(text);
    text = tst_read(tst_path("plots/group-01-roc.svg"), &size);
    CU_ASSERT(text && strstr(text, "made, run run01; data 0123456789ab, 300 test"));
    CU_ASSERT(text && strstr(text, "0 &amp; 'lr=0.01' seed=2"));
    free(text);
}

static void test_the_section_of_little(void)
{
    size_t figures;
    char *text = section(
        &(insight_rig){.groups = 1, .seeds = 1, .val = 20, .test = 30, .one_class = 1}, &figures);
    CU_ASSERT_EQUAL(figures, 3); /* no ROC */
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "All of these images are Male: without the other class"));
    free(text);
    text = section(&(insight_rig){.groups = 1, .seeds = 1, .val = 0, .test = 1}, &figures);
    CU_ASSERT_EQUAL(figures, 3);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "the group's only run, on its 1 test image."));
    free(text);
    text = section(&(insight_rig){.groups = 1, .seeds = 2, .val = 0, .test = 60}, &figures);
    CU_ASSERT_EQUAL(figures, 4);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "the first of 2 runs: there is no validation accuracy"));
    free(text);
    text = section(&(insight_rig){.groups = 1, .seeds = 2, .val = 60, .test = 0}, &figures);
    CU_ASSERT_EQUAL(figures, 4);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "There are no test images: the scores are of validation"));
    free(text);
    text = section(&(insight_rig){.groups = 1, .seeds = 1, .val = 0, .test = 0}, &figures);
    CU_ASSERT(figures == 0 && text[0] == '\0');
    free(text);
}

const tst_case tst_insight_scores[] = {TST(test_run_scores_are_scikit_learns),
                                       TST(test_without_validation_nothing_is_chosen),
                                       TST(test_without_test_images_the_choice_is_not_judged),
                                       TST(test_one_class_and_one_image),
                                       TST(test_scores_csv_has_a_row_per_run_with_answers),
                                       TST(test_the_run_shown_is_the_best_on_validation),
                                       TST(test_a_line_with_fewer_points_is_near),
                                       TST(test_quantiles_of_a_class),
                                       TST(test_the_section_says_what_it_looked_at),
                                       TST(test_the_section_of_little),
                                       TST_END};
