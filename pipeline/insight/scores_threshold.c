/* What a threshold other than 0.5 would do. */
#include <math.h>
#include <stdlib.h>

#include "draw/escape.h"
#include "draw/figures.h"
#include "insight/scores_figures.h"
#include "insight/scores_line.h"
#include "io/csv.h"

enum { LINES = 4 };

/* So far may a drawn line lie off, in parts of an axis. */
static const double near = 0.001;

static double value_of(const pl_threshold_row *r, int line)
{
    const double v[LINES] = {r->recall_0, r->recall_1, r->accuracy, r->balanced};
    return v[line];
}

/* The rows that some line needs. */
static bool *rows_kept(const pl_threshold_row *row, size_t rows)
{
    bool *keep = calloc(rows + 1, 1), *its = calloc(rows + 1, 1);
    double *x = calloc(rows + 1, sizeof *x), *y = calloc(rows + 1, sizeof *y);
    if (!keep || !its || !x || !y)
        abort();
    for (int line = 0; line < LINES; line++) {
        if (isnan(value_of(&row[0], line)))
            continue;
        for (size_t i = 0; i < rows; i++) {
            x[i] = row[i].threshold;
            y[i] = value_of(&row[i], line);
        }
        pl_line_keep(x, y, rows, near, its);
        for (size_t i = 0; i < rows; i++)
            keep[i] = keep[i] || its[i];
    }
    free(its);
    free(x);
    free(y);
    return keep;
}

/* The lower end of the axis: what the lines reach between 0.05 and 0.95, in steps of 10, and no more than 90. */
static double lowest(const pl_threshold_row *row, size_t rows)
{
    double least = 0.9;
    for (size_t i = 0; i < rows; i++) {
        if (row[i].threshold < 0.05 || row[i].threshold > 0.95)
            continue;
        for (int line = 0; line < LINES; line++)
            least = fmin(least, value_of(&row[i], line));
    }
    return 10.0 * floor(10.0 * least);
}

static void add_rows(const pl_threshold_row *row, size_t rows, pl_str *body, pl_str *csv)
{
    bool *keep = rows_kept(row, rows);
    pl_str_add(body, "$rows << EOD\n");
    for (size_t i = 0; i < rows; i++) {
        if (!keep[i])
            continue;
        pl_csv_add_number(csv, row[i].threshold);
        pl_str_addf(body, "%.5g", row[i].threshold);
        const double v[LINES] = {row[i].accuracy, row[i].recall_0, row[i].recall_1,
                                 row[i].balanced};
        for (int k = 0; k < LINES; k++) {
            pl_str_add(csv, ",");
            pl_csv_add_number(csv, v[k]);
            pl_str_addf(body, isnan(v[k]) ? " NaN" : " %.5g", 100.0 * v[k]);
        }
        pl_str_add(csv, "\n");
        pl_str_add(body, "\n");
    }
    pl_str_add(body, "EOD\n");
    free(keep);
}

/* An upright line with its place and what is reached there; its data block is $NAME. */
static void add_upright(const char *name, double at, double balanced, const char *color,
                        const char *what, pl_str *body)
{
    pl_str_addf(body, ", $%s using 1:2 with lines lc rgb '%s' dt 3 lw 1.5 title '%s %.3g", name,
                color, what, at);
    if (!isnan(balanced))
        pl_str_addf(body, ": balanced %.2f %%", 100.0 * balanced);
    pl_str_add(body, "'");
}

static void add_lines(const pl_shown *s, pl_str *body)
{
    const pl_run_scores *its = &s->scores;
    pl_str_add(body,
               "plot $rows using 1:2 with lines lc rgb '" PL_COLOR_DARK "' lw 2 title 'accuracy'");
    for (int k = 0; k < 2; k++) {
        if (s->judged.of[k] == 0)
            continue;
        pl_str_addf(body, ", $rows using 1:%d with lines lc rgb '%s' lw 1.5%s title 'recall of '.",
                    3 + k, k ? PL_COLOR_GOOD : PL_COLOR_BAD, k ? "" : " dt 2");
        pl_add_gnuplot(body, s->name[k], 0);
    }
    if (pl_shown_both_classes(s))
        pl_str_add(body, ", $rows using 1:5 with lines lc rgb '" PL_COLOR_DARK
                         "' lw 1.5 dt 4 title 'balanced accuracy'");
    add_upright("half", 0.5, its->at_half.balanced, PL_COLOR_DARK, "at", body);
    if (!isnan(its->threshold_balanced))
        add_upright("best", its->threshold_balanced, its->at_balanced.balanced, PL_COLOR_5,
                    "best on validation,", body);
    pl_str_add(body, "\n");
}

void pl_threshold_figure(const pl_shown *s, pl_str *body, pl_str *csv)
{
    const pl_run_scores *its = &s->scores;
    size_t rows;
    pl_threshold_row *row = pl_thresholds_new(s->judged.p, s->judged.label, s->judged.count, &rows);
    pl_str_add(csv, "threshold,accuracy,recall_0,recall_1,balanced_accuracy\n");
    add_rows(row, rows, body, csv);
    double low = lowest(row, rows);
    free(row);
    pl_str_addf(body, "$half << EOD\n0.5 %.9g\n0.5 100.5\nEOD\n", low);
    if (!isnan(its->threshold_balanced))
        pl_str_addf(body, "$best << EOD\n%.5g %.9g\n%.5g 100.5\nEOD\n", its->threshold_balanced,
                    low, its->threshold_balanced);
    pl_str_add(body, "set title ");
    pl_add_gnuplot(body, s->title, 80);
    pl_str_addf(body,
                " noenhanced\nset grid lc rgb '" PL_COLOR_GRID "' lt 1\nset xrange [0:1]\n"
                "set yrange [%.9g:100.5]\nset xtics 0.1\n"
                "set key tmargin center vertical maxrows 3 Left reverse samplen 2\n"
                "set ylabel '%% of the %s images'\nset xlabel 'threshold: named '.",
                low, pl_side_word(its->side));
    pl_add_gnuplot(body, s->name[1], 0);
    pl_str_add(body, ".' above it'\n");
    add_lines(s, body);
}
