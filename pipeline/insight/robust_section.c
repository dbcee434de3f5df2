#include "insight/robust_section.h"

#include <math.h>
#include <stdlib.h>

#include "insight/robust_curves.h"
#include "insight/robust_figure.h"
#include "insight/scores_names.h"

typedef struct shown {
    const pl_study_data *d;
    const pl_robust_group *all; /* measured */
    int measured;
    const pl_robust_group *group[PL_ROBUST_DRAWN]; /* of these, as in runs.csv */
    int count;
} shown;

static double validation(const shown *s, int i)
{
    double accuracy = s->d->group[s->all[i].group].summary[PL_VAL_ACCURACY].mean;
    return isnan(accuracy) ? -1 : accuracy;
}

/* How many of the groups measured are better than this one; of equal ones the first is. */
static int rank_of(const shown *s, int i)
{
    int better = 0;
    for (int k = 0; k < s->measured; k++) {
        double its = validation(s, k), mine = validation(s, i);
        better += its > mine || (!(mine > its) && k < i);
    }
    return better;
}

static void add_figure(const shown *s, pl_figures *figures)
{
    pl_str body, csv;
    int run_count = 0;
    for (int i = 0; i < s->count; i++)
        run_count += s->group[i]->runs;
    int *run = calloc((size_t)run_count, sizeof *run);
    if (!run)
        abort();
    int n = 0;
    long long images = 0;
    for (int i = 0; i < s->count; i++) {
        for (int k = 0; k < s->group[i]->runs; k++)
            run[n++] = s->group[i]->run[k];
        images = s->group[i]->images > images ? s->group[i]->images : images;
    }
    pl_str_init(&body);
    pl_str_init(&csv);
    int height = pl_robust_figure(s->d, s->group, s->count, &body);
    pl_robust_groups_csv(s->d, s->all, s->measured, &csv);
    char *source = pl_source_line(s->d, run, run_count, PL_SIDE_TEST, (size_t)images);
    pl_figures_add(figures,
                   &(pl_figure){"robust", PL_FIGURE_FULL, height, body.text, csv.text, source});
    free(source);
    free(run);
    pl_str_clear(&body);
    pl_str_clear(&csv);
}

/* The mean over the conditions of framing, all but the undisturbed one. */
static pl_robust_mean mean_framing(const pl_robust_group *g, int align)
{
    pl_robust_mean sum = {.runs = 0};
    int n = 0;
    for (int k = 0; k <= PL_DISTURB_ROTATE; k++)
        for (int s = 0; s < PL_DISTURB_STEPS; s++)
            if (pl_disturbances[k].amount[s] != pl_disturbances[k].none) {
                sum.accuracy += g->at[align][k][s].accuracy;
                sum.kept += g->at[align][k][s].kept;
                n++;
            }
    sum.accuracy /= n;
    sum.kept /= n;
    return sum;
}

static void add_cells(const shown *s, int kind, int step, pl_doc *doc)
{
    for (int i = 0; i < s->count; i++)
        for (int a = 0; a < (s->group[i]->aligned ? 2 : 1); a++) {
            const pl_robust_group *g = s->group[i];
            pl_robust_mean m = kind < 0 ? mean_framing(g, a) : g->at[a][kind][step];
            if (!a || isnan(m.accuracy))
                pl_doc_percent(doc, m.accuracy, 0);
            else
                pl_doc_cellf(doc, m.accuracy, 0, "%.2f\n%.1f kept", 100 * m.accuracy, 100 * m.kept);
        }
}

static int step_of_none(int kind)
{
    int s = 0;
    while (pl_disturbances[kind].amount[s] != pl_disturbances[kind].none)
        s++;
    return s;
}

/* A row per condition of framing. */
static void add_table(const shown *s, pl_doc *doc)
{
    pl_doc_table(doc, "robust-table", "Accuracy (%) against framing.", true);
    pl_doc_column(doc, "test images", false,
                  "How they were framed anew: size of the face (factor), shift (widths, heights), "
                  "rotation (degrees clockwise).");
    for (int i = 0; i < s->count; i++) {
        const char *label = s->d->group[s->group[i]->group].label;
        pl_doc_column(doc, label, true, "As they are.");
        if (!s->group[i]->aligned)
            continue;
        char *title = pl_format("%s, aligned", label);
        pl_doc_column(doc, title, true,
                      "Faces found and framed anew first; kept: the share (%) of images in "
                      "which a face was found, of which it is the accuracy.");
        free(title);
    }
    pl_doc_cell(doc, "undisturbed", (double)NAN, PL_CELL_HEAD);
    add_cells(s, 0, step_of_none(0), doc);
    pl_doc_cell(doc, "mean of those below", (double)NAN, PL_CELL_HEAD);
    add_cells(s, -1, 0, doc);
    for (int k = 0; k <= PL_DISTURB_ROTATE; k++)
        for (int step = 0; step < PL_DISTURB_STEPS; step++) {
            if (step == step_of_none(k))
                continue;
            pl_doc_cellf(doc, (double)NAN, PL_CELL_HEAD, "%s %g", pl_disturbances[k].name,
                         pl_disturbances[k].amount[step]);
            add_cells(s, k, step, doc);
        }
    pl_doc_table_end(doc);
}

static void add_text(const shown *s, pl_doc *doc)
{
    bool several = false, single = false;
    long long images = 0;
    for (int i = 0; i < s->count; i++) {
        several = several || s->group[i]->runs > 1;
        single = single || s->group[i]->runs == 1;
        images = s->group[i]->images > images ? s->group[i]->images : images;
    }
    pl_doc_heading(doc, 2, "robust", "Pictures framed otherwise, and worse");
    pl_doc_text(doc, PL_TONE_PLAIN,
                "%lld test images%s%s, changed in one way at a time at the model's size. Aligned: "
                "the face is first found and framed anew, by what was learned from the training "
                "pictures alone; accuracy is then of the images in which a face was found. `facet "
                "robust RUN` measures a run, or a group of seeds. The numbers of all conditions "
                "are in `plots/robust.csv`, those of each run in `robust/`.",
                images, s->d->target ? ", answers about " : "", s->d->target ? s->d->target : "");
    if (s->measured > s->count)
        pl_doc_text(doc, PL_TONE_SOFT,
                    "Of the %d groups measured the %d with the best validation accuracy are drawn.",
                    s->measured, s->count);
    char *caption = pl_format(
        "Accuracy against the size of the face, its place, rotation, blur, noise, JPEG quality "
        "and brightness. Whole lines: images as they are; broken: aligned.%s%s",
        several ? " Of several seeds the mean, with bars from the least to the greatest of them."
                : "",
        single ? " Of a single run bars are Wilson's 95 % intervals." : "");
    pl_doc_figure(
        doc, "robust", caption,
        "Eight panels of accuracy curves, one for each way in which test images were made worse",
        NULL);
    free(caption);
    add_table(s, doc);
}

kn_status pl_robust_section(const pl_study_data *d, pl_doc *doc, pl_figures *figures, kn_error *e)
{
    pl_robust_group *all;
    shown s = {.d = d};
    KN_TRY(pl_robust_groups_read(d, &all, &s.measured, e));
    s.all = all;
    for (int i = 0; i < s.measured; i++)
        if (rank_of(&s, i) < PL_ROBUST_DRAWN)
            s.group[s.count++] = &all[i];
    if (s.count > 0) {
        add_figure(&s, figures);
        if (doc)
            add_text(&s, doc);
    }
    pl_robust_groups_free(all, s.measured);
    return KN_OK;
}
