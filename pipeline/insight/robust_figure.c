#include "insight/robust_figure.h"

#include <math.h>
#include <stdlib.h>

#include "draw/escape.h"
#include "draw/figures.h"
#include "insight/scores_names.h"

/* PANELS: height without the legend, points. CUT: characters of a label; two labels side by side. */
enum { PANELS = 760, TITLE = 26, KEY_LINE = 18, CUT = 40 };

static const char *const color[PL_ROBUST_DRAWN] = {PL_COLOR_1, PL_COLOR_2, PL_COLOR_3, PL_COLOR_5};

/* Of the x axis, in the order of pl_disturbances. JPEG's qualities are steps of a factor. */
static const char *const tics[PL_DISTURB_COUNT] = {
    "0.2", "0.1", "0.1", "10", "1", "0.1", "(2, 5, 10, 20, 50, 101)", "0.25"};

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

static void add_line(const pl_study_data *d, const pl_robust_group *g, int index, int kind,
                     int align, pl_str *body)
{
    pl_str_addf(body,
                "$d%d_%d_%d using 1:2:3:4 with yerrorbars lc rgb '%s' lw 1 dt 1 pt -1 notitle, "
                "'' using 1:2 with linespoints lc rgb '%s' lw 1.5 dt %s pt %d ps 0.5 ",
                index, kind, align, color[index], color[index], align ? "(8,5)" : "1",
                align ? 6 : 7);
    if (kind > 0) {
        pl_str_add(body, "notitle");
        return;
    }
    pl_str label;
    pl_str_init(&label);
    pl_add_cut(&label, d->group[g->group].label, CUT);
    if (g->runs > 1)
        pl_str_addf(&label, ", mean of %d", g->runs);
    if (align)
        pl_str_add(&label, ", aligned");
    pl_str_add(body, "title ");
    pl_add_gnuplot(body, label.text, 0);
    pl_str_clear(&label);
}

/* The line of who always says the commoner label. */
static void add_chance(const pl_study_data *d, int kind, pl_str *body)
{
    pl_str_addf(body, ", %.5g with lines lc rgb '" PL_COLOR_DARK "' lw 1 dt 3 %s",
                100 * d->majority, kind > 0 ? "notitle" : "title 'always the commoner label'");
}

/* In the order of the legend: a column of those as they are, a column of the aligned ones. */
static void add_plot(const pl_study_data *d, const pl_robust_group *const *g, int count, int kind,
                     bool chance, pl_str *body)
{
    for (int i = 0; i < count; i++) {
        pl_str_add(body, i ? ", " : "plot ");
        add_line(d, g[i], i, kind, 0, body);
    }
    if (chance)
        add_chance(d, kind, body);
    for (int i = 0; i < count; i++)
        if (g[i]->aligned) {
            pl_str_add(body, ", ");
            add_line(d, g[i], i, kind, 1, body);
        }
    pl_str_add(body, "\n");
}

static double least_drawn(const pl_robust_group *const *g, int count)
{
    double least = 1;
    for (int i = 0; i < count; i++)
        for (int a = 0; a < 2; a++)
            for (int k = 0; k < PL_DISTURB_COUNT; k++)
                for (int s = 0; s < PL_DISTURB_STEPS; s++)
                    least = fmin(least, g[i]->at[a][k][s].least);
    return least;
}

static void add_title(const pl_study_data *d, int lines, pl_str *body)
{
    const char *target = pl_target_name(d);
    pl_str title;
    pl_str_init(&title);
    pl_add_cut(&title, d->name, CUT);
    pl_str_add(&title, ": accuracy on test images made worse");
    if (d->target && target)
        pl_str_addf(&title, ", %s", target);
    pl_str_add(body, "set multiplot layout 4,2 title ");
    pl_add_gnuplot(body, title.text, 0);
    pl_str_add(body, ".\"");
    for (int i = 0; i < lines; i++)
        pl_str_add(body, "\\n");
    pl_str_add(body, "\"\n");
    pl_str_clear(&title);
}

int pl_robust_figure(const pl_study_data *d, const pl_robust_group *const *g, int count,
                     pl_str *body)
{
    double least = least_drawn(g, count);
    bool chance = d->one_test_set && d->majority > least;
    int step = least < 0.4 ? 20 : 10, rows = count + chance;
    int height = PANELS + KEY_LINE * (rows + 1);
    for (int i = 0; i < count; i++)
        for (int k = 0; k < PL_DISTURB_COUNT; k++)
            for (int a = 0; a < (g[i]->aligned ? 2 : 1); a++)
                add_block(g[i], i, k, a, body);
    add_title(d, rows + 1, body);
    pl_str_addf(body,
                "set grid lc rgb '" PL_COLOR_GRID
                "' lt 1\nset bars 0\nset tmargin 1\nset ylabel 'accuracy (%%)'\n"
                "set yrange [%g:100]\nset ytics %d\n",
                step * floor(100 * least / step), step);
    for (int k = 0; k < PL_DISTURB_COUNT; k++) {
        const double *amount = pl_disturbances[k].amount;
        if (k == 0)
            pl_str_addf(body,
                        "set key at screen 0.5, screen %.5f center top vertical maxrows %d Left "
                        "reverse samplen 3\n",
                        1 - (double)TITLE / height, rows);
        else
            pl_str_add(body, "unset key\n");
        pl_str_addf(body, "%sset logscale x\n", k == PL_DISTURB_JPEG ? "" : "un");
        pl_str_addf(body, "set xlabel '%s'\nset xrange [%g:%g]\nset xtics %s\n",
                    pl_disturbances[k].axis, amount[0], amount[PL_DISTURB_STEPS - 1], tics[k]);
        add_plot(d, g, count, k, chance, body);
    }
    pl_str_add(body, "unset multiplot\n");
    return height;
}
