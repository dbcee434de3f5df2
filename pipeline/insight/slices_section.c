#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "draw/escape.h"
#include "insight/scores_names.h"
#include "insight/slices.h"
#include "insight/slices_figure.h"

#define COLLAPSED 0.1 /* recall of a class below this */

/* "87.50 % (81.2 to 91.9, 112 images)" */
static char *part_text(const pl_slice_part *p)
{
    char images[PL_NUMBER_TEXT];
    pl_interval w = pl_wilson_share(pl_part_right(p), pl_part_n(p));
    pl_human_count(p->n[0] + p->n[1], images, sizeof images);
    return pl_format("%.2f %% (%.2f to %.2f; %s images)", 100 * pl_part_accuracy(p), 100 * w.low,
                     100 * w.high, images);
}

/* A group that names nearly every image alike: its slices tell how the classes are mixed, nothing else. */
static void say_collapsed(const pl_study_data *d, const pl_slices *s, pl_doc *doc)
{
    char name[2][PL_CLASS_NAME];
    pl_class_names(d, name);
    for (int k = 0; k < 2; k++) {
        if (pl_part_recall(&s->all, k) < COLLAPSED)
            pl_doc_text(
                doc, PL_TONE_WARNING,
                "Of the images that are %s only %.2f %% are recognised: nearly all are named "
                "%s, and the gaps below show how the classes are mixed in each slice rather "
                "than how well it is recognised.",
                name[k], 100 * pl_part_recall(&s->all, k), name[1 - k]);
    }
}

static void say_worst(const pl_slices *s, pl_doc *doc)
{
    size_t k;
    int v;
    if (!pl_slices_worst(s, &k, &v)) {
        pl_doc_text(doc, PL_TONE_SOFT,
                    "Every part is small (fewer than %d images, or than %d of a class): none is "
                    "called the worst.",
                    PL_SLICE_MIN, PL_SLICE_MIN_CLASS);
        return;
    }
    char *worst = part_text(&s->slice[k].part[v]);
    pl_doc_text(doc, PL_TONE_PLAIN,
                "Worst slice: images that %s `%s`, of which %s are right; of "
                "all images %.2f %%.",
                v ? "have" : "have not", s->slice[k].attribute, worst,
                100 * pl_part_accuracy(&s->all));
    free(worst);
}

/* The least recall of a class in a part with enough images of it. */
static void say_worst_class(const pl_study_data *d, const pl_slices *s, pl_doc *doc)
{
    double least = (double)INFINITY;
    size_t slice = 0;
    int part = 0, class = 0;
    for (size_t i = 0; i < 4 * s->count; i++) {
        const pl_slice *its = &s->slice[i / 4];
        int v = i % 4 < 2, k = (int)(i % 2);
        if (its->target || its->part[v].n[k] < PL_SLICE_MIN)
            continue;
        if (pl_part_recall(&its->part[v], k) < least) {
            least = pl_part_recall(&its->part[v], k);
            slice = i / 4;
            part = v;
            class = k;
        }
    }
    if (!isfinite(least))
        return;
    const pl_slice_part *p = &s->slice[slice].part[part];
    char name[2][PL_CLASS_NAME], images[PL_NUMBER_TEXT];
    pl_interval w = pl_wilson_share(p->right[class], (double)p->n[class]);
    pl_class_names(d, name);
    pl_human_count(p->n[class], images, sizeof images);
    pl_doc_text(doc, PL_TONE_PLAIN,
                "Within a class it is worst for those that are %s and %s `%s`: %.2f %% of them are "
                "recognised (%.2f to %.2f; %s images), of all that are %s %.2f %%.",
                name[class], part ? "have" : "have not", s->slice[slice].attribute, 100 * least,
                100 * w.low, 100 * w.high, images, name[class],
                100 * pl_part_recall(&s->all, class));
}

static void say_widest(const pl_slices *s, pl_doc *doc)
{
    const pl_slice *its = pl_slices_widest(s);
    int tested = 0, stay = 0, small = 0;
    for (size_t k = 0; k < s->count; k++) {
        const pl_slice *one = &s->slice[k];
        tested += !isnan(one->p_holm);
        stay += one->p_holm < 0.05;
        small += isnan(one->p_holm);
    }
    if (its)
        pl_doc_text(doc, PL_TONE_PLAIN,
                    "Largest gap: `%s`, %+.2f points between those that have it and those that "
                    "have it not (95 %% interval %+.2f to %+.2f, p %.2g after Holm's correction). "
                    "Of %d gaps tested %d stay%s after it at 5 %%.",
                    its->attribute, 100 * its->gap.gap, 100 * its->gap.low, 100 * its->gap.high,
                    its->p_holm, tested, stay, stay == 1 ? "s" : "");
    if (small)
        pl_doc_text(doc, PL_TONE_SOFT,
                    "%d attribute%s with a small part (fewer than %d images, or than %d of a "
                    "class) %s in the table, not tested and not drawn.",
                    small, small == 1 ? "" : "s", PL_SLICE_MIN, PL_SLICE_MIN_CLASS,
                    small == 1 ? "is" : "are");
}

static void add_columns(const pl_study_data *d, pl_doc *doc)
{
    char name[2][PL_CLASS_NAME];
    pl_class_names(d, name);
    pl_doc_column(doc, "attribute", false, NULL);
    for (int v = 1; v >= 0; v--) {
        static const char *const which[2] = {"has it not", "has it"};
        char *title = pl_format("%s: images", which[v]);
        pl_doc_column(doc, title, true, NULL);
        free(title);
        title = pl_format("%s: accuracy, %%", which[v]);
        pl_doc_column(doc, title, true, NULL);
        free(title);
        pl_doc_column(doc, "95 %", false, "Wilson's interval.");
        for (int k = 1; k >= 0; k--) {
            title = pl_format("recall of %s, %%", name[k]);
            pl_doc_column(doc, title, true, NULL);
            free(title);
        }
    }
    pl_doc_column(doc, "gap", true,
                  "Accuracy of those that have it less that of the others, in "
                  "percentage points.");
    pl_doc_column(doc, "95 %", false, "Newcombe's interval.");
    pl_doc_column(doc, "p (Holm)", true,
                  "Two-sided, of no gap, corrected for all gaps tested in this group.");
    pl_doc_column(doc, "", false, NULL);
}

static void add_part(const pl_slice_part *p, pl_doc *doc)
{
    unsigned soft = p->small ? PL_CELL_SOFT : 0;
    char images[PL_NUMBER_TEXT];
    pl_interval w = pl_wilson_share(pl_part_right(p), pl_part_n(p));
    pl_human_count(p->n[0] + p->n[1], images, sizeof images);
    pl_doc_cell(doc, images, pl_part_n(p), soft);
    pl_doc_percent(doc, pl_part_accuracy(p), soft);
    if (isnan(w.low))
        pl_doc_cell(doc, "", (double)NAN, 0);
    else
        pl_doc_cellf(doc, w.low, PL_CELL_SOFT, "%.1f to %.1f", 100 * w.low, 100 * w.high);
    for (int k = 1; k >= 0; k--)
        pl_doc_percent(doc, pl_part_recall(p, k), soft);
}

static void add_gap(const pl_slice *its, pl_doc *doc)
{
    if (isnan(its->gap.gap)) {
        pl_doc_cell(doc, "-", (double)NAN, PL_CELL_SOFT);
        pl_doc_cell(doc, "", (double)NAN, 0);
    } else {
        pl_doc_cellf(doc, its->gap.gap, its->p_holm < 0.05 ? PL_CELL_BOLD : 0, "%+.2f",
                     100 * its->gap.gap);
        pl_doc_cellf(doc, its->gap.low, PL_CELL_SOFT, "%+.1f to %+.1f", 100 * its->gap.low,
                     100 * its->gap.high);
    }
    if (isnan(its->p_holm))
        pl_doc_cell(doc, "not tested", (double)NAN, PL_CELL_SOFT);
    else
        pl_doc_cellf(doc, its->p_holm, 0, "%.2g", its->p_holm);
    pl_doc_cell(doc, its->part[0].small || its->part[1].small ? "small" : "", (double)NAN,
                PL_CELL_SOFT);
}

/* Small ones last, the others by their gap. */
static void add_table(const pl_study_data *d, int group, const pl_slices *s, pl_doc *doc)
{
    size_t *row = calloc(2 * s->count + 1, sizeof *row), n;
    if (!row)
        abort();
    n = pl_slices_rows(s, row, NULL);
    size_t drawn = n;
    for (size_t k = 0; k < s->count; k++) {
        bool there = false;
        for (size_t i = 0; i < drawn; i++)
            there = there || row[i] == k;
        if (!there)
            row[n++] = k;
    }
    char id[40];
    snprintf(id, sizeof id, "group-%02d-slices-table", group + 1);
    pl_doc_begin(doc, PL_PART_FOLD, "Every slice as a table");
    pl_doc_table(doc, id, "Bold: the gap stays after Holm's correction at 5 %. Also in slices.csv.",
                 true);
    add_columns(d, doc);
    for (size_t i = 0; i < n; i++) {
        const pl_slice *its = &s->slice[row[i]];
        pl_doc_cellf(doc, (double)NAN, PL_CELL_HEAD, "%s%s", its->attribute,
                     its->target ? " (the target)" : "");
        add_part(&its->part[1], doc);
        add_part(&its->part[0], doc);
        add_gap(its, doc);
    }
    pl_doc_table_end(doc);
    pl_doc_end(doc, PL_PART_FOLD);
    free(row);
}

static void add_figure(const pl_study_data *d, int group, const pl_slices *s, pl_doc *doc,
                       pl_figures *f)
{
    char name[PL_FIGURE_NAME];
    size_t *row = calloc(s->count + 1, sizeof *row), left_out;
    if (!row)
        abort();
    size_t n = pl_slices_rows(s, row, &left_out);
    if (n == 0) {
        free(row);
        return;
    }
    pl_str body, csv;
    pl_str_init(&body);
    pl_str_init(&csv);
    snprintf(name, sizeof name, "group-%02d-slices", group + 1);
    char *title = s->group.count > 1
                      ? pl_format("%s, mean of %d seeds", d->group[group].label, s->group.count)
                      : pl_strdup(d->group[group].label);
    const pl_slices_words words = {
        "attribute", "has it (so many)",       "has it not", "accuracy", "has it - has it not",
        true,        pl_part_accuracy(&s->all)};
    int height = pl_slices_figure(s, row, n, &words, title, &body, &csv);
    free(row);
    char *source = pl_source_line(d, s->group.run, s->group.count, s->group.side,
                                  s->group.images->on_side[s->group.side]);
    pl_figures_add(f, &(pl_figure){name, PL_SLICES_WIDTH, height, body.text, csv.text, source});
    char *cut =
        left_out ? pl_format(" The %zu widest gaps of %zu.", n, n + left_out) : pl_strdup("");
    char *caption = pl_format("Accuracy of the images that have an attribute and of those that "
                              "have it not, by the gap between them; bars are 95 %% "
                              "intervals.%s",
                              cut);
    pl_doc_figure(doc, name, caption, "Accuracy with and without each attribute, and the gap.",
                  NULL);
    free(caption);
    free(cut);
    free(source);
    free(title);
    pl_str_clear(&csv);
    pl_str_clear(&body);
}

void pl_group_slices_section(const pl_study_data *d, const pl_study_answers *answers, int group,
                             pl_doc *doc, pl_figures *figures)
{
    pl_slices s;
    char id[40], images[PL_NUMBER_TEXT];
    pl_slices_of(d, answers, group, &s);
    if (s.count > 0) {
        snprintf(id, sizeof id, "group-%02d-slices", group + 1);
        pl_doc_heading(doc, 4, id, "Slices");
        pl_human_count((long long)s.group.images->on_side[s.group.side], images, sizeof images);
        pl_doc_text(doc, PL_TONE_SOFT, "Of the %s %s images%s%s.", images,
                    pl_side_word(s.group.side),
                    s.group.count > 1 ? "; an image counts by the share of the group's runs that "
                                        "answer it rightly"
                                      : "",
                    s.group.left_out ? "; runs with other images are left out" : "");
        if (s.count > 1) {
            say_collapsed(d, &s, doc);
            say_worst(&s, doc);
            say_worst_class(d, &s, doc);
            say_widest(&s, doc);
        } else {
            pl_doc_text(doc, PL_TONE_SOFT,
                        "The study's folder has no other attributes of these images "
                        "(data/*/attributes.csv): only the classes themselves are compared.");
        }
        add_figure(d, group, &s, doc, figures);
        add_table(d, group, &s, doc);
    }
    pl_slices_clear(&s);
}
