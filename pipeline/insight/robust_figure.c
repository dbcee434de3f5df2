#include "insight/robust_figure.h"

#include <math.h>
#include <stdlib.h>

#include "draw/escape.h"
#include "draw/figures.h"
#include "insight/scores_names.h"

/* PANELS: height without the legend, points. CUT: characters of a label. */
enum { PANELS = 760, TITLE = 26, KEY_LINE = 18, CUT = 40 };

static const char *const color[PL_ROBUST_DRAWN] = {PL_COLOR_1, PL_COLOR_2, PL_COLOR_3, PL_COLOR_5};

/* Of the x axis, in the order of pl_disturbances. JPEG's qualities are steps of a factor. */
static const char *const tics[PL_DISTURB_COUNT] = {
    "0.2", "0.1", "0.1", "10", "1", "0.1", "(2, 5, 10, 20, 50, 101)", "0.25"};

typedef struct legend {
    const pl_robust_group *const *g;
    int count, rows;
    bool aligned, chance; /* whether the figure has a line of that kind */
} legend;

/* Columns: amount, mean, least, most; empty conditions are left out of the lines. */
static void add_block(const pl_robust_group *g, int index, int kind, int align, pl_str *body)
{
    pl_str_addf(body, "$d%d_%d_%d << EOD\n", index, kind, align);
    for (int s = 0; s < PL_DISTURB_STEPS; s++) {
        const pl_robust_mean *m = &g->at[align][kind][s];
        pl_str_addf(body, "%g", pl_disturbances[kind].amount[s]);
        const double v[] = {m->accuracy, m->least, m->most};
        for (int i = 0; i < 3; i++)
            pl_str_addf(body, isnan(v[i]) ? " NaN" : " %.5g", 100 * v[i]);
        pl_str_add(body, "\n");
    }
    pl_str_add(body, "EOD\n");
}

/* The looks of a curve but for its colour. */
static void add_style(int align, const char *lc, pl_str *body)
{
    pl_str_addf(body, "with linespoints lc rgb '%s' lw 1.5 dt %s pt %d ps 0.5", lc,
                align ? "(8,5)" : "1", align ? 6 : 7);
}

static void add_curve(int index, int kind, int align, pl_str *body)
{
    pl_str_addf(body,
                "$d%d_%d_%d using 1:2:3:4 with yerrorbars lc rgb '%s' lw 1 dt 1 pt -1 notitle, "
                "'' using 1:2 ",
                index, kind, align, color[index]);
    add_style(align, color[index], body);
    pl_str_add(body, " notitle, ");
}

/* A column of the groups, in their colours, and a column of what the lines mean. */
static void add_legend(const pl_study_data *d, const legend *l, pl_str *body)
{
    for (int i = 0; i < l->rows; i++) {
        pl_str label;
        pl_str_init(&label);
        if (i < l->count)
            pl_add_cut(&label, d->group[l->g[i]->group].label, CUT);
        pl_str_addf(body, "NaN with lines lc rgb '%s' lw 3 dt 1 title ",
                    i < l->count ? color[i] : "#ffffff");
        if (i < l->count)
            pl_add_gnuplot(body, label.text, 0);
        else
            pl_str_add(body, "' '"); /* keeps the columns apart */
        pl_str_add(body, ", ");
        pl_str_clear(&label);
    }
    for (int a = 0; a < 1 + l->aligned; a++) {
        pl_str_add(body, "NaN ");
        add_style(a, PL_COLOR_DARK, body);
        pl_str_addf(body, " title '%s', ", a ? "aligned" : "as they are");
    }
}

/* The line of the commoner label; without one nothing is drawn, but the statement has its end. */
static void add_chance(const pl_study_data *d, const legend *l, int kind, pl_str *body)
{
    if (l->chance)
        pl_str_addf(body, "%.5g", 100 * d->majority);
    else
        pl_str_add(body, "NaN");
    pl_str_addf(body, " with lines lc rgb '" PL_COLOR_DARK "' lw 1 dt 3 %s\n",
                l->chance && kind == 0 ? "title 'always the commoner label'" : "notitle");
}

static void add_plot(const pl_study_data *d, const legend *l, int kind, pl_str *body)
{
    pl_str_add(body, "plot ");
    if (kind == 0)
        add_legend(d, l, body);
    for (int i = 0; i < l->count; i++)
        for (int a = 0; a < (l->g[i]->aligned ? 2 : 1); a++)
            add_curve(i, kind, a, body);
    add_chance(d, l, kind, body);
}

/* At most 0.9, so that the axis has a length. */
static double least_drawn(const pl_robust_group *const *g, int count)
{
    double least = 0.9;
    for (int i = 0; i < count; i++)
        for (int a = 0; a < 2; a++)
            for (int k = 0; k < PL_DISTURB_COUNT; k++)
                for (int s = 0; s < PL_DISTURB_STEPS; s++)
                    least = fmin(least, g[i]->at[a][k][s].least);
    return least;
}

static void add_title(const pl_study_data *d, const legend *l, pl_str *body)
{
    bool means = false;
    for (int i = 0; i < l->count; i++)
        means = means || l->g[i]->runs > 1;
    const char *target = pl_target_name(d);
    pl_str title;
    pl_str_init(&title);
    pl_add_cut(&title, d->name, CUT);
    pl_str_add(&title, ": accuracy on test images made worse");
    if (means)
        pl_str_add(&title, ", means of seeds");
    if (d->target && target)
        pl_str_addf(&title, ", %s", target);
    pl_str_add(body, "set multiplot layout 4,2 title ");
    pl_add_gnuplot(body, title.text, 0);
    pl_str_add(body, ".\"");
    for (int i = 0; i <= l->rows; i++)
        pl_str_add(body, "\\n");
    pl_str_add(body, "\"\n");
    pl_str_clear(&title);
}

static legend legend_of(const pl_study_data *d, const pl_robust_group *const *g, int count,
                        double least)
{
    legend l = {.g = g, .count = count, .chance = d->one_test_set && d->majority > least};
    for (int i = 0; i < count; i++)
        l.aligned = l.aligned || g[i]->aligned;
    int kinds = 1 + l.aligned + l.chance;
    l.rows = count > kinds ? count : kinds;
    return l;
}

static void add_panel(const pl_study_data *d, const legend *l, int kind, pl_str *body)
{
    const double *amount = pl_disturbances[kind].amount;
    pl_str_addf(body, "%sset logscale x\n", kind == PL_DISTURB_JPEG ? "" : "un");
    pl_str_addf(body, "set xlabel '%s'\nset xrange [%g:%g]\nset xtics %s\n",
                pl_disturbances[kind].axis, amount[0], amount[PL_DISTURB_STEPS - 1], tics[kind]);
    add_plot(d, l, kind, body);
}

int pl_robust_figure(const pl_study_data *d, const pl_robust_group *const *g, int count,
                     pl_str *body)
{
    double least = least_drawn(g, count);
    const legend l = legend_of(d, g, count, least);
    int step = least < 0.4 ? 20 : 10, height = PANELS + KEY_LINE * (l.rows + 1);
    for (int i = 0; i < count; i++)
        for (int k = 0; k < PL_DISTURB_COUNT; k++)
            for (int a = 0; a < (g[i]->aligned ? 2 : 1); a++)
                add_block(g[i], i, k, a, body);
    add_title(d, &l, body);
    pl_str_addf(body,
                "set grid lc rgb '" PL_COLOR_GRID "' lt 1\nset bars 0\nset tmargin 1\n"
                "set ylabel 'accuracy (%%)'\nset yrange [%g:100]\nset ytics %d\n"
                "set key at screen 0.5, screen %.5f center top vertical maxrows %d Left reverse "
                "samplen 3\n",
                step * floor(100 * least / step), step, 1 - (double)TITLE / height, l.rows);
    for (int k = 0; k < PL_DISTURB_COUNT; k++) {
        add_panel(d, &l, k, body);
        if (k == 0)
            pl_str_add(body, "unset key\n");
    }
    pl_str_add(body, "unset multiplot\n");
    return height;
}
