/* What is to be known of the table for people, and the section that has both, declared in table.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "draw/escape.h"
#include "report/page_source.h"
#include "report/table.h"

static void note_cells(const pl_table *t, pl_doc *doc)
{
    char images[PL_NUMBER_TEXT];
    pl_doc_text(doc, PL_TONE_SOFT,
                "Each cell of a metric: mean ± sample standard deviation over the seeds (95 %% "
                "interval of the mean, Student's t, cut at 0 and 100); n is the number of seeds. "
                "Bold: the best "
                "mean. "
                "The loss contains the model's penalty, so it compares only models with the same "
                "regularizer and output.");
    if (pl_study_tells_several(t->d))
        pl_doc_text(
            doc, PL_TONE_SOFT,
            "Accuracies, balanced accuracy, AUC and the commoner class are means over the "
            "attributes that a run tells, and each attribute has a row of its own under "
            "Attributes. A mean over attributes is no share of images: it has no interval "
            "over them, and no test against the best. Groups that tell other attributes are "
            "asked other questions; compare them attribute by attribute, there or with "
            "`facet compare A B --target NAME`.");
    else if (t->d->test_images > 0 && t->d->one_test_set)
        pl_doc_text(
            doc, PL_TONE_SOFT,
            "95 %% over the images: Wilson's interval of the mean accuracy as a share of the "
            "%s test images of one run, so of what another %s images could have given.",
            pl_human_count(t->d->test_images, images, sizeof images), images);
    else if (t->d->test_images > 0)
        pl_doc_text(
            doc, PL_TONE_SOFT,
            "95 %% over the images: Wilson's interval of the mean accuracy as a share of the "
            "test images of one run. The groups have different test images; the row of the "
            "commoner class is of the first run's.");
}

static void note_marks(const pl_table *t, pl_doc *doc)
{
    const pl_marks *m = t->marks;
    char images[PL_NUMBER_TEXT], samples[PL_NUMBER_TEXT];
    if (m->compared > 0)
        pl_doc_text(
            doc, PL_TONE_SOFT,
            "†: not to be told from the best, %s, on the same %s test images: paired "
            "bootstrap (%s draws of the images; each image counts with the share of seeds "
            "that answer it rightly), two-sided, at 5 %% after Holm's correction over %d "
            "group%s. The seeds are held fixed: this is about the models that were trained, "
            "and the interval over the seeds about training again. McNemar's exact test "
            "between the median seeds stands in table.csv.",
            t->d->group[m->best].label, pl_human_count((long long)m->images, images, sizeof images),
            pl_human_count(m->samples, samples, sizeof samples), m->compared,
            m->compared == 1 ? "" : "s");
    if (m->unpaired > 0)
        pl_doc_text(doc, PL_TONE_WARNING,
                    "%d group%s not compared with the best, %s: %s tested on other images, or the "
                    "answers are not there.",
                    m->unpaired, m->unpaired == 1 ? " is" : "s are", t->d->group[m->best].label,
                    m->unpaired == 1 ? "it was" : "they were");
}

static void note_averages(const pl_table *t, pl_doc *doc)
{
    if (t->ensembles && t->ensembles->count > 0 && t->spec->ensemble == PL_ENSEMBLE_ROWS)
        pl_doc_text(
            doc, PL_TONE_SOFT,
            "Rows \"average of n\" are the mean of the probabilities of a group's n runs as one "
            "prediction: n times the parameters, the training and the time of a prediction. Their "
            "loss has no penalty in it. They are no groups: none is marked, counted as the best or "
            "compared with it. What they gain stands in ensembles.csv.");
}

/* "label: source" of each, those of one source together. */
static void note_references(const pl_table *t, pl_doc *doc)
{
    const pl_report_spec *r = t->spec;
    if (r->references == 0)
        return;
    pl_str s;
    pl_str_init(&s);
    pl_str_add(&s, "Published figures are not runs of ours: data, split and seeds behind them may "
                   "differ. The difference is ours less theirs, in points (of the loss: as it is), "
                   "of the best group where they name none.");
    for (int i = 0; i < r->references; i++) {
        bool known = r->reference[i].source == NULL;
        for (int k = 0; k < i && !known; k++)
            known = r->reference[k].source &&
                    strcmp(r->reference[k].source, r->reference[i].source) == 0;
        if (known)
            continue;
        const char *between = " ";
        for (int k = i; k < r->references; k++) {
            if (!r->reference[k].source ||
                strcmp(r->reference[k].source, r->reference[i].source) != 0)
                continue;
            pl_str_addf(&s, "%s%s", between, r->reference[k].label);
            between = ", ";
        }
        pl_str_addf(&s, ": %s.", r->reference[i].source);
    }
    pl_doc_text(doc, PL_TONE_SOFT, "%s", s.text);
    pl_str_clear(&s);
}

/* Groups that references name and the study has not, columns of keys that are not swept. */
static void note_missing(const pl_table *t, pl_doc *doc)
{
    for (int i = 0; i < t->spec->references; i++) {
        const pl_reference *r = &t->spec->reference[i];
        if (r->group && pl_reference_group(t, r) < 0)
            pl_doc_text(
                doc, PL_TONE_WARNING,
                "The reference \"%s\" is to be compared with the group \"%s\", but no single "
                "group of this study is called so.",
                r->label, r->group);
    }
    for (int i = 0; i < t->spec->columns; i++) {
        const char *key = t->spec->column[i].key;
        bool swept = key == NULL;
        for (int a = 0; a < t->d->axis_count && !swept; a++)
            swept = strcmp(t->d->axis[a], key) == 0;
        if (!swept)
            pl_doc_text(doc, PL_TONE_SOFT, "The column %s is left out: no run varies it.", key);
    }
}

void pl_table_notes(const pl_table *t, pl_doc *doc)
{
    pl_str note;
    pl_str_init(&note);
    if (pl_table_note(t->d, &note))
        pl_doc_text(doc, PL_TONE_WARNING, "%s", note.text);
    pl_str_clear(&note);
    note_cells(t, doc);
    note_marks(t, doc);
    note_averages(t, doc);
    note_references(t, doc);
    note_missing(t, doc);
}

void pl_table_section(const pl_table *t, const pl_drawn *drawn, pl_doc *doc)
{
    char *source = pl_page_source(t->d, -1);
    char *caption = pl_format("A row per group, n runs each: %s.", source);
    pl_doc_heading(doc, 2, "results", "Results");
    pl_table_block(t, drawn, caption, doc);
    pl_table_notes(t, doc);
    free(caption);
    free(source);
}
