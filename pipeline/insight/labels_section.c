#include <math.h>

#include "draw/escape.h"
#include "insight/labels.h"
#include "insight/scores_names.h"

enum { SHOWN = 30 };

static void say_how(const pl_doubts *s, pl_doc *doc)
{
    char listed[PL_NUMBER_TEXT], images[PL_NUMBER_TEXT];
    pl_doc_text(doc, PL_TONE_PLAIN,
                "Of %s validation and test images, %s %s contradicted by several models: at least "
                "two, and half of the %d groups asked, give the label as it stands a probability "
                "below %g (the mean over a group's seeds).",
                pl_human_count(s->images, images, sizeof images),
                pl_human_count((long long)s->count, listed, sizeof listed),
                s->count == 1 ? "is" : "are", s->models, PL_LABEL_DOUBT);
    if (s->count > 0)
        pl_doc_text(doc, PL_TONE_PLAIN,
                    "This is a list to look at, not a verdict: a hard picture looks the same as a "
                    "wrong label, and models trained on the same images share their mistakes. An "
                    "image taken out of the test side because models disagree with it makes every "
                    "accuracy look better than it is.");
    if (s->left_out)
        pl_doc_text(doc, PL_TONE_SOFT, "%d group%s not asked: no run of %s reaches an AUC of %g.",
                    s->left_out, s->left_out == 1 ? " was" : "s were",
                    s->left_out == 1 ? "it" : "them", PL_LABEL_AUC);
}

static void add_table(const pl_study_data *d, const pl_doubts *s, pl_doc *doc)
{
    char name[2][PL_CLASS_NAME];
    size_t shown = s->count < SHOWN ? s->count : SHOWN;
    pl_class_names(d, name);
    char *caption = s->count > shown ? pl_format("The first %zu of %zu; label_errors.csv has all.",
                                                 shown, s->count)
                                     : pl_strdup("Also in label_errors.csv.");
    pl_doc_table(doc, "label-errors-table", caption, true);
    free(caption);
    pl_doc_column(doc, "image", false, NULL);
    pl_doc_column(doc, "side", false, NULL);
    pl_doc_column(doc, "label", false, "As the label table has it.");
    pl_doc_column(doc, "models against it", true,
                  "Groups that give the label a probability below 0.1, of those asked.");
    pl_doc_column(doc, "probability of the label, %", true, "Mean over the groups asked.");
    for (size_t i = 0; i < shown; i++) {
        const pl_doubt *its = &s->item[i];
        pl_doc_cell(doc, its->image, (double)NAN, PL_CELL_HEAD);
        pl_doc_cell(doc, pl_side_word(its->side), (double)NAN, 0);
        pl_doc_cell(doc, name[its->label], (double)NAN, 0);
        pl_doc_cellf(doc, (double)its->wrong / its->asked, 0, "%d of %d", its->wrong, its->asked);
        pl_doc_percent(doc, its->mean, 0);
    }
    pl_doc_table_end(doc);
}

void pl_label_errors_section(const pl_study_data *d, const pl_study_answers *answers, pl_doc *doc,
                             pl_figures *figures)
{
    pl_doubts s;
    (void)figures;
    pl_doubts_of(d, answers, &s);
    if (s.models + s.left_out > 0) {
        pl_doc_heading(doc, 2, "label-errors", "Likely label errors");
        if (s.models < 2)
            pl_doc_text(doc, PL_TONE_SOFT,
                        "Not looked for: that takes at least two groups with a run whose AUC is %g "
                        "or more; the study has %d.",
                        PL_LABEL_AUC, s.models);
        else
            say_how(&s, doc);
        if (s.count > 0)
            add_table(d, &s, doc);
    }
    pl_doubts_clear(&s);
}
