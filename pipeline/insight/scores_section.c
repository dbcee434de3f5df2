#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "draw/escape.h"
#include "insight/scores.h"
#include "insight/scores_figures.h"

enum { MOST_ROWS = 40 }; /* of a group's runs */

static void say_which(const pl_shown *s, pl_doc *doc)
{
    const pl_report_run *r = &s->d->run[s->run];
    char images[PL_NUMBER_TEXT], seed[80] = "";
    pl_human_count((long long)s->judged.count, images, sizeof images);
    if (r->seed[0])
        snprintf(seed, sizeof seed, " (seed %.40s)", r->seed);
    char *which =
        s->runs.count == 1 ? pl_strdup("the group's only run")
        : s->chosen
            ? pl_format("of %d runs the one with the best validation accuracy", s->runs.count)
            : pl_format("the first of %d runs: there is no validation accuracy to choose "
                        "by",
                        s->runs.count);
    pl_doc_text(doc, PL_TONE_PLAIN, "Looked into is run `%s`%s, %s, on its %s %s image%s.", r->id,
                seed, which, images, pl_side_word(s->runs.side), s->judged.count == 1 ? "" : "s");
    free(which);
    if (!pl_shown_both_classes(s))
        pl_doc_text(doc, PL_TONE_WARNING,
                    "All of these images are %s: without the other class there is no ROC curve, no "
                    "AUC and no balanced accuracy.",
                    s->name[s->judged.of[1] > 0]);
    if (s->runs.side == PL_SIDE_VAL)
        pl_doc_text(doc, PL_TONE_WARNING,
                    "There are no test images: the scores are of validation images, which the "
                    "choice of epoch and model may have seen. What temperature and threshold would "
                    "give is left out, because they are chosen on the same images.");
}

static void add_columns(pl_doc *doc)
{
    pl_doc_column(doc, "run", false, NULL);
    pl_doc_column(doc, "AUC", true,
                  "Area under the ROC curve: how often an image of class 1 gets a higher "
                  "probability than one of class 0.");
    pl_doc_column(doc, "95 % interval", false, "DeLong's, over the images.");
    pl_doc_column(doc, "average precision", true, "Area under precision against recall.");
    pl_doc_column(
        doc, "ECE", true,
        "Expected calibration error, 10 bins of equal width: how far the mean probability "
        "and the share of class 1 are apart.");
    pl_doc_column(doc, "Brier", true, "Mean squared distance of probability and label.");
    pl_doc_column(doc, "log loss", true, "Mean of -ln of the label's probability.");
    pl_doc_column(doc, "temperature", true,
                  "Fitted on validation; above 1 the probabilities are too sure, below 1 too "
                  "timid.");
    pl_doc_column(doc, "ECE with it", true, NULL);
    pl_doc_column(doc, "threshold", true, "Best balanced accuracy on validation.");
    pl_doc_column(doc, "balanced at 0.5, %", true,
                  "Mean of the two recalls when class 1 is named above 0.5.");
    pl_doc_column(doc, "at threshold, %", true, "The same at the threshold.");
}

static void add_row(const pl_run_scores *s, unsigned marks, pl_doc *doc)
{
    pl_doc_number(doc, s->auc.auc, 4, marks);
    if (isnan(s->auc.low))
        pl_doc_cell(doc, "", (double)NAN, 0);
    else
        pl_doc_cellf(doc, s->auc.low, PL_CELL_SOFT, "%.4f to %.4f", s->auc.low, s->auc.high);
    pl_doc_number(doc, s->average_precision, 4, marks);
    pl_doc_number(doc, s->before.ece, 4, marks);
    pl_doc_number(doc, s->before.brier, 4, marks);
    pl_doc_number(doc, s->before.log_loss, 4, marks);
    pl_doc_number(doc, s->temperature, 3, marks);
    pl_doc_number(doc, s->after.ece, 4, marks);
    pl_doc_number(doc, s->threshold_balanced, 3, marks);
    pl_doc_percent(doc, s->at_half.balanced, marks);
    pl_doc_percent(doc, s->at_balanced.balanced, marks);
}

/* The mean of every number over the runs; no interval. */
static pl_run_scores mean_of(const pl_run_scores *s, int count)
{
    pl_run_scores m = s[0];
    double *const to[] = {
        &m.auc.auc,          &m.average_precision,   &m.before.ece, &m.before.brier,
        &m.before.log_loss,  &m.temperature,         &m.after.ece,  &m.threshold_balanced,
        &m.at_half.balanced, &m.at_balanced.balanced};
    enum { NUMBERS = sizeof to / sizeof to[0] };
    double sum[NUMBERS] = {0};
    for (int k = 0; k < count; k++) {
        const double v[NUMBERS] = {s[k].auc.auc,          s[k].average_precision,
                                   s[k].before.ece,       s[k].before.brier,
                                   s[k].before.log_loss,  s[k].temperature,
                                   s[k].after.ece,        s[k].threshold_balanced,
                                   s[k].at_half.balanced, s[k].at_balanced.balanced};
        for (int j = 0; j < NUMBERS; j++)
            sum[j] += v[j];
    }
    for (int j = 0; j < NUMBERS; j++)
        *to[j] = sum[j] / count;
    m.auc.low = m.auc.high = (double)NAN;
    return m;
}

static void add_table(const pl_shown *s, pl_doc *doc)
{
    pl_run_scores *its = calloc((size_t)s->runs.count, sizeof *its);
    if (!its)
        abort();
    char id[40], *caption;
    int rows = s->runs.count < MOST_ROWS ? s->runs.count : MOST_ROWS;
    for (int k = 0; k < s->runs.count; k++)
        pl_run_scores_of(&s->answers->run[s->runs.run[k]], &its[k]);
    char *cut = rows < s->runs.count ? pl_format(" The first %d of %d runs; scores.csv has all.",
                                                 rows, s->runs.count)
                                     : pl_strdup("");
    caption = pl_format("Of the %s images. Bold: the run looked into.%s",
                        pl_side_word(s->runs.side), cut);
    snprintf(id, sizeof id, "group-%02d-scores-table", s->group + 1);
    pl_doc_table(doc, id, caption, false);
    add_columns(doc);
    for (int k = 0; k < s->runs.count; k++) {
        const pl_report_run *r = &s->d->run[s->runs.run[k]];
        unsigned marks = s->runs.run[k] == s->run && s->runs.count > 1 ? PL_CELL_BOLD : 0;
        if (k >= rows && s->runs.run[k] != s->run)
            continue;
        pl_doc_cellf(doc, k, marks | PL_CELL_HEAD, "%s%s%s", r->id, r->seed[0] ? "\nseed " : "",
                     r->seed);
        add_row(&its[k], marks, doc);
    }
    if (s->runs.count > 1) {
        pl_run_scores mean = mean_of(its, s->runs.count);
        pl_doc_cellf(doc, s->runs.count, PL_CELL_HEAD, "mean of %d", s->runs.count);
        add_row(&mean, 0, doc);
    }
    pl_doc_table_end(doc);
    free(cut);
    free(caption);
    free(its);
}

typedef void (*figure_fn)(const pl_shown *s, pl_str *body, pl_str *csv);

static void add_figure(const pl_shown *s, figure_fn draw, const char *what, int width, int height,
                       const char *caption, const char *alt, pl_doc *doc, pl_figures *f)
{
    char name[PL_FIGURE_NAME];
    pl_str body, csv;
    pl_str_init(&body);
    pl_str_init(&csv);
    snprintf(name, sizeof name, "group-%02d-%s", s->group + 1, what);
    draw(s, &body, &csv);
    pl_figures_add(f, &(pl_figure){name, width, height, body.text, csv.text, s->source});
    char *whole = pl_format("%s Run %s.", caption, s->d->run[s->run].id);
    pl_doc_figure(doc, name, whole, alt, NULL);
    free(whole);
    pl_str_clear(&csv);
    pl_str_clear(&body);
}

static void add_roc(const pl_shown *s, pl_doc *doc, pl_figures *f)
{
    const pl_run_scores *r = &s->scores;
    char *alt = pl_format("ROC curve with an area of %.4f, and precision against recall with an "
                          "average precision of %.4f.",
                          r->auc.auc, r->average_precision);
    add_figure(s, pl_roc_figure, "roc", PL_ROC_WIDTH, PL_ROC_HEIGHT,
               "ROC curve, and precision against recall; the point is the threshold 0.5.", alt, doc,
               f);
    free(alt);
}

static void add_calibration(const pl_shown *s, pl_doc *doc, pl_figures *f)
{
    const pl_run_scores *r = &s->scores;
    char *alt = pl_format("Reliability diagram: expected calibration error %.4f, Brier score %.4f.",
                          r->before.ece, r->before.brier);
    add_figure(s, pl_calibration_figure, "calibration", PL_CALIBRATION_WIDTH, PL_CALIBRATION_HEIGHT,
               "How often images of about the same probability are of the class; below, how many "
               "images each bin has. Bars: 95 % (Wilson).",
               alt, doc, f);
    free(alt);
    if (isnan(r->temperature))
        return;
    const char *how = r->temperature > 1.05 ? "the probabilities there are too sure of themselves"
                      : r->temperature < 0.95
                          ? "the probabilities there are too timid"
                          : "the probabilities there are about as sure as they may be";
    if (isnan(r->after.ece))
        pl_doc_text(doc, PL_TONE_PLAIN,
                    "The temperature that fits the validation images is %.3f: "
                    "%s.",
                    r->temperature, how);
    else
        pl_doc_text(doc, PL_TONE_PLAIN,
                    "The temperature fitted on the validation images is %.3f: %s. With it the test "
                    "images' calibration error goes from %.4f to %.4f, the log loss from %.4f to "
                    "%.4f; no answer changes.",
                    r->temperature, how, r->before.ece, r->after.ece, r->before.log_loss,
                    r->after.log_loss);
}

static void add_threshold(const pl_shown *s, pl_doc *doc, pl_figures *f)
{
    const pl_run_scores *r = &s->scores;
    add_figure(s, pl_threshold_figure, "threshold", PL_THRESHOLD_WIDTH, PL_THRESHOLD_HEIGHT,
               "Accuracy, recall of each class and balanced accuracy against the threshold above "
               "which class 1 is named.",
               "Accuracy, recalls and balanced accuracy against the threshold.", doc, f);
    if (isnan(r->at_balanced.balanced))
        return;
    pl_doc_text(
        doc, PL_TONE_PLAIN,
        "On validation, balanced accuracy is highest at the threshold %.3f, accuracy at "
        "%.3f. On the test images the first gives a balanced accuracy of %.2f %% (%.2f %% at "
        "0.5), the second an accuracy of %.2f %% (%.2f %% at 0.5).",
        r->threshold_balanced, r->threshold_accuracy, 100 * r->at_balanced.balanced,
        100 * r->at_half.balanced, 100 * r->at_accuracy.accuracy, 100 * r->at_half.accuracy);
}

static void add_histogram(const pl_shown *s, pl_doc *doc, pl_figures *f)
{
    add_figure(s, pl_histogram_figure, "histogram", PL_HISTOGRAM_WIDTH, PL_HISTOGRAM_HEIGHT,
               "The probabilities the images of each class get; shares are of the class.",
               "Histogram of the probabilities of each class.", doc, f);
    for (int k = 0; k < 2; k++) {
        if (s->judged.of[k] > 0)
            pl_doc_item(doc, PL_TONE_PLAIN,
                        "Of the images that are %s, half get a probability of %s up to %.1f %%; "
                        "the middle eight tenths lie between %.1f and %.1f %%.",
                        s->name[k], s->name[1], 100 * pl_class_quantile(s, k, 0.5),
                        100 * pl_class_quantile(s, k, 0.1), 100 * pl_class_quantile(s, k, 0.9));
    }
}

void pl_group_scores_section(const pl_study_data *d, const pl_study_answers *answers, int group,
                             pl_doc *doc, pl_figures *figures)
{
    pl_shown s;
    char id[40];
    if (!pl_shown_begin(d, answers, group, &s))
        return;
    snprintf(id, sizeof id, "group-%02d-scores", group + 1);
    pl_doc_heading(doc, 4, id, "Scores, calibration, thresholds");
    say_which(&s, doc);
    add_table(&s, doc);
    if (pl_shown_both_classes(&s))
        add_roc(&s, doc, figures);
    add_calibration(&s, doc, figures);
    add_threshold(&s, doc, figures);
    add_histogram(&s, doc, figures);
    pl_shown_end(&s);
}
