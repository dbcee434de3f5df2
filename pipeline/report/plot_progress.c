/* The figure of a study in which runs were stopped: who was ahead, and when the others went. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "draw/escape.h"
#include "draw/figures.h"
#include "io/csv.h"
#include "report/plot_bodies.h"

enum { MOST_LINES = 100 };

static bool counts(const pl_report_run *r)
{
    return r->epoch_count > 0 && strcmp(pl_run_step(r), "epoch") == 0;
}

static size_t epochs_of(const pl_study_data *d, const pl_report_group *g)
{
    size_t most = 0;
    for (int k = 0; k < g->run_count; k++) {
        const pl_report_run *r = &d->run[g->run[k]];
        most = counts(r) && r->epoch_count > most ? r->epoch_count : most;
    }
    return most;
}

/* The mean over the group's runs that have this epoch. */
static double mean_at(const pl_study_data *d, const pl_report_group *g, size_t epoch)
{
    double sum = 0;
    int n = 0;
    for (int k = 0; k < g->run_count; k++) {
        const pl_report_run *r = &d->run[g->run[k]];
        if (counts(r) && epoch < r->epoch_count && isfinite(r->epoch[epoch].val_accuracy)) {
            sum += r->epoch[epoch].val_accuracy;
            n++;
        }
    }
    return n > 0 ? sum / n : (double)NAN;
}

bool pl_study_has_progress(const pl_study_data *d)
{
    for (int i = 0; i < d->run_count; i++) {
        const pl_report_run *r = &d->run[i];
        if (!r->done && counts(r) && isfinite(r->epoch[0].val_accuracy))
            return true;
    }
    return false;
}

/* The groups with a line: all, or MOST_LINES evenly spaced in the order of runs.csv. Returns how
 * many; *all: of how many. */
static int choose_lines(const pl_study_data *d, int *line, int *all)
{
    int n = 0;
    for (int g = 0; g < d->group_count; g++) {
        if (epochs_of(d, &d->group[g]) > 0)
            line[n++] = g;
    }
    *all = n;
    if (n <= MOST_LINES)
        return n;
    for (int i = 0; i < MOST_LINES; i++)
        line[i] = line[(long long)i * (n - 1) / (MOST_LINES - 1)];
    return MOST_LINES;
}

/* One block of lines: the finished groups or the others; returns whether there is any. */
static bool add_block(const pl_study_data *d, const int *line, int n, bool finished, pl_str *s)
{
    bool any = false;
    pl_str_addf(s, "$%s << EOD\n", finished ? "finished" : "stopped");
    for (int i = 0; i < n; i++) {
        const pl_report_group *g = &d->group[line[i]];
        if ((g->done > 0) != finished)
            continue;
        for (size_t k = 0; k < epochs_of(d, g); k++) {
            double mean = mean_at(d, g, k);
            pl_str_addf(s, isfinite(mean) ? "%zu %.9g\n" : "%zu NaN\n", k + 1, 100 * mean);
        }
        pl_str_add(s, "\n"); /* ends the line */
        any = true;
    }
    pl_str_add(s, "EOD\n");
    return any;
}

void pl_plot_progress(const pl_study_data *d, pl_str *s)
{
    int *line = calloc((size_t)d->group_count + 1, sizeof *line), all;
    if (!line)
        abort();
    int n = choose_lines(d, line, &all);
    size_t last = 1;
    for (int i = 0; i < n; i++) {
        size_t its = epochs_of(d, &d->group[line[i]]);
        last = its > last ? its : last;
    }
    bool stopped = add_block(d, line, n, false, s), finished = add_block(d, line, n, true, s);
    char *cut = all > n ? pl_format(", %d of %d groups", n, all) : pl_strdup("");
    char *title = pl_format("%s: validation accuracy, mean over seeds%s", d->name, cut);
    pl_str_add(s, "set title ");
    pl_add_gnuplot(s, title, 100);
    pl_str_addf(s,
                " noenhanced\nset grid lc rgb '" PL_COLOR_GRID "' lt 1\nset xlabel 'epoch'\n"
                "set ylabel 'validation accuracy (%%)'\nset xrange [%.9g:%.9g]\nset xtics %.9g\n"
                "set key outside right top\nset offsets 0,0,graph 0.05,graph 0.05\n",
                1 - 0.03 * (double)last, (double)last + 0.03 * (double)last,
                last > 10 ? ceil((double)last / 10) : 1.0);
    if (stopped)
        pl_str_add(s, "plot $stopped using 1:2 with linespoints lc rgb '" PL_COLOR_SOFT
                      "' lw 0.7 pt 7 ps 0.3 "
                      "title 'stopped'");
    if (finished)
        pl_str_addf(s,
                    "%s $finished using 1:2 with linespoints lc rgb '" PL_COLOR_TRAIN
                    "' lw 1.5 pt 7 ps 0.5 title 'finished'",
                    stopped ? "," : "plot");
    pl_str_add(s, "\n");
    free(title);
    free(cut);
    free(line);
}

void pl_progress_csv(const pl_study_data *d, pl_str *csv)
{
    int *line = calloc((size_t)d->group_count + 1, sizeof *line), all;
    if (!line)
        abort();
    int n = choose_lines(d, line, &all);
    pl_str_add(csv, "group,finished,epoch,val_accuracy\n");
    for (int i = 0; i < n; i++) {
        const pl_report_group *g = &d->group[line[i]];
        for (size_t k = 0; k < epochs_of(d, g); k++) {
            pl_csv_add(csv, g->name);
            pl_str_addf(csv, ",%d,%zu,", g->done > 0, k + 1);
            pl_csv_add_number(csv, mean_at(d, g, k));
            pl_str_add(csv, "\n");
        }
    }
    free(line);
}
