/* The reliability diagram. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "draw/escape.h"
#include "draw/figures.h"
#include "insight/scores_figures.h"
#include "io/csv.h"
#include "stats/calibration.h"
#include "stats/interval.h"

static void add_bins(const pl_side_answers *a, const float *p, const char *name, pl_str *body,
                     pl_str *csv)
{
    pl_bin bin[PL_CALIBRATION_BINS];
    pl_reliability(p, a->label, a->count, PL_CALIBRATION_BINS, bin);
    pl_str_addf(body, "$%s << EOD\n", name);
    for (int k = 0; k < PL_CALIBRATION_BINS; k++) {
        double low = (double)k / PL_CALIBRATION_BINS, high = (double)(k + 1) / PL_CALIBRATION_BINS;
        double ones = bin[k].share * (double)bin[k].count;
        pl_interval i = pl_wilson(bin[k].count ? llround(ones) : 0, bin[k].count);
        if (bin[k].count)
            pl_str_addf(body, "%.5g %.5g %.5g %.5g %.5g %lld\n", 0.5 * (low + high), bin[k].mean,
                        bin[k].share, i.low, i.high, bin[k].count);
        pl_str_addf(csv, "%s,%.9g,%.9g,%lld", name, low, high, bin[k].count);
        const double v[4] = {bin[k].mean, bin[k].share, i.low, i.high};
        for (int j = 0; j < 4; j++) {
            pl_str_add(csv, ",");
            pl_csv_add_number(csv, v[j]);
        }
        pl_str_add(csv, "\n");
    }
    pl_str_add(body, "EOD\n");
}

static void add_line(const char *block, const pl_calibrated *c, const char *name, const char *look,
                     pl_str *body)
{
    pl_str_addf(body, ", $%s using 2:3 with linespoints %s title '%s: ECE %.4f, Brier %.4f'", block,
                look, name, c->ece, c->brier);
}

/* The group, and what the temperature does to the log loss. */
static void add_title(const pl_shown *s, bool after, pl_str *body)
{
    const pl_run_scores *its = &s->scores;
    pl_str_add(body, "set multiplot layout 1,2 title ");
    pl_add_gnuplot(body, s->title, 90);
    pl_str_addf(body, ".\"\\nlog loss %.4f", its->before.log_loss);
    if (after)
        pl_str_addf(body, "; %.4f with the temperature %.3f, fitted on validation",
                    its->after.log_loss, its->temperature);
    pl_str_add(body, "\\n\" noenhanced\n");
}

void pl_calibration_figure(const pl_shown *s, pl_str *body, pl_str *csv)
{
    const pl_run_scores *its = &s->scores;
    bool after = !isnan(its->after.ece);
    float *p = malloc((s->judged.count + 1) * sizeof *p);
    if (!p)
        abort();
    pl_str_add(csv, "probabilities,bin_low,bin_high,images,mean_probability,share_1,low,high\n");
    add_bins(&s->judged, s->judged.p, "given", body, csv);
    for (size_t i = 0; after && i < s->judged.count; i++)
        p[i] = pl_temperature_apply(s->judged.p[i], its->temperature);
    if (after)
        add_bins(&s->judged, p, "calibrated", body, csv);
    free(p);
    add_title(s, after, body);
    pl_str_add(body,
               "set grid lc rgb '" PL_COLOR_GRID "' lt 1\nset xrange [0:1]\nset yrange [0:1]\n"
               "set xtics 0.2\nset ytics 0.2\nset key tmargin center vertical maxrows 3 Left "
               "reverse samplen 2\nset xlabel 'probability of '.");
    pl_add_gnuplot(body, s->name[1], 0);
    pl_str_add(body, "\nset ylabel 'share that is '.");
    pl_add_gnuplot(body, s->name[1], 0);
    pl_str_add(body, "\nplot x with lines lc rgb '" PL_COLOR_DARK
                     "' dt 3 title 'means what it says', $given using 2:3:4:5 with yerrorbars lc "
                     "rgb '" PL_COLOR_1 "' lw 1 pt 7 ps 0.7 notitle");
    add_line("given", &its->before, "as given", "lc rgb '" PL_COLOR_1 "' lw 1.5 pt 7 ps 0.7", body);
    if (after)
        add_line("calibrated", &its->after, "temperature",
                 "lc rgb '" PL_COLOR_2 "' lw 1.5 dt 2 pt 6 ps 0.8", body);
    pl_str_addf(body,
                "\nset logscale y\nset xrange [-0.05:1.05]\nset yrange [0.7:*]\nset ytics "
                "autofreq\nset key tmargin center "
                "vertical maxrows 3\nset ylabel '%s images'\nset style fill solid 0.6\n"
                "plot $given using 1:6:(0.09) with boxes lc rgb '" PL_COLOR_1
                "' title 'images in each tenth', $given using 1:6:6 with labels offset 0,0.6 "
                "notitle\nunset multiplot\n",
                pl_side_word(s->runs.side));
}
