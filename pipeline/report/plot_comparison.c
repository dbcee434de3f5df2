#include <math.h>
#include <stdlib.h>

#include "draw/escape.h"
#include "draw/figures.h"
#include "report/plot_bodies.h"
#include "report/plots.h"
#include "stats/interval.h"

enum { LABEL_WIDTH = 44, LINE_HEIGHT = 17, ROW_GAP = 11, FRAME = 165 };

/* Points a character of a name takes at most, on average. */
#define CHARACTER 7.4

/* A drawn row: the group, or -1 for the gap where groups are left out. */
typedef struct row {
    int group;
    double mean, low, high;
    bool seeds; /* several: Student's interval; one: the binomial standard error */
} row;

static row row_of(const pl_study_data *d, int group)
{
    const pl_report_group *g = &d->group[group];
    const pl_summary *s = &g->summary[PL_TEST_ACCURACY];
    row r = {group, s->mean, s->low, s->high, s->n > 1};
    if (s->n == 1) {
        double error = pl_share_error(s->mean, (double)pl_confusion_total(&g->test));
        r.low = isnan(error) ? s->mean : s->mean - error;
        r.high = isnan(error) ? s->mean : s->mean + error;
    }
    return r;
}

/* Picks the rows: all, or the best and the worst with a gap between. */
static int choose_rows(const pl_study_data *d, const int *order, int count, row *rows)
{
    int n = 0;
    bool cut = count > PL_PLOTS_MAX_ROWS;
    for (int i = 0; i < count; i++) {
        if (cut && i == PL_PLOTS_MAX_ROWS / 2) {
            rows[n++] = (row){-1, (double)NAN, (double)NAN, (double)NAN, false};
            i = count - PL_PLOTS_MAX_ROWS / 2;
        }
        rows[n++] = row_of(d, order[i]);
    }
    return n;
}

/* Names at the left, numbers at the right; names are labels, because gnuplot cuts long tics.
 * Returns the most lines a name takes; *width is the longest line's characters. */
static int add_names(const pl_study_data *d, const row *rows, int n, int left_out, size_t *width,
                     pl_str *s)
{
    int most = 1;
    char text[PL_NUMBER_TEXT];
    *width = 0;
    for (int i = 0; i < n; i++) {
        char *gap = rows[i].group < 0 ? pl_format("(%d groups left out)", left_out) : NULL;
        const char *name = gap ? gap : d->group[rows[i].group].label;
        size_t chars = pl_text_width(name) < LABEL_WIDTH ? pl_text_width(name) : LABEL_WIDTH;
        *width = chars > *width ? chars : *width;
        pl_str_add(s, "set label ");
        int lines = pl_add_gnuplot(s, name, LABEL_WIDTH);
        most = lines > most ? lines : most;
        pl_str_addf(s, " at graph 0, first %d right offset character -1,%.1f\n", i + 1,
                    0.5 * (lines - 1));
        free(gap);
    }
    pl_str_add(s, "unset ytics\nset y2tics scale 0 (");
    for (int i = 0; i < n; i++)
        pl_str_addf(s, "'%s' %d%s", rows[i].group < 0 ? "" : pl_percent_text(rows[i].mean, text),
                    i + 1, i + 1 < n ? ", " : ")\n");
    return most;
}

static void add_block(const row *rows, int n, bool seeds, pl_str *s)
{
    pl_str_addf(s, "$%s << EOD\n", seeds ? "seeds" : "single");
    for (int i = 0; i < n; i++) {
        if (rows[i].group >= 0 && rows[i].seeds == seeds)
            pl_str_addf(s, "%.9g %.9g %.9g %d\n", 100 * rows[i].mean, 100 * fmax(0.0, rows[i].low),
                        100 * fmin(1.0, rows[i].high), i + 1);
    }
    pl_str_add(s, "EOD\n");
}

/* The range of x holds everything drawn, with a twentieth of it free at both sides. */
static void add_range(const row *rows, int n, double baseline, pl_str *s)
{
    double low = 1.0, high = 0.0;
    for (int i = 0; i < n; i++) {
        if (rows[i].group < 0)
            continue;
        low = fmin(low, fmax(0.0, rows[i].low));
        high = fmax(high, fmin(1.0, rows[i].high));
    }
    if (!isnan(baseline)) {
        low = fmin(low, baseline);
        high = fmax(high, baseline);
    }
    double free_side = fmax(0.05 * (high - low), 0.005);
    pl_str_addf(s, "set xrange [%.9g:%.9g]\n", 100 * fmax(0.0, low - free_side),
                100 * fmin(1.0, high + free_side));
}

int pl_plot_comparison(const pl_study_data *d, const int *order, int count, pl_str *body)
{
    row *rows = calloc((size_t)count + 1, sizeof *rows);
    if (!rows)
        abort();
    int n = choose_rows(d, order, count, rows);
    bool any[2] = {false, false};
    for (int i = 0; i < n; i++) {
        if (rows[i].group >= 0)
            any[rows[i].seeds] = true;
    }
    add_block(rows, n, true, body);
    add_block(rows, n, false, body);
    pl_str_addf(body, "$baseline << EOD\n%.9g 0.6\n%.9g %d.4\nEOD\n", 100 * d->majority,
                100 * d->majority, n);
    char images[PL_NUMBER_TEXT];
    pl_str_add(body, "set key tmargin center vertical maxrows 3 title ");
    pl_add_gnuplot(body, d->name, 80);
    pl_str_addf(body, "\nset xlabel 'test accuracy (%%)");
    if (d->test_images && d->one_test_set)
        pl_str_addf(body, ", %s test images",
                    pl_human_count(d->test_images, images, sizeof images));
    pl_str_addf(body,
                "'\nset yrange [%d.4:0.6] noreverse\nset y2range [%d.4:0.6] noreverse\n"
                "set grid xtics lc rgb '" PL_COLOR_GRID "' lt 1\n"
                "set border 1\nset xtics nomirror\n",
                n, n);
    size_t width;
    int lines = add_names(d, rows, n, count - PL_PLOTS_MAX_ROWS, &width, body);
    pl_str_addf(body, "set lmargin at screen %.4f\n",
                (20 + CHARACTER * (double)width) / PL_COMPARISON_WIDTH);
    add_range(rows, n, d->majority, body);
    const char *comma = "plot";
    if (!isnan(d->majority)) {
        pl_str_addf(body,
                    "plot $baseline using 1:2 with lines lc rgb '" PL_COLOR_DARK
                    "' dt 2 lw 1.5 title 'always the commoner class: %.2f %%'",
                    100 * d->majority);
        comma = ",";
    }
    if (any[1]) {
        pl_str_addf(body,
                    "%s $seeds using 1:4:2:3 with xerrorbars lc rgb '" PL_COLOR_TRAIN
                    "' lw 1.5 pt 7 ps 0.9 title 'mean over seeds, 95 %% interval (Student t)'",
                    comma);
        comma = ",";
    }
    if (any[0])
        pl_str_addf(body,
                    "%s $single using 1:4:2:3 with xerrorbars lc rgb '" PL_COLOR_VAL
                    "' lw 1.5 pt 6 ps 0.9 title 'one seed, ± one binomial standard error of the "
                    "test set'",
                    comma);
    pl_str_add(body, "\n");
    free(rows);
    return FRAME + n * (lines * LINE_HEIGHT + ROW_GAP);
}
