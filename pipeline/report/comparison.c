#include "report/comparison.h"

#include <math.h>
#include <stdlib.h>

#include "draw/escape.h"
#include "io/csv.h"
#include "report/page_source.h"
#include "report/plots.h"
#include "compare/figure_source.h"

enum { WIDTH = 900, LABEL_WIDTH = 44, LINE_HEIGHT = 17, ROW_GAP = 13, FRAME = 190 };

/* Points a character of a name takes at most, on average. */
#define CHARACTER 7.4

/* How far the two intervals of a row stand from its middle. */
#define APART 0.14

typedef enum row_kind { ROW_GROUP, ROW_GAP_LEFT_OUT, ROW_REFERENCE } row_kind;

/* A drawn row. NaN: not there. */
typedef struct row {
    row_kind kind;
    const char *name;
    double mean, low, high; /* over the seeds */
    pl_interval images;     /* Wilson */
    int group;              /* ROW_GROUP */
} row;

typedef struct rows {
    row *item;
    int count;
    char *gap; /* heap: what is said of the groups left out, or NULL */
} rows;

static row row_of(const pl_table *t, int group)
{
    const pl_report_group *g = &t->d->group[group];
    const pl_summary *s = &g->summary[PL_TEST_ACCURACY];
    return (row){ROW_GROUP, g->label, s->mean, s->low, s->high, pl_group_wilson(t->d, group),
                 group};
}

/* The groups, or of many the best and the worst with a gap between, then the references that name no group. */
static rows choose_rows(const pl_table *t, const int *order, int count)
{
    const double none = (double)NAN;
    const pl_interval no_interval = {none, none};
    rows r = {calloc((size_t)(count + t->spec->references) + 2, sizeof *r.item), 0, NULL};
    bool cut = count > PL_PLOTS_MAX_ROWS;
    if (!r.item)
        abort();
    if (cut)
        r.gap = pl_format("(%d groups left out)", count - PL_PLOTS_MAX_ROWS);
    for (int i = 0; i < count; i++) {
        if (cut && i == PL_PLOTS_MAX_ROWS / 2) {
            r.item[r.count++] = (row){ROW_GAP_LEFT_OUT, r.gap, none, none, none, no_interval, -1};
            i = count - PL_PLOTS_MAX_ROWS / 2;
        }
        r.item[r.count++] = row_of(t, order[i]);
    }
    for (int k = 0; k < t->spec->references; k++) {
        const pl_reference *ref = &t->spec->reference[k];
        double figure = ref->figure[PL_TEST_ACCURACY];
        if (!isnan(figure) && (!ref->group || pl_reference_group(t, ref) < 0))
            r.item[r.count++] =
                (row){ROW_REFERENCE, ref->label, figure, none, none, no_interval, -1};
    }
    return r;
}

/* Names at the left, numbers at the right; names are labels, because gnuplot cuts long tics.
 * Returns the most lines a name takes; *width is the longest line's characters. */
static int add_names(const rows *r, size_t *width, pl_str *s)
{
    int most = 1;
    char text[PL_NUMBER_TEXT];
    *width = 0;
    for (int i = 0; i < r->count; i++) {
        const char *name = r->item[i].name;
        size_t chars = pl_text_width(name) < LABEL_WIDTH ? pl_text_width(name) : LABEL_WIDTH;
        *width = chars > *width ? chars : *width;
        pl_str_add(s, "set label ");
        int lines = pl_add_gnuplot(s, name, LABEL_WIDTH);
        most = lines > most ? lines : most;
        pl_str_addf(s, " at graph 0, first %d right offset character -1,%.1f%s\n", i + 1,
                    0.5 * (lines - 1),
                    r->item[i].kind == ROW_GROUP ? "" : " textcolor rgb '" PL_COLOR_SOFT "'");
    }
    pl_str_add(s, "unset ytics\nset y2tics scale 0 (");
    for (int i = 0; i < r->count; i++)
        pl_str_addf(s, "'%s' %d%s",
                    isnan(r->item[i].mean) ? "" : pl_percent_text(r->item[i].mean, text), i + 1,
                    i + 1 < r->count ? ", " : ")\n");
    return most;
}

static double clipped(double share)
{
    return fmin(1.0, fmax(0.0, share));
}

/* What is drawn as points with intervals: mean, low, high, place. Returns whether there is any. */
static bool add_intervals(const rows *r, const char *name, bool images, pl_str *s)
{
    bool any = false;
    pl_str_addf(s, "$%s << EOD\n", name);
    for (int i = 0; i < r->count; i++) {
        const row *x = &r->item[i];
        double low = images ? x->images.low : x->low, high = images ? x->images.high : x->high;
        if (isnan(low) || isnan(x->mean))
            continue;
        any = true;
        pl_str_addf(s, "%.9g %.9g %.9g %.9g\n", 100 * x->mean, 100 * clipped(low),
                    100 * clipped(high), i + 1 + (images ? APART : -APART));
    }
    pl_str_add(s, "EOD\n");
    return any;
}

/* Groups of one seed, which have no interval over seeds. */
static bool add_single(const rows *r, pl_str *s)
{
    bool any = false;
    pl_str_add(s, "$single << EOD\n");
    for (int i = 0; i < r->count; i++) {
        if (r->item[i].kind != ROW_GROUP || !isnan(r->item[i].low))
            continue;
        any = true;
        pl_str_addf(s, "%.9g %.9g\n", 100 * r->item[i].mean, i + 1 - APART);
    }
    pl_str_add(s, "EOD\n");
    return any;
}

/* Published figures: rows of their own, and on the rows of groups that are named. */
static bool add_references(const pl_table *t, const rows *r, pl_str *s)
{
    bool any = false;
    pl_str_add(s, "$published << EOD\n");
    for (int i = 0; i < r->count; i++) {
        if (r->item[i].kind == ROW_REFERENCE) {
            any = true;
            pl_str_addf(s, "%.9g %d\n", 100 * r->item[i].mean, i + 1);
        }
        for (int k = 0; r->item[i].kind == ROW_GROUP && k < t->spec->references; k++) {
            const pl_reference *ref = &t->spec->reference[k];
            if (!ref->group || isnan(ref->figure[PL_TEST_ACCURACY]) ||
                pl_reference_group(t, ref) != r->item[i].group)
                continue;
            any = true;
            pl_str_addf(s, "%.9g %d\n", 100 * ref->figure[PL_TEST_ACCURACY], i + 1);
        }
    }
    pl_str_add(s, "EOD\n");
    return any;
}

static void widen(double v, double *low, double *high)
{
    if (isnan(v))
        return;
    *low = fmin(*low, clipped(v));
    *high = fmax(*high, clipped(v));
}

/* An interval over seeds that is wider is cut at the frame: groups of which some runs collapsed would else leave no room to tell
 * the others apart. */
static const double WIDE = 0.3;

/* The range of x holds everything drawn but the ends of such intervals, with a twentieth of it free at both sides. */
static void add_range(const pl_table *t, const rows *r, pl_str *s)
{
    double low = 1.0, high = 0.0;
    for (int i = 0; i < r->count; i++) {
        const row *x = &r->item[i];
        bool wide = x->high - x->low > WIDE;
        const double v[] = {x->mean, wide ? x->mean : x->low, wide ? x->mean : x->high,
                            x->images.low, x->images.high};
        for (size_t k = 0; k < sizeof v / sizeof v[0]; k++)
            widen(v[k], &low, &high);
    }
    for (int k = 0; k < t->spec->references; k++)
        widen(t->spec->reference[k].figure[PL_TEST_ACCURACY], &low, &high);
    widen(t->d->majority, &low, &high);
    double free_side = fmax(0.05 * (high - low), 0.005);
    pl_str_addf(s, "set xrange [%.9g:%.9g]\n", 100 * fmax(0.0, low - free_side),
                100 * fmin(1.0, high + free_side));
}

static void add_frame(const pl_table *t, int n, pl_str *s)
{
    char images[PL_NUMBER_TEXT];
    pl_str_add(s, "set key tmargin center vertical maxrows 5 title ");
    pl_add_gnuplot(s, t->d->name, 80);
    pl_str_add(s, "\nset xlabel 'test accuracy (%)");
    if (t->d->test_images && t->d->one_test_set)
        pl_str_addf(s, ", %s test images",
                    pl_human_count(t->d->test_images, images, sizeof images));
    pl_str_addf(s,
                "'\nset yrange [%d.4:0.6] noreverse\nset y2range [%d.4:0.6] noreverse\n"
                "set grid xtics lc rgb '" PL_COLOR_GRID "' lt 1\n"
                "set border 1\nset xtics nomirror\n",
                n, n);
}

static void add_plot(const pl_table *t, int n, const bool any[4], pl_str *s)
{
    static const char *const part[4] = {
        "$seeds using 1:4:2:3 with xerrorbars lc rgb '" PL_COLOR_1
        "' lw 2 pt 7 ps 0.9 title 'mean, 95 % interval over the seeds (Student)'",
        "$single using 1:2 with points lc rgb '" PL_COLOR_1 "' pt 6 ps 0.9 title 'one seed'",
        "$images using 1:4:2:3 with xerrorbars lc rgb '" PL_COLOR_2
        "' lw 1.2 pt 4 ps 0.6 title '95 % interval over the test images (Wilson)'",
        "$published using 1:2 with points lc rgb '" PL_COLOR_4 "' pt 12 ps 1.4 lw 1.5 title "
        "'published'"};
    const char *comma = "plot ";
    if (!isnan(t->d->majority)) {
        pl_str_addf(s,
                    "$baseline << EOD\n%.9g 0.6\n%.9g %d.4\nEOD\n"
                    "plot $baseline using 1:2 with lines lc rgb '" PL_COLOR_DARK
                    "' dt 2 lw 1.5 title 'always the commoner class: %.2f %%'",
                    100 * t->d->majority, 100 * t->d->majority, n, 100 * t->d->majority);
        comma = ", ";
    }
    for (int i = 0; i < 4; i++) {
        if (!any[i])
            continue;
        pl_str_addf(s, "%s%s", comma, part[i]);
        comma = ", ";
    }
    pl_str_add(s, "\n");
}

/* Returns the height the figure needs. */
static int add_body(const pl_table *t, const rows *r, pl_str *s)
{
    size_t width;
    const bool any[4] = {add_intervals(r, "seeds", false, s), add_single(r, s),
                         add_intervals(r, "images", true, s), add_references(t, r, s)};
    add_frame(t, r->count, s);
    int lines = add_names(r, &width, s);
    pl_str_addf(s, "set lmargin at screen %.4f\n", (20 + CHARACTER * (double)width) / WIDTH);
    add_range(t, r, s);
    add_plot(t, r->count, any, s);
    return FRAME + r->count * (lines * LINE_HEIGHT + ROW_GAP);
}

static void csv_number(pl_str *s, double v)
{
    pl_str_add(s, ",");
    pl_csv_add_number(s, v);
}

static void csv_row(const char *kind, const char *name, const row *x, int n, const char *good,
                    pl_str *s)
{
    pl_str_addf(s, "%s,", kind);
    pl_csv_add(s, name);
    pl_str_add(s, ",");
    if (n > 0)
        pl_str_addf(s, "%d", n);
    csv_number(s, x->mean);
    csv_number(s, x->low);
    csv_number(s, x->high);
    csv_number(s, x->images.low);
    csv_number(s, x->images.high);
    pl_str_addf(s, ",%s\n", good);
}

static void add_csv(const pl_table *t, const int *order, int count, pl_str *s)
{
    const double none = (double)NAN;
    row plain = {ROW_REFERENCE, NULL, none, none, none, {none, none}, -1};
    pl_str_add(s, "kind,name,n,test_accuracy,seeds_low,seeds_high,images_low,images_high,"
                  "as_good_as_best\n");
    for (int i = 0; i < count; i++) {
        const row x = row_of(t, order[i]);
        const pl_mark *m = &t->marks->group[order[i]];
        const char *good = m->as_good ? "1" : m->paired ? "0" : "";
        csv_row("group", t->d->group[order[i]].name, &x, t->d->group[order[i]].done, good, s);
    }
    if (!isnan(t->d->majority)) {
        plain.mean = t->d->majority;
        plain.images = pl_majority_wilson(t->d);
        csv_row("baseline", "always the commoner class", &plain, 0, "", s);
    }
    plain.images = (pl_interval){none, none};
    for (int k = 0; k < t->spec->references; k++) {
        plain.mean = t->spec->reference[k].figure[PL_TEST_ACCURACY];
        if (!isnan(plain.mean))
            csv_row("reference", t->spec->reference[k].label, &plain, 0, "", s);
    }
}

static void add_block(const pl_table *t, int count, pl_doc *doc)
{
    char *source = pl_page_source(t->d, -1);
    char *caption = pl_format(
        "Test accuracy of each group, best on top: how sure it is over other seeds, and over other "
        "test images; what reaches beyond the frame is cut there. The dashed line is what always "
        "answering the commoner class would reach. "
        "From %s.",
        source);
    char *alt = pl_format("Chart of the test accuracy of %d group%s, with intervals; the table "
                          "above has the numbers.",
                          count, count == 1 ? "" : "s");
    pl_doc_figure(doc, "comparison", caption, alt, NULL);
    free(alt);
    free(caption);
    free(source);
}

void pl_comparison_section(const pl_table *t, pl_doc *doc, pl_figures *figures)
{
    int count;
    int *order = pl_groups_by(t->d, PL_TEST_ACCURACY, &count);
    if (count > 0) {
        rows r = choose_rows(t, order, count);
        pl_str body, csv, source;
        pl_str_init(&body);
        pl_str_init(&csv);
        pl_str_init(&source);
        int height = add_body(t, &r, &body);
        add_csv(t, order, count, &csv);
        pl_add_study_source(t->d, &source);
        pl_figures_add(figures,
                       &(pl_figure){"comparison", WIDTH, height, body.text, csv.text, source.text});
        add_block(t, count, doc);
        pl_str_clear(&source);
        pl_str_clear(&csv);
        pl_str_clear(&body);
        free(r.item);
        free(r.gap);
    }
    free(order);
}
