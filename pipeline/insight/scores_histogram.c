/* What probabilities the images of each class get. */
#include <math.h>
#include <stdlib.h>

#include "draw/escape.h"
#include "draw/figures.h"
#include "insight/scores_figures.h"
#include "io/csv.h"

enum { LOG_ABOVE = 20 /* a logarithmic axis where the highest box is so many times the lowest */ };

/* Bins of equal width, each with its upper end; 0 belongs to the first. */
static int bin_of(float p)
{
    int k = (int)ceil((double)p * PL_HISTOGRAM_BINS) - 1;
    return k < 0 ? 0 : k >= PL_HISTOGRAM_BINS ? PL_HISTOGRAM_BINS - 1 : k;
}

void pl_histogram_figure(const pl_shown *s, pl_str *body, pl_str *csv)
{
    long long count[PL_HISTOGRAM_BINS][2] = {{0}};
    const pl_side_answers *a = &s->judged;
    for (size_t i = 0; i < a->count; i++)
        count[bin_of(a->p[i])][a->label[i]]++;
    double most = 0.0, least = 100.0;
    pl_str_add(csv, "bin_low,bin_high,images_0,images_1,share_0,share_1\n");
    pl_str_add(body, "$bins << EOD\n");
    for (int k = 0; k < PL_HISTOGRAM_BINS; k++) {
        double low = (double)k / PL_HISTOGRAM_BINS, high = (double)(k + 1) / PL_HISTOGRAM_BINS;
        pl_str_addf(csv, "%.9g,%.9g,%lld,%lld", low, high, count[k][0], count[k][1]);
        pl_str_addf(body, "%.9g", 50.0 * (low + high));
        for (int c = 0; c < 2; c++) {
            double share = a->of[c] ? (double)count[k][c] / (double)a->of[c] : (double)NAN;
            pl_str_add(csv, ",");
            pl_csv_add_number(csv, share);
            pl_str_addf(body, share > 0 ? " %.5g" : " NaN", 100.0 * share);
            if (share > 0) {
                most = fmax(most, 100.0 * share);
                least = fmin(least, 100.0 * share);
            }
        }
        pl_str_add(csv, "\n");
        pl_str_add(body, "\n");
    }
    pl_str_add(body, "EOD\nset title ");
    pl_add_gnuplot(body, s->title, 80);
    pl_str_addf(body,
                " noenhanced\nset grid lc rgb '" PL_COLOR_GRID "' lt 1\nset xrange [0:100]\n"
                "set xtics 10\nset key tmargin center horizontal samplen 1.5\nset style fill solid "
                "0.75 noborder\nset xlabel 'probability of '.");
    pl_add_gnuplot(body, s->name[1], 0);
    pl_str_addf(body, ".' (%%)'\nset ylabel 'share of the class, %% of its %s images'\n",
                pl_side_word(s->runs.side));
    if (most > LOG_ABOVE * least)
        pl_str_addf(body, "set logscale y\nset yrange [%.5g:120]\n", 0.7 * least);
    else
        pl_str_addf(body, "set yrange [0:%.5g]\n", most > 0 ? 1.08 * most : 1.0);
    const char *comma = "plot ";
    for (int c = 0; c < 2; c++) {
        if (a->of[c] == 0)
            continue;
        char images[PL_NUMBER_TEXT];
        pl_str_addf(body, "%s$bins using ($1%+g):%d:(2) with boxes lc rgb '%s' title ", comma,
                    c ? 1.0 : -1.0, 2 + c, c ? PL_COLOR_GOOD : PL_COLOR_BAD);
        pl_add_gnuplot(body, s->name[c], 0);
        pl_str_addf(body, ".' (%s images)'",
                    pl_human_count((long long)a->of[c], images, sizeof images));
        comma = ", ";
    }
    pl_str_add(body, "\n");
}
