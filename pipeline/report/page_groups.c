#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "report/page_curves.h"
#include "report/page_parts.h"
#include "report/page_source.h"
#include "report/plots.h"

const char *pl_page_group_id(int group, char out[PL_GROUP_ID])
{
    snprintf(out, PL_GROUP_ID, "group-%02d", group + 1);
    return out;
}

void pl_page_groups_head(const pl_study_data *d, const pl_drawn *drawn, pl_doc *doc)
{
    int shown = 0, left = 0;
    for (int g = 0; g < d->group_count; g++) {
        shown += drawn->group[g];
        left += d->group[g].done > 0 && !drawn->group[g];
    }
    if (shown == 0)
        return;
    pl_doc_heading(doc, 2, "groups", "Each group");
    if (left)
        pl_doc_text(doc, PL_TONE_SOFT,
                    "The study has more than %d runs: the %d best and the %d worst groups by test "
                    "accuracy are drawn. "
                    "`facet report STUDY --plots all` draws the other %d.",
                    PL_DRAWN_ALL_RUNS, PL_DRAWN_EDGE, PL_DRAWN_EDGE, left);
}

static void add_curves(const pl_study_data *d, int group, const char *source, pl_doc *doc)
{
    const pl_report_group *g = &d->group[group];
    char name[PL_FIGURE_NAME];
    pl_group_figure_name(d, group, "curves", name);
    const char *step = pl_run_step(&d->run[g->run[0]]);
    char *caption = pl_format("Accuracy and loss after each %s. From %s.", step, source);
    char *alt = pl_format("Curves of training and validation accuracy and loss against %s.", step);
    char *data = pl_page_curves_json(d, group);
    if (!data) { /* too many runs for a line each: their mean and band */
        pl_str s;
        pl_str_init(&s);
        pl_group_curves_json(d, group, &s);
        data = pl_str_take(&s);
    }
    pl_doc_figure(doc, name, caption, alt, data);
    free(data);
    free(alt);
    free(caption);
}

static void add_confusion(const pl_study_data *d, int group, const char *source, pl_doc *doc)
{
    const pl_confusion *c = &d->group[group].test;
    char name[PL_FIGURE_NAME];
    pl_group_figure_name(d, group, "confusion", name);
    char *caption =
        pl_format("Confusion matrix of the test images%s; shares are of the row. From %s.",
                  d->group[group].done > 1 ? ", summed over the seeds" : "", source);
    char *alt = pl_format(
        "Of class 0, %lld images were answered 0 and %lld were answered 1; of class 1, %lld were "
        "answered 0 and %lld were answered 1.",
        c->count[0][0], c->count[0][1], c->count[1][0], c->count[1][1]);
    pl_doc_figure(doc, name, caption, alt, NULL);
    free(alt);
    free(caption);
}

/* In a study with groups that tell several attributes, what the numbers of this one are about. */
static void add_attributes(const pl_study_data *d, int group, pl_doc *doc)
{
    const pl_report_run *r = &d->run[d->group[group].run[0]];
    size_t targets = pl_run_targets(r);
    if (!d->target || !r->done)
        return;
    if (targets > 1)
        pl_doc_text(
            doc, PL_TONE_PLAIN,
            "It tells %zu attributes. Accuracies and scores of its runs are means over them.",
            targets);
    if (!pl_run_tells(r, d->target))
        pl_doc_text(
            doc, PL_TONE_PLAIN,
            "It does not tell %s, which the report looks into (report.target): the sections "
            "on single answers leave it out.",
            d->target);
    else if (targets > 1)
        pl_doc_text(doc, PL_TONE_PLAIN,
                    "The confusion matrix and what is said of single answers is about %s "
                    "(report.target chooses another).",
                    d->target);
}

void pl_page_group_head(const pl_study_data *d, int group, pl_doc *doc)
{
    char id[PL_GROUP_ID], *source = pl_page_source(d, group);
    pl_doc_heading(doc, 3, pl_page_group_id(group, id), d->group[group].label);
    add_attributes(d, group, doc);
    pl_doc_begin(doc, PL_PART_SIDE, NULL);
    if (pl_group_has_curves(d, group))
        add_curves(d, group, source, doc);
    else
        pl_doc_text(doc, PL_TONE_SOFT, "No curve: this model is not trained in epochs.");
    if (pl_confusion_total(&d->group[group].test) > 0)
        add_confusion(d, group, source, doc);
    pl_doc_end(doc, PL_PART_SIDE);
    free(source);
}

/* Scores of the test side in metrics.json that are no column of runs.csv. */
static const struct {
    const char *key, *title;
    bool percent;
} scores[] = {{"log_loss", "log loss", false},
              {"balanced_accuracy", "balanced, %", true},
              {"recall_1", "recall, %", true},
              {"precision_1", "precision, %", true},
              {"f1", "F1, %", true}};
enum { SCORES = sizeof scores / sizeof scores[0] };

static bool any_run(const pl_report_run *r)
{
    (void)r;
    return true;
}

static void add_run(const pl_report_run *r, pl_doc *doc)
{
    const json_t *test = json_object_get(r->metrics, "test");
    pl_doc_cell(doc, r->id, (double)NAN, PL_CELL_HEAD | PL_CELL_CODE);
    pl_doc_cell(doc, r->seed, (double)NAN, 0);
    pl_doc_cell(doc, r->status, (double)NAN, 0);
    if (!r->done && r->epoch_count > 0)
        pl_doc_cellf(doc, (double)r->epoch_count, 0, "%zu", r->epoch_count);
    else
        pl_doc_cell(doc, r->epochs, (double)NAN, 0);
    for (int m = 0; m <= PL_TEST_AUC; m++) {
        if (m == PL_TEST_LOSS || m == PL_TEST_AUC)
            pl_doc_number(doc, r->metric[m], 4, 0);
        else
            pl_doc_percent(doc, r->metric[m], 0);
    }
    for (int n = 0; n < SCORES; n++) {
        const json_t *v = json_object_get(test, scores[n].key);
        double value = json_is_number(v) ? json_number_value(v) : (double)NAN;
        if (scores[n].percent)
            pl_doc_percent(doc, value, 0);
        else
            pl_doc_number(doc, value, 4, 0);
    }
}

void pl_page_group_runs(const pl_study_data *d, const pl_drawn *drawn, int group, pl_doc *doc)
{
    static const char *const titles[] = {"train, %", "validation, %", "test, %", "loss", "AUC"};
    int *shown = calloc((size_t)d->group[group].run_count + 1, sizeof *shown), left_out;
    if (!shown)
        abort();
    int count = pl_drawn_runs(d, group, drawn->all, any_run, shown, &left_out);
    char *caption =
        pl_format("The runs of %s, study %s; accuracies, loss and scores of the test images.",
                  d->group[group].label, d->name);
    pl_doc_table(doc, NULL, caption, d->group[group].run_count > 5);
    pl_doc_column(doc, "run", false, NULL);
    pl_doc_column(doc, "seed", true, NULL);
    pl_doc_column(doc, "status", false, NULL);
    pl_doc_column(doc, "epochs", true, NULL);
    for (size_t k = 0; k < sizeof titles / sizeof titles[0]; k++)
        pl_doc_column(doc, titles[k], true, NULL);
    for (int k = 0; k < SCORES; k++)
        pl_doc_column(doc, scores[k].title, true, NULL);
    for (int k = 0; k < count; k++)
        add_run(&d->run[shown[k]], doc);
    pl_doc_table_end(doc);
    if (left_out)
        pl_doc_text(doc, PL_TONE_SOFT,
                    "%d of %d runs, evenly spaced from the best to the worst; runs.csv has all.",
                    count, count + left_out);
    free(caption);
    free(shown);
}
