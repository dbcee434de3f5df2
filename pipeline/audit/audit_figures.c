#include "audit/audit_figures.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/audit_drift.h"
#include "draw/escape.h"
#include "util/str.h"

enum { ROW = 19, NAME_AT_MOST = 30 };

static const char *const side_words[PL_SIDES] = {"training", "validation", "test"};

static double share(pl_audit_count c)
{
    return c.images ? (double)c.positive / (double)c.images : (double)NAN;
}

static const char *count_text(long long n, char buffer[32])
{
    return pl_human_count(n, buffer, 32);
}

/* Points on the paper that the longest of the names needs. */
static double name_room(const pl_audit_view *v)
{
    size_t most = 0;
    for (size_t k = 0; k < v->columns; k++) {
        size_t chars = pl_text_width(pl_audit_column(v, k));
        most = chars > most ? chars : most;
    }
    return 24 + 7.2 * (double)(most < NAME_AT_MOST ? most : NAME_AT_MOST);
}

/* Names of the columns at 1, 2, 3 ... on an axis, in this order, the target marked. */
static void add_tics(pl_str *s, const pl_audit_view *v, const size_t *order, size_t count,
                     const char *axis, const char *more)
{
    pl_str_addf(s, "set %s scale 0 %s (", axis, more);
    for (size_t i = 0; i < count; i++) {
        pl_str cut;
        pl_str_init(&cut);
        pl_add_cut(&cut, pl_audit_column(v, order[i]), NAME_AT_MOST);
        if (order[i] == v->target)
            pl_str_add(&cut, " *");
        pl_add_gnuplot_tic(s, cut.text, 0);
        pl_str_clear(&cut);
        pl_str_addf(s, " %zu%s", i + 1, i + 1 < count ? ", " : ")\n");
    }
}

/* Bars of all images, commonest on top; a point per side. */
static int attributes_body(const pl_audit_view *v, pl_str *s)
{
    char n[32];
    size_t *order = pl_audit_by_count(v);
    for (int target = 0; target < 2; target++) {
        pl_str_addf(s, "$bars%d << EOD\n", target);
        for (size_t i = 0; i < v->columns; i++)
            if ((order[i] == v->target) == (target == 1))
                pl_str_addf(s, "%.9g %zu\n", 100 * share(pl_audit_count_of(v, order[i], PL_SIDES)),
                            i + 1);
        pl_str_add(s, "EOD\n");
    }
    pl_str_add(s, "$sides << EOD\n");
    for (size_t i = 0; i < v->columns; i++) {
        pl_str_addf(s, "%zu", i + 1);
        for (int k = 0; k < PL_SIDES; k++)
            pl_str_addf(s, " %.9g", 100 * share(pl_audit_count_of(v, order[i], k)));
        pl_str_add(s, "\n");
    }
    pl_str_add(s, "EOD\n");
    for (size_t i = 0; i < v->columns; i++) {
        pl_audit_count c = pl_audit_count_of(v, order[i], PL_SIDES);
        pl_str_addf(s, "set label '%s (%.1f %%)' at 102,%zu left font ',10'\n",
                    count_text(c.positive, n), 100 * share(c), i + 1);
    }
    add_tics(s, v, order, v->columns, "ytics", "font ',10'");
    pl_str_addf(s,
                "set lmargin at screen %.4f\nset xrange [0:122]\nset yrange [%zu.5:0.5] noreverse\n"
                "set border 1\nset grid noytics\nset xtics nomirror (0, 20, 40, 60, 80, 100)\n"
                "set style fill solid 1.0 noborder\nset key samplen 1\n"
                "set title 'How often each attribute is set'\n"
                "set xlabel 'share of the %s images (%%); * the target'\n",
                name_room(v) / PL_FIGURE_FULL, v->columns,
                count_text(pl_audit_number(v, "images"), n));
    pl_str_add(s, "plot $bars0 using ($1/2):2:($1/2):(0.36) with boxxyerror lc rgb '" PL_COLOR_LIGHT
                  "' title 'all images'");
    if (v->columns > 0)
        pl_str_add(s, ", $bars1 using ($1/2):2:($1/2):(0.36) with boxxyerror lc rgb '" PL_COLOR_8
                      "' title 'the target'");
    for (int k = 0; k < PL_SIDES; k++)
        if (pl_audit_count_of(v, v->target, k).images > 0)
            pl_str_addf(s, ", $sides using %d:1 with points pt %d ps 0.6 lc rgb '%s' title '%s'",
                        k + 2,
                        k == 0   ? 1
                        : k == 1 ? 8
                                 : 6,
                        k == 0   ? PL_COLOR_4
                        : k == 1 ? PL_COLOR_2
                                 : PL_COLOR_1,
                        side_words[k]);
    pl_str_add(s, "\n");
    free(order);
    return 130 + ROW * (int)v->columns;
}

/* A bar per side, split by the target. */
static int balance_body(const pl_audit_view *v, pl_str *s)
{
    char n[32];
    pl_str others;
    pl_str_init(&others);
    pl_str_addf(&others, "not %s", v->target_name);
    pl_str_add(s, "$yes << EOD\n");
    for (int k = 0; k < PL_SIDES; k++) {
        pl_audit_count c = pl_audit_count_of(v, v->target, k);
        pl_str_addf(s, "%.9g %d %d\n", c.images ? 100 * share(c) : 0.0, k + 1, c.images > 0);
    }
    pl_str_add(s, "EOD\n");
    for (int k = 0; k < PL_SIDES; k++) {
        pl_audit_count c = pl_audit_count_of(v, v->target, k);
        for (int label = 0; label < 2 && c.images > 0; label++) {
            long long with = label ? c.positive : c.images - c.positive;
            pl_str_addf(s, "set label '%s (%.1f %%)' at %.9g,%d %s front textcolor rgb '%s'\n",
                        count_text(with, n), 100 * (double)with / (double)c.images,
                        label ? 1.5 : 98.5, k + 1, label ? "left" : "right",
                        label ? "#ffffff" : "#000000");
        }
    }
    pl_str_add(s, "set ytics scale 0 (");
    for (int k = 0; k < PL_SIDES; k++)
        pl_str_addf(s, "\"%s\\n%s images\" %d%s", side_words[k],
                    count_text(pl_audit_count_of(v, v->target, k).images, n), k + 1,
                    k + 1 < PL_SIDES ? ", " : ")\n");
    pl_str_add(s, "set xrange [0:100]\nset yrange [3.5:0.5] noreverse\nset border 1\n"
                  "set xtics nomirror\nset style fill solid 1.0 noborder\n"
                  "set title 'Balance of the target on each side of the split'\n"
                  "set xlabel 'share of the side (%)'\n"
                  "plot $yes using ($1>0?$1/2:NaN):2:($1/2):(0.38) with boxxyerror lc rgb "
                  "'" PL_COLOR_1 "' title ");
    pl_add_gnuplot(s, v->target_name, 40);
    pl_str_add(s, ", $yes using ($3==1?50+$1/2:NaN):2:(50-$1/2):(0.38) with boxxyerror lc rgb "
                  "'" PL_COLOR_8 "' title ");
    pl_add_gnuplot(s, others.text, 44);
    pl_str_add(s, "\n");
    pl_str_clear(&others);
    return 300;
}

/* All columns against all, the target first, the others by how strongly they go with it. */
static int correlations_body(const pl_audit_view *v, pl_str *s)
{
    size_t *order = pl_audit_by_phi(v), n = v->columns;
    double names = name_room(v);
    int side = (int)n * 14 < 260 ? 260 : (int)n * 14, height = side + (int)names + 70;
    pl_str_add(s, "$phi << EOD\n");
    for (size_t a = 0; a < n; a++)
        for (size_t b = 0; b < n; b++) {
            double phi = pl_audit_phi(v, order[a], order[b]);
            if (!isnan(phi))
                pl_str_addf(s, "%zu %zu %.4f\n", b + 1, a + 1, phi);
        }
    pl_str_add(s, "EOD\n");
    add_tics(s, v, order, n, "ytics", "font ',9'");
    add_tics(s, v, order, n, "xtics", "rotate by 90 right font ',9'");
    pl_str_addf(
        s,
        "set lmargin at screen %.4f\nset rmargin at screen 0.86\nset bmargin at screen %.4f\n"
        "set tmargin at screen %.4f\nset xrange [0.5:%zu.5]\nset yrange [%zu.5:0.5] noreverse\n"
        "unset key\nunset grid\nset border 0\nset style fill solid 1.0 noborder\n"
        "set palette " PL_PALETTE_SIGN "\nset cbrange [-1:1]\nset cbtics scale 0\n"
        "set cblabel 'phi (correlation of two yes-no columns)'\n"
        "set title 'Which attributes go together (* the target, then by strength with it)'\n"
        "plot $phi using 1:2:(0.5):(0.5):3 with boxxyerror lc palette\n",
        names / PL_FIGURE_FULL, (names - 10) / height, 1 - 44.0 / height, n, n);
    free(order);
    return height;
}

/* Points at y for one side: "X Y [LOW HIGH]". */
static void drift_points(const pl_audit_view *v, pl_str *s, bool shares, int side, size_t *rows)
{
    size_t y = 0;
    const char *last = "";
    pl_str_addf(s, "$%s%d << EOD\n", shares ? "share" : "measure", side);
    for (size_t i = 0; i < pl_audit_drift_rows(v); i++) {
        pl_drift_view r = pl_audit_drift_row(v, i);
        if (r.is_share != shares)
            continue;
        y += r.name != last && strcmp(r.name, last) != 0;
        last = r.name;
        if (r.side != side || isnan(r.distance))
            continue;
        double offset = side == PL_SIDE_VAL ? -0.16 : 0.16;
        if (shares)
            pl_str_addf(s, "%.9g %.9g %.9g %.9g\n", 100 * r.difference, (double)y + offset,
                        100 * r.low, 100 * r.high);
        else
            pl_str_addf(s, "%.9g %.9g\n", r.distance, (double)y + offset);
    }
    pl_str_add(s, "EOD\n");
    *rows = y;
}

static void drift_tics(const pl_audit_view *v, pl_str *s, bool shares)
{
    size_t y = 0;
    const char *last = "";
    pl_str_add(s, "set ytics scale 0 font ',10' (");
    for (size_t i = 0; i < pl_audit_drift_rows(v); i++) {
        pl_drift_view r = pl_audit_drift_row(v, i);
        if (r.is_share != shares || (y > 0 && strcmp(r.name, last) == 0))
            continue;
        pl_str cut;
        pl_str_init(&cut);
        pl_add_cut(&cut, r.name, NAME_AT_MOST);
        if (shares && y == 0)
            pl_str_add(&cut, " *");
        pl_str_add(s, y ? ", " : "");
        pl_add_gnuplot_tic(s, cut.text, 0);
        pl_str_addf(s, " %zu", ++y);
        pl_str_clear(&cut);
        last = r.name;
    }
    pl_str_add(s, ")\n");
}

static void drift_plot(pl_str *s, const char *data, const char *with, const size_t rows)
{
    pl_str_addf(s,
                "set yrange [%zu.6:0.4] noreverse\n"
                "plot $%s1 using %s lc rgb '" PL_COLOR_2 "' pt 8 ps 0.7 title 'validation', "
                "$%s2 using %s lc rgb '" PL_COLOR_1 "' pt 7 ps 0.6 title 'test'\n",
                rows, data, with, data, with);
}

/* Left what the pictures measure, by the distance of the distributions; right how often the columns are set. */
static int drift_body(const pl_audit_view *v, pl_str *s)
{
    size_t measures = 0, shares = 0;
    for (int side = PL_SIDE_VAL; side < PL_SIDES; side++) {
        drift_points(v, s, false, side, &measures);
        drift_points(v, s, true, side, &shares);
    }
    size_t most = measures > shares ? measures : shares;
    int height = 120 + 16 * (int)most;
    height = height < 320 ? 320 : height;
    double names = name_room(v) / PL_FIGURE_FULL;
    pl_str_addf(
        s,
        "set multiplot layout 1,2\nset border 1\nset xtics nomirror\n"
        "set tmargin at screen %.4f\nset bmargin at screen %.4f\n"
        "set lmargin at screen 0.12\nset rmargin at screen 0.40\n"
        "set title 'What pictures measure'\nunset key\n"
        "set xlabel 'distance from training (KS)'\nset xrange [0:%.9g<*]\n"
        "set arrow 1 from %.9g,graph 0 to %.9g,graph 1 nohead dt 3 lc rgb '" PL_COLOR_DARK "'\n",
        1 - 50.0 / height, 76.0 / height, PL_DRIFT_DISTANCE, PL_DRIFT_DISTANCE, PL_DRIFT_DISTANCE);
    drift_tics(v, s, false);
    drift_plot(s, "measure", "1:2 with points", measures);
    pl_str_addf(s,
                "unset arrow 1\nset key\nset lmargin at screen %.4f\nset rmargin at screen 0.97\n"
                "set title 'How often attributes are set'\nset autoscale x\n"
                "set xlabel 'share minus training (points, 95 %% interval)'\n"
                "set arrow 2 from 0,graph 0 to 0,graph 1 nohead lc rgb '" PL_COLOR_DARK "'\n",
                0.42 + names);
    drift_tics(v, s, true);
    drift_plot(s, "share", "1:2:3:4 with xerrorbars", shares);
    pl_str_add(s, "unset multiplot\n");
    return height;
}

bool pl_audit_has_drift(const pl_audit_view *v)
{
    for (size_t i = 0; i < pl_audit_drift_rows(v); i++) {
        pl_drift_view r = pl_audit_drift_row(v, i);
        if (r.side != PL_SIDE_TRAIN && !isnan(r.distance))
            return true;
    }
    return false;
}

/* The table as text again. */
static void csv_text(const pl_csv *t, pl_str *s)
{
    for (size_t r = 0; r < t->rows; r++) {
        for (size_t k = 0; k < pl_csv_fields(t, r); k++) {
            pl_str_add(s, k ? "," : "");
            pl_csv_add(s, pl_csv_get(t, r, k));
        }
        pl_str_add(s, "\n");
    }
}

static void balance_csv(const pl_audit_view *v, pl_str *s)
{
    pl_str_add(s, "side,images,positive,negative,share\n");
    for (int k = 0; k < PL_SIDES; k++) {
        pl_audit_count c = pl_audit_count_of(v, v->target, k);
        pl_str_addf(s, "%s,%lld,%lld,%lld,", pl_side_names[k], c.images, c.positive,
                    c.images - c.positive);
        pl_csv_add_number(s, share(c));
        pl_str_add(s, "\n");
    }
}

void pl_audit_figures_add(const pl_audit_view *v, const pl_audit_figures_style *style,
                          pl_figures *f)
{
    static const struct {
        const char *name;
        int (*body)(const pl_audit_view *, pl_str *); /* returns the height */
    } figures[] = {{"attributes", attributes_body},
                   {"balance", balance_body},
                   {"correlations", correlations_body},
                   {"drift", drift_body}};
    const pl_csv *table[] = {&v->counts, NULL, &v->correlations, &v->drift};
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        if (figures[i].body == drift_body && !pl_audit_has_drift(v))
            continue;
        pl_str body, csv;
        pl_str_init(&body);
        pl_str_init(&csv);
        char *name = pl_format("%s%s", style->prefix, figures[i].name);
        int height = figures[i].body(v, &body);
        if (table[i])
            csv_text(table[i], &csv);
        else
            balance_csv(v, &csv);
        pl_figures_add(f, &(pl_figure){name, PL_FIGURE_FULL, height, body.text,
                                       style->csv ? csv.text : NULL, style->source});
        free(name);
        pl_str_clear(&body);
        pl_str_clear(&csv);
    }
}
