#include "insight/slices_figure.h"

#include <math.h>
#include <stdlib.h>

#include "draw/escape.h"
#include "insight/scores_names.h"
#include "io/csv.h"

enum { NAME_WIDTH = 26, LINE = 17, FRAME = 150 };

typedef struct ranked {
    double gap;
    size_t slice;
} ranked;

static int by_gap(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    if (x->gap != y->gap)
        return x->gap < y->gap ? -1 : 1;
    return x->slice < y->slice ? -1 : 1;
}

static int by_width(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    if (fabs(x->gap) != fabs(y->gap))
        return fabs(x->gap) > fabs(y->gap) ? -1 : 1;
    return x->slice < y->slice ? -1 : 1;
}

size_t pl_slices_rows(const pl_slices *s, size_t *row, size_t *left_out)
{
    ranked *rank = calloc(s->count + 1, sizeof *rank);
    size_t n = 0;
    if (!rank)
        abort();
    for (size_t k = 0; k < s->count; k++) {
        if (!s->slice[k].part[0].small && !s->slice[k].part[1].small)
            rank[n++] = (ranked){s->slice[k].gap.gap, k};
    }
    size_t shown = n < PL_SLICES_ROWS ? n : PL_SLICES_ROWS;
    qsort(rank, n, sizeof *rank, by_width);
    qsort(rank, shown, sizeof *rank, by_gap);
    for (size_t i = 0; i < shown; i++)
        row[i] = rank[i].slice;
    free(rank);
    if (left_out)
        *left_out = n - shown;
    return shown;
}

static void add_numbers(pl_str *body, pl_str *csv, const double *v, size_t count)
{
    for (size_t k = 0; k < count; k++) {
        pl_str_addf(body, isfinite(v[k]) ? " %.5g" : " NaN", 100.0 * v[k]);
        pl_str_add(csv, ",");
        pl_csv_add_number(csv, v[k]);
    }
}

/* Columns: y, accuracy low high of those that have it, of those that have it not, gap low high, and the gap again where it
 * stays. Returns the least accuracy drawn. */
static double add_block(const pl_slices *s, const size_t *row, size_t n,
                        const pl_slices_words *words, pl_str *body, pl_str *csv)
{
    double least = 1.0;
    pl_str_add(csv, words->row);
    pl_str_add(csv, ",n_with,accuracy_with,low_with,high_with,n_without,accuracy_without,"
                    "low_without,high_without,gap,gap_low,gap_high,p_holm\n");
    pl_str_add(body, "$slices << EOD\n");
    for (size_t i = 0; i < n; i++) {
        const pl_slice *its = &s->slice[row[i]];
        pl_str_addf(body, "%zu", i + 1);
        pl_csv_add(csv, its->attribute);
        for (int v = 1; v >= 0; v--) {
            const pl_slice_part *p = &its->part[v];
            pl_interval w = pl_wilson_share(pl_part_right(p), pl_part_n(p));
            pl_str_addf(csv, ",%lld", p->n[0] + p->n[1]);
            add_numbers(body, csv, (const double[]){pl_part_accuracy(p), w.low, w.high}, 3);
            least = fmin(least, w.low);
        }
        add_numbers(body, csv, (const double[]){its->gap.gap, its->gap.low, its->gap.high}, 3);
        pl_str_addf(body, its->p_holm < 0.05 ? " %.5g\n" : " NaN\n", 100.0 * its->gap.gap);
        pl_str_add(csv, ",");
        pl_csv_add_number(csv, its->p_holm);
        pl_str_add(csv, "\n");
    }
    pl_str_add(body, "EOD\n");
    return least;
}

/* Names at the left, or, without words, only the rows' lines. */
static void add_tics(const pl_slices *s, const size_t *row, size_t n, const pl_slices_words *words,
                     pl_str *body)
{
    pl_str_add(body, "set ytics scale 0 (");
    for (size_t i = 0; i < n; i++) {
        const pl_slice *its = &s->slice[row[i]];
        pl_str name;
        pl_str_init(&name);
        if (words)
            pl_add_cut(&name, its->attribute, NAME_WIDTH);
        if (words && words->counted) {
            char images[PL_NUMBER_TEXT];
            pl_str_addf(
                &name, " (%s)",
                pl_human_count(its->part[1].n[0] + its->part[1].n[1], images, sizeof images));
        }
        pl_str_add(body, i ? ", " : "");
        pl_add_gnuplot_tic(body, name.text, 0);
        pl_str_addf(body, " %zu", i + 1);
        pl_str_clear(&name);
    }
    pl_str_add(body, ")\n");
}

/* An axis from low to high with about five tics. */
static void add_axis(double low, double high, pl_str *body)
{
    static const double steps[] = {1, 2, 5, 10, 20};
    size_t k = 0;
    while (k + 1 < sizeof steps / sizeof steps[0] && (high - low) / steps[k] > 6)
        k++;
    pl_str_addf(body, "set xrange [%.5g:%.5g]\nset xtics %g\n", low, high, steps[k]);
}

static void add_shares(const pl_slices *s, const pl_slices_words *words, pl_str *body)
{
    pl_str_addf(body, "set xlabel '%s (%%), %s images'\nplot ", words->share,
                pl_side_word(s->group.side));
    if (isnan(words->all)) /* keeps the keys of both panels at one height */
        pl_str_add(body, "NaN with lines lc rgb '#ffffff' title ' ', ");
    else
        pl_str_addf(body,
                    "$all using 1:2 with lines lc rgb '" PL_COLOR_DARK
                    "' dt 3 title 'all: %.2f %%', ",
                    100 * words->all);
    pl_str_add(body, "$slices using 5:($1+0.17):6:7 with xerrorbars lc rgb '" PL_COLOR_BAD
                     "' lw 1 pt 6 ps 0.7 title ");
    pl_add_gnuplot(body, words->without, 0);
    pl_str_add(body, ", $slices using 2:($1-0.17):3:4 with xerrorbars lc rgb '" PL_COLOR_GOOD
                     "' lw 1.2 pt 7 ps 0.7 title ");
    pl_add_gnuplot(body, words->with, 0);
    pl_str_add(body, "\n");
}

static void add_gaps(const pl_slices_words *words, pl_str *body)
{
    pl_str_add(body, "set xlabel ");
    pl_add_gnuplot(body, words->gap, 0);
    pl_str_add(
        body, ".' (points)'\nplot $none using 1:2 with lines lc rgb '" PL_COLOR_DARK
              "' dt 3 title 'no gap', $slices using 8:1:9:10 with xerrorbars lc rgb '" PL_COLOR_DARK
              "' lw 1 pt 6 ps 0.7 title 'gap, 95 % interval', $slices using 11:1 with points lc "
              "rgb '" PL_COLOR_DARK "' pt 7 ps 0.7 title 'p < 0.05 after Holm'\n");
}

int pl_slices_figure(const pl_slices *s, const size_t *row, size_t n, const pl_slices_words *words,
                     const char *title, pl_str *body, pl_str *csv)
{
    double least = add_block(s, row, n, words, body, csv), low = 0.0, high = 0.0;
    for (size_t i = 0; i < n; i++) {
        low = fmin(low, 100 * s->slice[row[i]].gap.low);
        high = fmax(high, 100 * s->slice[row[i]].gap.high);
    }
    if (!isnan(words->all))
        pl_str_addf(body, "$all << EOD\n%.5g 0.4\n%.5g %zu.6\nEOD\n", 100 * words->all,
                    100 * words->all, n);
    pl_str_addf(body, "$none << EOD\n0 0.4\n0 %zu.6\nEOD\n", n);
    pl_str_add(body, "set multiplot layout 1,2 title ");
    pl_add_gnuplot(body, title, 90);
    pl_str_addf(body,
                ".\"\\n\" noenhanced\nset grid lc rgb '" PL_COLOR_GRID "' lt 1\n"
                "set yrange [%zu.6:0.4] noreverse\nset key tmargin center vertical maxrows 3 Left "
                "reverse samplen 1.5\nset bars 0\nset lmargin at screen 0.29\nset rmargin at "
                "screen 0.61\n",
                n);
    add_tics(s, row, n, words, body);
    add_axis(fmax(0.0, 100 * least - 1.0), 100.5, body);
    add_shares(s, words, body);
    pl_str_add(body, "set lmargin at screen 0.67\nset rmargin at screen 0.98\n");
    add_tics(s, row, n, NULL, body);
    add_axis(low - 0.5, high + 0.5, body);
    add_gaps(words, body);
    pl_str_add(body, "unset multiplot\n");
    return FRAME + (int)n * LINE;
}
