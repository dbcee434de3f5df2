/* Which class is recognised better, group by group. */
#include <math.h>
#include <stdlib.h>

#include "draw/escape.h"
#include "insight/scores_names.h"
#include "insight/slices.h"
#include "insight/slices_figure.h"
#include "stats/holm.h"

enum { MOST_ROWS = 100, MOST_DRAWN = 40 };

typedef struct row {
    int group, runs, side;
    pl_slice_part all;
    pl_share_gap gap; /* recall of 1 - recall of 0 */
    double p_holm;
} row;

/* Recall counts of a group without its attributes: only the labels and answers are looked at. */
static bool row_of(const pl_study_data *d, const pl_study_answers *answers, int group, row *out)
{
    pl_group_answers g;
    pl_group_answers_of(d, answers, group, &g);
    *out = (row){.group = group, .runs = g.count, .side = g.side};
    if (g.side >= 0) {
        float *right = pl_mean_rightness(answers, &g);
        for (size_t i = 0; i < g.images->count; i++) {
            if (g.images->side[i] != g.side)
                continue;
            out->all.n[g.images->label[i]]++;
            out->all.right[g.images->label[i]] += (double)right[i];
        }
        free(right);
    }
    pl_group_answers_clear(&g);
    const pl_slice_part *p = &out->all;
    out->gap = pl_share_gap_of(p->right[1], (double)p->n[1], p->right[0], (double)p->n[0]);
    return p->n[0] > 0 && p->n[1] > 0;
}

/* Groups with both classes, best first by test accuracy, then those without; heap. */
static row *rows_of(const pl_study_data *d, const pl_study_answers *answers, int *count)
{
    row *rows = calloc((size_t)d->group_count + 1, sizeof *rows);
    bool *taken = calloc((size_t)d->group_count + 1, sizeof *taken);
    double *p = calloc((size_t)d->group_count + 1, sizeof *p);
    int ordered, n = 0, *order = pl_groups_by(d, PL_TEST_ACCURACY, &ordered);
    if (!rows || !taken || !p)
        abort();
    for (int i = 0; i < ordered + d->group_count; i++) {
        int g = i < ordered ? order[i] : i - ordered;
        if (taken[g])
            continue;
        taken[g] = true;
        if (row_of(d, answers, g, &rows[n]))
            n++;
    }
    for (int i = 0; i < n; i++)
        p[i] = rows[i].gap.p;
    pl_holm(p, (size_t)n, p);
    for (int i = 0; i < n; i++)
        rows[i].p_holm = p[i];
    free(p);
    free(taken);
    free(order);
    *count = n;
    return rows;
}

static void say_counts(const row *rows, int count, char name[2][PL_CLASS_NAME], pl_doc *doc)
{
    int better[2] = {0, 0};
    for (int i = 0; i < count; i++) {
        if (rows[i].p_holm < 0.05)
            better[rows[i].gap.gap > 0]++;
    }
    pl_doc_text(
        doc, PL_TONE_PLAIN,
        "Recall is the share of a class's images that are named so, at the threshold 0.5. Of "
        "%d group%s, %d recognise%s %s better and %d %s (p < 0.05 after Holm's correction "
        "over the groups)%s.",
        count, count == 1 ? "" : "s", better[1], better[1] == 1 ? "s" : "", name[1], better[0],
        name[0],
        better[0] + better[1] < count ? "; in the others the difference may be chance" : "");
}

/* The first rows, drawn as slices are: a group is a row, the classes are its parts. */
static void add_figure(const pl_study_data *d, const row *rows, int count,
                       char name[2][PL_CLASS_NAME], pl_doc *doc, pl_figures *f)
{
    size_t n = count < MOST_DRAWN ? (size_t)count : MOST_DRAWN;
    pl_slice *slice = calloc(n, sizeof *slice);
    size_t *order = calloc(n, sizeof *order);
    int *run = calloc((size_t)d->run_count + 1, sizeof *run), runs = 0;
    if (!slice || !order || !run)
        abort();
    for (size_t i = 0; i < n; i++) {
        const pl_slice_part *p = &rows[i].all;
        order[i] = i;
        slice[i] = (pl_slice){.attribute = d->group[rows[i].group].label,
                              .part = {{{p->n[0], 0}, {p->right[0], 0}, false},
                                       {{0, p->n[1]}, {0, p->right[1]}, false}},
                              .gap = rows[i].gap,
                              .p_holm = rows[i].p_holm};
    }
    for (int i = 0; i < d->run_count; i++) {
        if (d->run[i].done)
            run[runs++] = i;
    }
    const pl_slices s = {.group.side = rows[0].side, .slice = slice, .count = n};
    char *gap = pl_format("%s - %s", name[1], name[0]);
    char *title = pl_format("%s: which class is recognised better", d->name);
    char *source =
        pl_source_line(d, run, runs, rows[0].side, (size_t)(rows[0].all.n[0] + rows[0].all.n[1]));
    const pl_slices_words words = {"group", name[1], name[0], "recall", gap, false, (double)NAN};
    pl_str body, csv;
    pl_str_init(&body);
    pl_str_init(&csv);
    int height = pl_slices_figure(&s, order, n, &words, title, &body, &csv);
    pl_figures_add(f,
                   &(pl_figure){"classes", PL_SLICES_WIDTH, height, body.text, csv.text, source});
    pl_doc_figure(doc, "classes",
                  "Recall of each class and the difference between them, best group on top; bars "
                  "are 95 % intervals.",
                  "Recall of each class in every group, and the difference.", NULL);
    pl_str_clear(&csv);
    pl_str_clear(&body);
    free(source);
    free(title);
    free(gap);
    free(run);
    free(order);
    free(slice);
}

static void add_row(const pl_study_data *d, const row *r, pl_doc *doc)
{
    pl_doc_cell(doc, d->group[r->group].label, (double)NAN, PL_CELL_HEAD);
    pl_doc_cellf(doc, r->runs, 0, "%d", r->runs);
    for (int k = 1; k >= 0; k--) {
        pl_interval w = pl_wilson_share(r->all.right[k], (double)r->all.n[k]);
        pl_doc_percent(doc, pl_part_recall(&r->all, k), 0);
        pl_doc_cellf(doc, w.low, PL_CELL_SOFT, "%.1f to %.1f", 100 * w.low, 100 * w.high);
    }
    pl_doc_cellf(doc, r->gap.gap, r->p_holm < 0.05 ? PL_CELL_BOLD : 0, "%+.2f", 100 * r->gap.gap);
    pl_doc_cellf(doc, r->gap.low, PL_CELL_SOFT, "%+.1f to %+.1f", 100 * r->gap.low,
                 100 * r->gap.high);
    pl_doc_cellf(doc, r->p_holm, 0, "%.2g", r->p_holm);
}

static void add_table(const pl_study_data *d, const row *rows, int count,
                      char name[2][PL_CLASS_NAME], pl_doc *doc)
{
    int shown = count < MOST_ROWS ? count : MOST_ROWS;
    char number[2][PL_NUMBER_TEXT];
    for (int k = 0; k < 2; k++)
        pl_human_count(rows[0].all.n[k], number[k], sizeof number[k]);
    char *cut = shown < count
                    ? pl_format(" The first %d of %d groups; slices.csv has all.", shown, count)
                    : pl_strdup("");
    char *caption =
        pl_format("Of the %s images (%s %s, %s %s), best group on top; of several "
                  "seeds the mean. Bold: p < 0.05.%s",
                  pl_side_word(rows[0].side), number[1], name[1], number[0], name[0], cut);
    pl_doc_table(doc, "classes-table", caption, true);
    pl_doc_column(doc, "group", false, NULL);
    pl_doc_column(doc, "n", true, "Runs.");
    for (int k = 1; k >= 0; k--) {
        char *title = pl_format("recall of %s, %%", name[k]);
        pl_doc_column(doc, title, true, NULL);
        pl_doc_column(doc, "95 %", false, "Wilson's interval, over the images.");
        free(title);
    }
    char *title = pl_format("%s - %s", name[1], name[0]);
    pl_doc_column(doc, title, true, "Difference of the two recalls, in percentage points.");
    pl_doc_column(doc, "95 %", false, "Newcombe's interval.");
    pl_doc_column(doc, "p (Holm)", true,
                  "Two-sided, of no difference, corrected for all groups of the study.");
    for (int i = 0; i < shown; i++)
        add_row(d, &rows[i], doc);
    pl_doc_table_end(doc);
    free(title);
    free(caption);
    free(cut);
}

void pl_classes_section(const pl_study_data *d, const pl_study_answers *answers, pl_doc *doc,
                        pl_figures *figures)
{
    int count;
    char name[2][PL_CLASS_NAME];
    row *rows = rows_of(d, answers, &count);
    if (count > 0) {
        pl_class_names(d, name);
        pl_doc_heading(doc, 2, "classes", "Which class is recognised better");
        say_counts(rows, count, name, doc);
        add_figure(d, rows, count, name, doc, figures);
        add_table(d, rows, count, name, doc);
    }
    free(rows);
}
