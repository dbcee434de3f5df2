#include "report/plots.h"

#include "audit/audit_section.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "insight/scores_names.h"
#include "report/plot_bodies.h"

const char *const pl_plot_heads[] = {"comparison.", "progress.", "classes.", "effects.",
                                     "pareto.",     "robust.",   "curves-",  PL_AUDIT_FIGURES,
                                     "group-",      NULL};

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

/* The group's runs that have curves; heap. */
static int *runs_with_curves(const pl_study_data *d, const pl_report_group *g, int *count)
{
    int *run = calloc((size_t)g->run_count + 1, sizeof *run);
    if (!run)
        abort();
    *count = 0;
    for (int k = 0; k < g->run_count; k++) {
        if (pl_run_has_curves(&d->run[g->run[k]]))
            run[(*count)++] = g->run[k];
    }
    return run;
}

typedef struct curves_of {
    pl_curves curves;
    const pl_report_run **runs; /* heap */
    char *title;                /* heap */
} curves_of;

static void begin_curves(const pl_study_data *d, const pl_report_group *g, const int *run,
                         int count, curves_of *out)
{
    out->runs = calloc((size_t)count + 1, sizeof *out->runs);
    if (!out->runs)
        abort();
    for (int k = 0; k < count; k++)
        out->runs[k] = &d->run[run[k]];
    const char *seed = out->runs[0]->seed;
    out->title = count == 1 ? pl_format("%s%s%s", g->label, seed[0] ? " seed=" : "", seed)
                            : pl_format("%s, mean and range of %d seeds", g->label, count);
    out->curves = (pl_curves){out->title, out->runs, count};
}

static void end_curves(curves_of *c)
{
    free(c->runs);
    free(c->title);
}

static void add_figure(pl_figures *f, const char *name, int width, int height, const pl_str *body,
                       const pl_str *csv, char *source)
{
    pl_figures_add(f, &(pl_figure){name, width, height, body->text, csv->text, source});
    free(source);
}

static void add_curves_of(const pl_study_data *d, const pl_report_group *g, const char *name,
                          const int *run, int count, pl_figures *f)
{
    pl_str body, csv;
    curves_of its;
    pl_str_init(&body);
    pl_str_init(&csv);
    begin_curves(d, g, run, count, &its);
    pl_plot_curves(&its.curves, &body);
    pl_curves_csv(&its.curves, &csv);
    add_figure(f, name, PL_CURVES_WIDTH, PL_CURVES_HEIGHT, &body, &csv,
               pl_source_line(d, run, count, -1, 0));
    end_curves(&its);
    pl_str_clear(&csv);
    pl_str_clear(&body);
}

static void add_curves(const pl_study_data *d, int group, const pl_drawn *drawn, pl_figures *f)
{
    const pl_report_group *g = &d->group[group];
    char name[PL_FIGURE_NAME];
    for (int k = 0; k < g->run_count; k++) {
        if (!drawn->run[g->run[k]])
            continue;
        snprintf(name, sizeof name, "curves-%s", d->run[g->run[k]].id);
        add_curves_of(d, g, name, &g->run[k], 1, f);
    }
    int count, *run = runs_with_curves(d, g, &count);
    if (count > 1) {
        pl_group_figure_name(d, group, "curves", name);
        add_curves_of(d, g, name, run, count, f);
    }
    free(run);
}

void pl_group_curves_json(const pl_study_data *d, int group, pl_str *json)
{
    const pl_report_group *g = &d->group[group];
    int count, *run = runs_with_curves(d, g, &count);
    if (count > 0) {
        curves_of its;
        begin_curves(d, g, run, count, &its);
        pl_curves_json(&its.curves, json);
        end_curves(&its);
    } else {
        pl_str_add(json, "[]");
    }
    free(run);
}

static void add_confusion(const pl_study_data *d, int group, const char *target, pl_figures *f)
{
    const pl_report_group *g = &d->group[group];
    long long images = pl_confusion_total(&g->test);
    char name[PL_FIGURE_NAME];
    if (images == 0)
        return;
    pl_str body, csv;
    int count = 0, *run = calloc((size_t)g->run_count + 1, sizeof *run);
    if (!run)
        abort();
    for (int k = 0; k < g->run_count; k++) {
        if (pl_confusion_total(&d->run[g->run[k]].test) > 0)
            run[count++] = g->run[k];
    }
    pl_str_init(&body);
    pl_str_init(&csv);
    pl_plot_confusion(g, target, &body);
    pl_confusion_csv(&g->test, &csv);
    pl_group_figure_name(d, group, "confusion", name);
    add_figure(f, name, PL_CONFUSION_WIDTH, PL_CONFUSION_HEIGHT, &body, &csv,
               pl_source_line(d, run, count, PL_SIDE_TEST, (size_t)(images / (count ? count : 1))));
    free(run);
    pl_str_clear(&csv);
    pl_str_clear(&body);
}

/* The figures of the study as a whole. */
static void add_overall(const pl_study_data *d, pl_figures *f)
{
    pl_str body;
    pl_str_init(&body);
    if (pl_study_has_progress(d)) {
        pl_str csv;
        pl_str_init(&csv);
        pl_str_reset(&body);
        pl_plot_progress(d, &body);
        pl_progress_csv(d, &csv);
        add_figure(f, "progress", PL_PROGRESS_WIDTH, PL_PROGRESS_HEIGHT, &body, &csv,
                   pl_format("%s, %d runs", d->name, d->run_count));
        pl_str_clear(&csv);
    }
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
