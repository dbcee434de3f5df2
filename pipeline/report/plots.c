#include "report/plots.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/plot_bodies.h"

const char *const pl_plot_heads[] = {"comparison.", "curves-", "group-", NULL};

bool *pl_plots_choose(const pl_study_data *d, bool all)
{
    bool *chosen = calloc((size_t)d->group_count + 1, sizeof *chosen);
    if (!chosen)
        abort();
    for (int g = 0; g < d->group_count; g++)
        chosen[g] = d->group[g].done > 0 && (all || d->run_count <= PL_PLOTS_MANY_RUNS);
    int count;
    int *order = pl_groups_by(d, PL_TEST_ACCURACY, &count); /* those with a test accuracy */
    for (int i = 0; i < count; i++)
        chosen[order[i]] |= i < PL_PLOTS_EDGE || i >= count - PL_PLOTS_EDGE;
    free(order);
    return chosen;
}

bool pl_group_has_curves(const pl_study_data *d, int group)
{
    const pl_report_group *g = &d->group[group];
    for (int k = 0; k < g->run_count; k++) {
        if (d->run[g->run[k]].epoch_count > 0)
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
        if (d->run[g->run[k]].epoch_count > 0) {
            only = d->run[g->run[k]].id;
            with_curves++;
        }
    }
    if (strcmp(what, "curves") == 0 && with_curves == 1)
        snprintf(out, PL_FIGURE_NAME, "curves-%s", only);
    else
        snprintf(out, PL_FIGURE_NAME, "group-%02d-%s", group + 1, what);
}

static void add_group(const pl_study_data *d, int group, const char *target, pl_figures *f)
{
    const pl_report_group *g = &d->group[group];
    const pl_report_run **runs = calloc((size_t)g->run_count + 1, sizeof(*runs));
    if (!runs)
        abort();
    char name[PL_FIGURE_NAME];
    pl_str body;
    pl_str_init(&body);
    int count = 0;
    for (int k = 0; k < g->run_count; k++) {
        const pl_report_run *r = &d->run[g->run[k]];
        if (r->epoch_count == 0)
            continue;
        runs[count++] = r;
        pl_str_reset(&body);
        pl_plot_curves(g, &r, 1, &body);
        snprintf(name, sizeof name, "curves-%s", r->id);
        pl_figures_add(f, name, PL_CURVES_WIDTH, PL_CURVES_HEIGHT, body.text);
    }
    if (count > 1) {
        pl_str_reset(&body);
        pl_plot_curves(g, runs, count, &body);
        pl_group_figure_name(d, group, "curves", name);
        pl_figures_add(f, name, PL_CURVES_WIDTH, PL_CURVES_HEIGHT, body.text);
    }
    if (pl_confusion_total(&g->test) > 0) {
        pl_str_reset(&body);
        pl_plot_confusion(g, target, &body);
        pl_group_figure_name(d, group, "confusion", name);
        pl_figures_add(f, name, PL_CONFUSION_WIDTH, PL_CONFUSION_HEIGHT, body.text);
    }
    pl_str_clear(&body);
    free(runs);
}

void pl_plots_add(const pl_study_data *d, const bool *chosen, const char *target, pl_figures *f)
{
    int count;
    int *order = pl_groups_by(d, PL_TEST_ACCURACY, &count);
    if (count > 0) {
        pl_str body;
        pl_str_init(&body);
        int height = pl_plot_comparison(d, order, count, &body);
        pl_figures_add(f, "comparison", PL_COMPARISON_WIDTH, height, body.text);
        pl_str_clear(&body);
    }
    free(order);
    for (int g = 0; g < d->group_count; g++) {
        if (chosen[g])
            add_group(d, g, target, f);
    }
}
