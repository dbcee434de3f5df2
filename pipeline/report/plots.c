#include "report/plots.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/plot_bodies.h"

const char *const pl_plot_heads[] = {"comparison.", "progress.", "curves-", "group-", NULL};

bool pl_group_has_curves(const pl_study_data *d, int group)
{
    const pl_report_group *g = &d->group[group];
    for (int k = 0; k < g->run_count; k++) {
        if (pl_run_has_curves(&d->run[g->run[k]]))
            return true;
    }
    return false;
}

void pl_group_figure_name(const pl_study_data *d, int group, const char *what,
                          char out[PL_FIGURE_NAME])
{
    const pl_report_group *g = &d->group[group];
    const char *only = NULL;
    int with_curves = 0;
    for (int k = 0; k < g->run_count; k++) {
        if (pl_run_has_curves(&d->run[g->run[k]])) {
            only = d->run[g->run[k]].id;
            with_curves++;
        }
    }
    if (strcmp(what, "curves") == 0 && with_curves == 1)
        snprintf(out, PL_FIGURE_NAME, "curves-%s", only);
    else
        snprintf(out, PL_FIGURE_NAME, "group-%02d-%s", group + 1, what);
}

static void add_curves(const pl_study_data *d, int group, const pl_drawn *drawn, pl_figures *f)
{
    const pl_report_group *g = &d->group[group];
    const pl_report_run **runs = calloc((size_t)g->run_count + 1, sizeof(*runs));
    int *shown = calloc((size_t)g->run_count + 1, sizeof *shown), left_out;
    if (!runs || !shown)
        abort();
    char name[PL_FIGURE_NAME];
    pl_str body;
    pl_str_init(&body);
    for (int k = 0; k < g->run_count; k++) {
        const pl_report_run *r = &d->run[g->run[k]];
        if (!drawn->run[g->run[k]])
            continue;
        pl_str_reset(&body);
        pl_plot_curves(g, &r, 1, 0, &body);
        snprintf(name, sizeof name, "curves-%s", r->id);
        pl_figures_add(
            f, &(pl_figure){name, PL_CURVES_WIDTH, PL_CURVES_HEIGHT, body.text, NULL, NULL});
    }
    int count = pl_drawn_runs(d, group, drawn->all, pl_run_has_curves, shown, &left_out);
    for (int k = 0; k < count; k++)
        runs[k] = &d->run[shown[k]];
    if (count > 1) {
        pl_str_reset(&body);
        pl_plot_curves(g, runs, count, left_out, &body);
        pl_group_figure_name(d, group, "curves", name);
        pl_figures_add(
            f, &(pl_figure){name, PL_CURVES_WIDTH, PL_CURVES_HEIGHT, body.text, NULL, NULL});
    }
    pl_str_clear(&body);
    free(shown);
    free(runs);
}

static void add_confusion(const pl_study_data *d, int group, const char *target, pl_figures *f)
{
    char name[PL_FIGURE_NAME];
    pl_str body;
    if (pl_confusion_total(&d->group[group].test) == 0)
        return;
    pl_str_init(&body);
    pl_plot_confusion(&d->group[group], target, &body);
    pl_group_figure_name(d, group, "confusion", name);
    pl_figures_add(
        f, &(pl_figure){name, PL_CONFUSION_WIDTH, PL_CONFUSION_HEIGHT, body.text, NULL, NULL});
    pl_str_clear(&body);
}

/* The figures of the study as a whole. */
static void add_overall(const pl_study_data *d, pl_figures *f)
{
    pl_str body;
    pl_str_init(&body);
    int count;
    int *order = pl_groups_by(d, PL_TEST_ACCURACY, &count);
    if (count > 0) {
        int height = pl_plot_comparison(d, order, count, &body);
        pl_figures_add(
            f, &(pl_figure){"comparison", PL_COMPARISON_WIDTH, height, body.text, NULL, NULL});
    }
    if (pl_study_has_progress(d)) {
        pl_str_reset(&body);
        pl_plot_progress(d, &body);
        pl_figures_add(f, &(pl_figure){"progress", PL_PROGRESS_WIDTH, PL_PROGRESS_HEIGHT, body.text,
                                       NULL, NULL});
    }
    free(order);
    pl_str_clear(&body);
}

void pl_plots_add(const pl_study_data *d, const pl_drawn *drawn, const char *target, pl_figures *f)
{
    add_overall(d, f);
    for (int g = 0; g < d->group_count; g++) {
        if (drawn->group[g]) {
            add_curves(d, g, drawn, f);
            add_confusion(d, g, target, f);
        }
    }
}
