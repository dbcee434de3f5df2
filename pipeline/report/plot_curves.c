/* Learning curves: their mean over the seeds, band and best epoch, as a figure, as a table and for the page. */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "draw/escape.h"
#include "draw/figures.h"
#include "io/csv.h"
#include "report/plot_bodies.h"

enum { ACCURACY, LOSS, PANELS, SIDES = 2, MOST_POINTS = 250 };

typedef struct band {
    double mean, low, high;
    int n; /* runs with a value */
} band;

static double value_of(const pl_report_epoch *p, int panel, int side)
{
    const double of[PANELS][SIDES] = {{p->train_accuracy, p->val_accuracy},
                                      {p->train_loss, p->val_loss}};
    return of[panel][side];
}

/* Over the runs that have this epoch; n = 0: NaN. */
static band band_at(const pl_curves *c, size_t epoch, int panel, int side)
{
    band b = {0.0, (double)NAN, (double)NAN, 0};
    for (int k = 0; k < c->count; k++) {
        if (epoch >= c->runs[k]->epoch_count)
            continue;
        double v = value_of(&c->runs[k]->epoch[epoch], panel, side);
        if (!isfinite(v))
            continue;
        b.mean += v;
        b.low = fmin(b.low, v);
        b.high = fmax(b.high, v);
        b.n++;
    }
    b.mean = b.n > 0 ? b.mean / b.n : (double)NAN;
    return b;
}

static const pl_report_run *longest(const pl_curves *c)
{
    const pl_report_run *r = c->runs[0];
    for (int k = 1; k < c->count; k++)
        r = c->runs[k]->epoch_count > r->epoch_count ? c->runs[k] : r;
    return r;
}

static bool has_values(const pl_curves *c, int panel, int side)
{
    size_t n = longest(c)->epoch_count;
    for (size_t i = 0; i < n; i++) {
        if (band_at(c, i, panel, side).n > 0)
            return true;
    }
    return false;
}

/* The epoch of the best mean of the validation side, the first of equal ones; -1: none. */
static ptrdiff_t best_epoch(const pl_curves *c, int panel)
{
    size_t n = longest(c)->epoch_count;
    ptrdiff_t best = -1;
    double at_best = 0.0;
    for (size_t i = 0; i < n; i++) {
        double v = band_at(c, i, panel, 1).mean;
        if (isfinite(v) && (best < 0 || (panel == ACCURACY ? v > at_best : v < at_best))) {
            best = (ptrdiff_t)i;
            at_best = v;
        }
    }
    return best;
}

static double scale(int panel)
{
    return panel == ACCURACY ? 100.0 : 1.0;
}

/* A number of a data block; gnuplot leaves NaN out. */
static void add_number(pl_str *s, double v)
{
    pl_str_addf(s, isfinite(v) ? " %.9g" : " NaN", v);
}

/* Columns: epoch, then per panel and side mean, low, high. */
static void add_block(const pl_curves *c, pl_str *s)
{
    const pl_report_run *r = longest(c);
    pl_str_add(s, "$curves << EOD\n");
    for (size_t i = 0; i < r->epoch_count; i++) {
        pl_str_addf(s, "%.9g", r->epoch[i].epoch);
        for (int k = 0; k < PANELS * SIDES; k++) {
            band b = band_at(c, i, k / SIDES, k % SIDES);
            add_number(s, b.mean * scale(k / SIDES));
            add_number(s, b.low * scale(k / SIDES));
            add_number(s, b.high * scale(k / SIDES));
        }
        pl_str_add(s, "\n");
    }
    pl_str_add(s, "EOD\n");
}

static void add_best(const pl_curves *c, int panel, pl_str *s)
{
    ptrdiff_t best = best_epoch(c, panel);
    if (best < 0)
        return;
    double epoch = longest(c)->epoch[best].epoch;
    double v = band_at(c, (size_t)best, panel, 1).mean * scale(panel);
    pl_str_addf(s, "$best%d << EOD\n%.9g %.9g\nEOD\n", panel, epoch, v);
}

static void add_panel(const pl_curves *c, int panel, pl_str *s)
{
    static const char *const title[SIDES] = {"train", "validation"};
    static const char *const color[SIDES] = {PL_COLOR_TRAIN, PL_COLOR_VAL};
    const char *comma = "plot";
    for (int side = 0; side < SIDES && c->count > 1; side++) {
        int column = 2 + 3 * (SIDES * panel + side);
        if (!has_values(c, panel, side))
            continue;
        pl_str_addf(s,
                    "%s $curves using 1:%d:%d with filledcurves fc rgb '%s' fs transparent solid "
                    "0.2 noborder notitle",
                    comma, column + 1, column + 2, color[side]);
        comma = ",";
    }
    for (int side = 0; side < SIDES; side++) {
        if (!has_values(c, panel, side))
            continue;
        pl_str_addf(
            s,
            "%s $curves using 1:%d with linespoints lc rgb '%s' lw 1.5%s pt %d ps 0.5 title '%s'",
            comma, 2 + 3 * (SIDES * panel + side), color[side], side ? " dt 2" : "", side ? 5 : 7,
            title[side]);
        comma = ",";
    }
    ptrdiff_t best = best_epoch(c, panel);
    if (best >= 0) {
        double v = band_at(c, (size_t)best, panel, 1).mean;
        char text[PL_NUMBER_TEXT];
        pl_str_addf(s,
                    "%s $best%d using 1:2 with points lc rgb '" PL_COLOR_DARK
                    "' lw 1.5 pt 6 ps 1.6 title 'best: %s %.9g, %s%s'",
                    comma, panel, pl_run_step(c->runs[0]), longest(c)->epoch[best].epoch,
                    panel == ACCURACY ? pl_percent_text(v, text) : pl_number_text(v, text),
                    panel == ACCURACY ? " %" : "");
        comma = ",";
    }
    pl_str_add(s, comma[0] == ',' ? "\n" : "plot [0:1][0:1] 2 notitle\n");
}

void pl_plot_curves(const pl_curves *c, pl_str *body)
{
    const pl_report_run *r = longest(c);
    double first = r->epoch[0].epoch, last = r->epoch[r->epoch_count - 1].epoch;
    double span = last - first;
    add_block(c, body);
    for (int panel = 0; panel < PANELS; panel++)
        add_best(c, panel, body);
    pl_str_add(body, "set multiplot layout 1,2 title ");
    pl_add_gnuplot(body, c->title, 100);
    pl_str_addf(body,
                " noenhanced\nset grid lc rgb '" PL_COLOR_GRID "' lt 1\nset xlabel '%s'\n"
                "set xrange [%.9g:%.9g]\nset xtics %.9g\n"
                "set ylabel 'accuracy (%%)'\nset key tmargin center horizontal samplen 2\nset "
                "offsets 0,0,graph 0.05,graph 0.05\n",
                pl_run_step(c->runs[0]), first - (span > 0 ? 0.03 * span : 0.5),
                last + (span > 0 ? 0.03 * span : 0.5), span > 10 ? ceil(span / 10) : 1.0);
    add_panel(c, ACCURACY, body);
    pl_str_add(body, "set ylabel 'loss'\n");
    add_panel(c, LOSS, body);
    pl_str_add(body, "unset multiplot\n");
}

void pl_curves_csv(const pl_curves *c, pl_str *csv)
{
    static const char *const name[PANELS][SIDES] = {{"train_accuracy", "val_accuracy"},
                                                    {"train_loss", "val_loss"}};
    const pl_report_run *r = longest(c);
    pl_str_add(csv, "epoch,runs");
    for (int k = 0; k < PANELS * SIDES; k++) {
        const char *its = name[k / SIDES][k % SIDES];
        if (c->count > 1)
            pl_str_addf(csv, ",%s,%s_low,%s_high", its, its, its);
        else
            pl_str_addf(csv, ",%s", its);
    }
    pl_str_add(csv, "\n");
    for (size_t i = 0; i < r->epoch_count; i++) {
        int n = 0;
        for (int k = 0; k < c->count; k++)
            n += i < c->runs[k]->epoch_count;
        pl_str_addf(csv, "%.9g,%d", r->epoch[i].epoch, n);
        for (int k = 0; k < PANELS * SIDES; k++) {
            band b = band_at(c, i, k / SIDES, k % SIDES);
            const double v[3] = {b.mean, b.low, b.high};
            for (int j = 0; j < (c->count > 1 ? 3 : 1); j++) {
                pl_str_add(csv, ",");
                pl_csv_add_number(csv, v[j]);
            }
        }
        pl_str_add(csv, "\n");
    }
}

/* The k-th of the epochs the page is given, of `n`. */
static size_t point_at(const pl_curves *c, size_t k, size_t n)
{
    size_t all = longest(c)->epoch_count;
    return n == all ? k : k * (all - 1) / (n - 1);
}

enum part { PART_X, PART_MEAN, PART_LOW, PART_HIGH };

static void add_list(const pl_curves *c, const char *name, enum part part, int panel, int side,
                     pl_str *s)
{
    size_t all = longest(c)->epoch_count, n = all < MOST_POINTS ? all : MOST_POINTS;
    pl_str_addf(s, "\"%s\":[", name);
    for (size_t k = 0; k < n; k++) {
        size_t i = point_at(c, k, n);
        band b = band_at(c, i, panel, side);
        double v = part == PART_X      ? longest(c)->epoch[i].epoch
                   : part == PART_MEAN ? b.mean * scale(panel)
                   : part == PART_LOW  ? b.low * scale(panel)
                                       : b.high * scale(panel);
        pl_str_addf(s, isfinite(v) ? "%s%.5g" : "%snull", k ? "," : "", v);
    }
    pl_str_add(s, "]");
}

static void add_chart(const pl_curves *c, int panel, pl_str *s)
{
    static const char *const name[SIDES] = {"train", "validation"};
    static const char *const role[SIDES] = {"train", "val"};
    pl_str_addf(s, "{\"xlabel\":\"%s\",\"ylabel\":\"%s\",", pl_run_step(c->runs[0]),
                panel == ACCURACY ? "accuracy (%)" : "loss");
    add_list(c, "x", PART_X, 0, 0, s);
    pl_str_add(s, ",\"series\":[");
    int series = 0;
    for (int side = 0; side < SIDES; side++) {
        if (!has_values(c, panel, side))
            continue;
        pl_str_addf(s, "%s{\"name\":\"%s\",\"role\":\"%s\",", series ? "," : "", name[side],
                    role[side]);
        add_list(c, "y", PART_MEAN, panel, side, s);
        if (c->count > 1) {
            pl_str_add(s, ",");
            add_list(c, "low", PART_LOW, panel, side, s);
            pl_str_add(s, ",");
            add_list(c, "high", PART_HIGH, panel, side, s);
        }
        pl_str_add(s, "}");
        series++;
    }
    pl_str_add(s, "],\"marks\":[");
    ptrdiff_t best = best_epoch(c, panel);
    if (best >= 0)
        pl_str_addf(s, "{\"name\":\"best %s\",\"series\":%d,\"x\":%.5g,\"y\":%.5g}",
                    pl_run_step(c->runs[0]), series - 1, longest(c)->epoch[best].epoch,
                    band_at(c, (size_t)best, panel, 1).mean * scale(panel));
    pl_str_add(s, "]}");
}

void pl_curves_json(const pl_curves *c, pl_str *json)
{
    bool any = false;
    pl_str_add(json, "[");
    for (int panel = 0; panel < PANELS; panel++) {
        if (!has_values(c, panel, 0) && !has_values(c, panel, 1))
            continue;
        pl_str_add(json, any ? "," : "");
        add_chart(c, panel, json);
        any = true;
    }
    pl_str_add(json, "]");
}
