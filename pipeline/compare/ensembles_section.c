#include "compare/ensembles_section.h"

#include <math.h>
#include <stdlib.h>

#include "draw/escape.h"

enum { FOLD_ABOVE = 60 /* rows */, NAMED = 12 /* groups with runs left out */ };

/* A mean over attributes says nothing of single images: its gains have no interval. */
static void add_text(const pl_ensembles *s, pl_doc *doc)
{
    int tested = 0, better = 0, worse = 0;
    pl_doc_text(
        doc, PL_TONE_PLAIN,
        "The mean of the probabilities of a group's runs as one prediction. It costs as many "
        "models as it averages: so many times the parameters, the training and the time of a "
        "prediction. The best single run is chosen by the test images themselves, so what is "
        "gained over it is gained over a choice that nobody could have made.");
    for (int i = 0; i < s->count; i++) {
        tested += !isnan(s->row[i].gain.low);
        better += s->row[i].gain.low > 0; /* not of NaN */
        worse += s->row[i].gain.high < 0;
    }
    if (tested > 0)
        pl_doc_text(doc, PL_TONE_PLAIN,
                    "By more than these test images explain, %d of %d averages %s better than the "
                    "mean of their single runs, and %d worse (95 %% interval of a paired bootstrap "
                    "over the images, the models held fixed, not corrected for how many there "
                    "are).",
                    better, tested, tested == 1 ? "is" : "are", worse);
}

static void add_reason(int n, const char *reason, int *told, pl_str *s)
{
    if (n > 0)
        pl_str_addf(s, "%s%d %s", (*told)++ ? ", " : "", n, reason);
}

/* "lr=0.1: 1 of 3 runs is left out: 1 not done." */
static void add_left_out(const pl_study_data *d, const pl_ensembles *s, pl_doc *doc)
{
    int groups = 0;
    for (int i = 0; i < s->count; i++) {
        const pl_ensemble *r = &s->row[i];
        int left_out = r->not_done + r->other_images + r->unanswered, told = 0;
        if (r->attribute || left_out == 0 || ++groups > NAMED)
            continue;
        pl_str why;
        pl_str_init(&why);
        add_reason(r->not_done, "not done", &told, &why);
        add_reason(r->unanswered, "without predictions.csv", &told, &why);
        add_reason(r->other_images, "asked about other images", &told, &why);
        pl_doc_item(doc, PL_TONE_WARNING, "%s: %d of %d runs %s left out: %s.",
                    d->group[r->group].label, left_out, left_out + r->models,
                    left_out == 1 ? "is" : "are", why.text);
        pl_str_clear(&why);
    }
    if (groups > NAMED)
        pl_doc_item(doc, PL_TONE_WARNING, "Runs of %d more groups are left out: see ensembles.csv.",
                    groups - NAMED);
}

/* In points; empty where there is none. */
static void add_interval(pl_doc *doc, double low, double high, bool signs)
{
    if (isnan(low))
        pl_doc_cell(doc, "", (double)NAN, 0);
    else if (signs)
        pl_doc_cellf(doc, 100 * low, 0, "%+.2f to %+.2f", 100 * low, 100 * high);
    else
        pl_doc_cellf(doc, 100 * low, 0, "%.2f to %.2f", 100 * low, 100 * high);
}

static void add_gain(pl_doc *doc, const pl_boot *gain)
{
    if (isnan(gain->difference))
        pl_doc_cell(doc, "-", (double)NAN, 0);
    else
        pl_doc_cellf(doc, 100 * gain->difference, 0, "%+.2f", 100 * gain->difference);
    add_interval(doc, gain->low, gain->high, true);
}

/* What a row is about where groups tell several attributes; the group's own row stands before theirs. */
static const char *attribute_of(const pl_study_data *d, const pl_ensembles *s, int i)
{
    const pl_ensemble *r = &s->row[i];
    if (r->attribute)
        return r->attribute;
    if (i + 1 < s->count && s->row[i + 1].attribute)
        return "mean";
    const char *name = pl_run_target_at(&d->run[d->group[r->group].run[0]], 0);
    return name ? name : "";
}

/* attribute NULL: no group tells several, and there is no such column. */
static void add_row(const pl_study_data *d, const pl_ensemble *r, const char *attribute,
                    pl_doc *doc)
{
    const pl_ensemble_scores *test = &r->of[PL_SIDE_TEST], *single = &r->single[PL_SIDE_TEST];
    char text[PL_NUMBER_TEXT];
    pl_doc_cell(doc, d->group[r->group].label, (double)NAN, PL_CELL_HEAD);
    if (attribute)
        pl_doc_cell(doc, attribute, (double)NAN, 0);
    pl_doc_number(doc, r->models, 0, 0);
    pl_doc_percent(doc, r->of[PL_SIDE_VAL].accuracy, 0);
    pl_doc_percent(doc, test->accuracy, 0);
    add_interval(doc, r->wilson.low, r->wilson.high, false);
    pl_doc_percent(doc, single->accuracy, 0);
    add_gain(doc, &r->gain);
    pl_doc_percent(doc, r->best_accuracy, 0);
    add_gain(doc, &r->gain_over_best);
    pl_doc_number(doc, test->log_loss, 4, 0);
    pl_doc_number(doc, single->log_loss, 4, 0);
    pl_doc_number(doc, test->auc, 4, 0);
    pl_doc_cell(
        doc, isnan(r->parameters) ? "-" : pl_human_count(llround(r->parameters), text, sizeof text),
        r->parameters, 0);
    pl_doc_number(doc, r->passes, 0, 0);
    pl_doc_cellf(doc, r->models, 0, "%d x", r->models);
}

static void add_columns(bool several, pl_doc *doc)
{
    pl_doc_column(doc, "group", false, NULL);
    if (several)
        pl_doc_column(doc, "attribute", false, NULL);
    pl_doc_column(doc, "models", true, "runs whose probabilities are averaged");
    pl_doc_column(doc, "validation accuracy, %", true, "of the average");
    pl_doc_column(doc, "test accuracy, %", true, "of the average");
    pl_doc_column(doc, "95 % over the images", true, "Wilson's interval of that test accuracy");
    pl_doc_column(doc, "single runs, %", true, "mean test accuracy of the runs by themselves");
    pl_doc_column(doc, "gain, points", true, "the average less the mean of the single runs");
    pl_doc_column(doc, "gain, 95 %", true, "paired bootstrap over the test images");
    pl_doc_column(doc, "best run, %", true, "highest test accuracy of a single run");
    pl_doc_column(doc, "gain over it, points", true, "the average less the best single run");
    pl_doc_column(doc, "gain over it, 95 %", true, "paired bootstrap over the test images");
    pl_doc_column(doc, "log loss", true, "of the average on the test images, no penalty in it");
    pl_doc_column(doc, "log loss, single", true, "mean of the runs by themselves");
    pl_doc_column(doc, "AUC", true, "of the average on the test images");
    pl_doc_column(doc, "parameters", true, "of all models together");
    pl_doc_column(doc, "passes", true,
                  "through a net for one image: models times views of test-time augmentation");
    pl_doc_column(doc, "time", true, "of training and of a prediction, against one run's");
}

void pl_ensembles_section(const pl_study_data *d, const pl_ensembles *s, pl_doc *doc)
{
    bool several = false, fold = s->count > FOLD_ABOVE;
    if (s->count == 0)
        return;
    for (int i = 0; i < s->count; i++)
        several = several || s->row[i].attribute;
    pl_doc_heading(doc, 2, "ensembles", "Averages of seeds");
    add_text(s, doc);
    add_left_out(d, s, doc);
    if (fold)
        pl_doc_begin(doc, PL_PART_FOLD, "Every average");
    pl_doc_table(doc, "table-ensembles", "The average of each group's runs. Also in ensembles.csv.",
                 s->count > 8);
    add_columns(several, doc);
    for (int i = 0; i < s->count; i++)
        add_row(d, &s->row[i], several ? attribute_of(d, s, i) : NULL, doc);
    pl_doc_table_end(doc);
    if (fold)
        pl_doc_end(doc, PL_PART_FOLD);
}
