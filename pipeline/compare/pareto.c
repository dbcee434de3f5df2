#include "compare/pareto.h"

#include <math.h>
#include <stdlib.h>

#include "compare/figure_source.h"
#include "draw/escape.h"
#include "io/csv.h"

enum {
    WIDTH = PL_FIGURE_FULL,
    LABEL_WIDTH = 34, /* characters of a line of a name */
    LINE_HEIGHT = 16,
    ROW_GAP = 6,
    FRAME = 155,       /* 80 of it below the panel */
    LEAST_PANEL = 300, /* points in height */
    MAX_NAMED = 20     /* of the front, on the figure */
};

/* Points a character of a name takes at most, on average. */
#define CHARACTER 7.4

static int by_cost(const void *a, const void *b)
{
    const pl_cost_point *x = a, *y = b;
    if (x->seconds != y->seconds)
        return x->seconds < y->seconds ? -1 : 1;
    if (x->accuracy != y->accuracy)
        return x->accuracy > y->accuracy ? -1 : 1;
    return x->group - y->group;
}

pl_cost_point *pl_pareto_new(const pl_study_data *d, int *count)
{
    pl_cost_point *p = calloc((size_t)d->group_count + 1, sizeof *p);
    if (!p)
        abort();
    *count = 0;
    for (int g = 0; g < d->group_count; g++) {
        double seconds = d->group[g].summary[PL_TRAIN_SECONDS].mean;
        double accuracy = d->group[g].summary[PL_TEST_ACCURACY].mean;
        if (seconds > 0 && !isnan(accuracy))
            p[(*count)++] = (pl_cost_point){g, seconds, accuracy, false};
    }
    qsort(p, (size_t)*count, sizeof *p, by_cost);
    double best = -1.0;
    for (int i = 0; i < *count; i++) { /* equal in both: on the front together */
        bool twin = i > 0 && p[i - 1].seconds == p[i].seconds &&
                    p[i - 1].accuracy == p[i].accuracy && p[i - 1].front;
        p[i].front = p[i].accuracy > best || twin;
        best = fmax(best, p[i].accuracy);
    }
    return p;
}

static void add_csv(const pl_study_data *d, const pl_cost_point *p, int n, pl_str *s)
{
    pl_str_add(s, "group,train_seconds_mean,test_accuracy_mean,front\n");
    for (int i = 0; i < n; i++) {
        pl_csv_add(s, d->group[p[i].group].name);
        pl_str_addf(s, ",%.9g,%.9g,%d\n", p[i].seconds, p[i].accuracy, p[i].front);
    }
}

typedef struct range {
    double low, high; /* in units of the axis; x: log10 of seconds */
} range;

static range range_of(double low, double high, double least)
{
    double free_side = fmax(0.06 * (high - low), least);
    return (range){low - free_side, high + free_side};
}

/* Names stand in a column right of the panel, the best on top, and a line leads from each to its point. Where a name would stand
 * closer than its lines need to the one above, it moves down; what then falls below the panel pushes back up.
 * place[i]: height of the middle of name i in points above the panel's lower edge. */
static void place_names(const double *wanted, const double *need, int n, double panel,
                        double *place)
{
    double limit = panel + 20.0;
    for (int i = 0; i < n; i++) {
        place[i] = fmin(wanted[i], limit - 0.5 * need[i]);
        limit = place[i] - 0.5 * need[i];
    }
    double floor = -20.0;
    for (int i = n; i-- > 0;) {
        place[i] = fmax(place[i], floor + 0.5 * need[i]);
        floor = place[i] + 0.5 * need[i];
    }
}

typedef struct naming {
    const pl_cost_point *point[MAX_NAMED];
    int lines[MAX_NAMED];
    double need[MAX_NAMED], wanted[MAX_NAMED], place[MAX_NAMED];
    int count;
    size_t width;
    pl_str text[MAX_NAMED]; /* gnuplot expressions */
} naming;

/* The front from the best down. */
static void name_front(const pl_study_data *d, const pl_cost_point *p, int n, naming *m)
{
    *m = (naming){.count = 0};
    for (int i = n; i-- > 0 && m->count < MAX_NAMED;) {
        if (!p[i].front)
            continue;
        const char *label = d->group[p[i].group].label;
        size_t chars = pl_text_width(label);
        chars = chars < LABEL_WIDTH ? chars : LABEL_WIDTH;
        m->width = chars > m->width ? chars : m->width;
        pl_str_init(&m->text[m->count]);
        m->lines[m->count] = pl_add_gnuplot(&m->text[m->count], label, LABEL_WIDTH);
        m->need[m->count] = m->lines[m->count] * LINE_HEIGHT + ROW_GAP;
        m->point[m->count++] = &p[i];
    }
}

static void add_names(naming *m, range y, double panel, pl_str *s)
{
    for (int i = 0; i < m->count; i++)
        m->wanted[i] = panel * (100 * m->point[i]->accuracy - y.low) / (y.high - y.low);
    place_names(m->wanted, m->need, m->count, panel, m->place);
    for (int i = 0; i < m->count; i++) {
        double at = m->place[i] / panel;
        pl_str_addf(s,
                    "set arrow from first %.9g, first %.9g to graph 1.02, graph %.4f nohead back "
                    "lc rgb '" PL_COLOR_DARK "' dt 3 lw 0.8\nset label ",
                    m->point[i]->seconds, 100 * m->point[i]->accuracy, at);
        pl_str_add(s, m->text[i].text);
        pl_str_addf(s, " at graph 1.03, graph %.4f left offset character 0,%.1f\n", at,
                    0.5 * (m->lines[i] - 1));
        pl_str_clear(&m->text[i]);
    }
}

static void add_data(const pl_cost_point *p, int n, bool front, pl_str *s)
{
    pl_str_addf(s, "$%s << EOD\n", front ? "front" : "others");
    for (int i = 0; i < n; i++)
        if (p[i].front == front)
            pl_str_addf(s, "%.9g %.9g\n", p[i].seconds, 100 * p[i].accuracy);
    pl_str_add(s, "EOD\n");
}

/* Ticks at 1, 2 and 5 times powers of ten, as plain numbers. */
static void add_ticks(range x, pl_str *s)
{
    static const double step[3] = {1, 2, 5};
    const char *comma = "";
    bool few = x.high - x.low < 2.0; /* else the powers alone */
    pl_str_add(s, "set xtics nomirror (");
    for (int e = (int)floor(x.low) - 1; e <= (int)ceil(x.high); e++) {
        for (int k = 0; k < (few ? 3 : 1); k++) {
            double v = step[k] * pow(10, e);
            if (log10(v) < x.low || log10(v) > x.high)
                continue;
            pl_str_addf(s, "%s'%.9g' %.9g", comma, v, v);
            comma = ", ";
        }
    }
    pl_str_add(s, ")\n");
}

static void add_figure(const pl_study_data *d, const pl_cost_point *p, int n, pl_figures *figures)
{
    pl_str s, csv, source;
    naming m;
    pl_str_init(&s);
    pl_str_init(&csv);
    pl_str_init(&source);
    name_front(d, p, n, &m);
    double low = 100.0, high = 0.0, rows = 0.0;
    bool others = false;
    for (int i = 0; i < n; i++) {
        low = fmin(low, 100 * p[i].accuracy);
        high = fmax(high, 100 * p[i].accuracy);
        others = others || !p[i].front;
    }
    for (int i = 0; i < m.count; i++)
        rows += m.need[i];
    range x = range_of(log10(p[0].seconds), log10(p[n - 1].seconds), 0.1);
    range y = range_of(low, high, 0.1);
    double panel = fmax(LEAST_PANEL, rows), height = panel + FRAME;
    add_data(p, n, true, &s);
    add_data(p, n, false, &s);
    pl_str_add(&s, "set key tmargin center vertical maxrows 2 title ");
    pl_add_gnuplot(&s, d->name, 80);
    pl_str_addf(&s,
                "\nset logscale x\n"
                "set xlabel 'training time (s, logarithmic), mean over seeds'\n"
                "set ylabel 'test accuracy (%%), mean over seeds'\n"
                "set xrange [%.9g:%.9g]\nset yrange [%.9g:%.9g]\n"
                "set border 3\nset ytics nomirror\n"
                "set lmargin at screen 0.09\nset rmargin at screen %.4f\n"
                "set bmargin at screen %.4f\nset tmargin at screen %.4f\n",
                pow(10, x.low), pow(10, x.high), y.low, y.high,
                1.0 - (30 + CHARACTER * (double)m.width) / WIDTH, 80.0 / height,
                (80.0 + panel) / height);
    add_ticks(x, &s);
    add_names(&m, y, panel, &s);
    pl_str_add(&s, "plot ");
    if (others)
        pl_str_add(&s, "$others using 1:2 with points lc rgb '" PL_COLOR_VAL
                       "' lw 1.5 pt 6 ps 1 title 'others', ");
    pl_str_add(&s, "$front using 1:2 with steps lc rgb '" PL_COLOR_TRAIN
                   "' lw 1 dt 2 notitle, $front using 1:2 with points lc rgb '" PL_COLOR_TRAIN
                   "' pt 7 ps 1.1 title 'front: nothing is both faster and better'\n");
    add_csv(d, p, n, &csv);
    pl_add_study_source(d, &source);
    pl_figures_add(figures,
                   &(pl_figure){"pareto", WIDTH, (int)height, s.text, csv.text, source.text});
    pl_str_clear(&s);
    pl_str_clear(&csv);
    pl_str_clear(&source);
}

static void add_table(const pl_study_data *d, const pl_cost_point *p, int n, pl_doc *doc)
{
    pl_doc_table(doc, "pareto-table", "The front: more accuracy for more time", false);
    pl_doc_column(doc, "group", false, NULL);
    pl_doc_column(doc, "training, s", true, "mean over the runs, as measured");
    pl_doc_column(doc, "test accuracy, %", true, "mean over the runs");
    pl_doc_column(doc, "n", true, "runs");
    for (int i = 0; i < n; i++) {
        const pl_report_group *g = &d->group[p[i].group];
        if (!p[i].front)
            continue;
        pl_doc_cell(doc, g->label, (double)NAN, PL_CELL_HEAD);
        pl_doc_number(doc, p[i].seconds, p[i].seconds < 10 ? 2 : 1, 0);
        pl_doc_percent(doc, p[i].accuracy, 0);
        pl_doc_number(doc, g->summary[PL_TEST_ACCURACY].n, 0, 0);
    }
    pl_doc_table_end(doc);
}

void pl_pareto_section(const pl_study_data *d, pl_doc *doc, pl_figures *figures)
{
    int n, front = 0;
    if (!pl_study_tells_alike(d)) {
        pl_doc_heading(doc, 2, "pareto", "Cost against accuracy");
        pl_doc_text(
            doc, PL_TONE_PLAIN,
            "Left out: the groups tell different attributes, so no accuracy is more or less "
            "than another for its time. The table of costs has the times.");
        return;
    }
    pl_cost_point *p = pl_pareto_new(d, &n);
    for (int i = 0; i < n; i++)
        front += p[i].front;
    if (n >= 2) {
        pl_doc_heading(doc, 2, "pareto", "Cost against accuracy");
        pl_doc_text(
            doc, PL_TONE_PLAIN,
            "Of %d groups %d %s on the front: no other group trains in at most the same "
            "time to at least the same mean test accuracy. Times are as measured, beside "
            "whatever else the machine did; small differences of either kind may be chance.",
            n, front, front == 1 ? "is" : "are");
        add_figure(d, p, n, figures);
        pl_str caption;
        pl_str_init(&caption);
        pl_str_add(&caption, "Training time against test accuracy, one point per group. From ");
        pl_add_study_source(d, &caption);
        pl_str_add(&caption, ".");
        pl_doc_figure(doc, "pareto", caption.text,
                      "Points: mean training time and mean test accuracy of each group, with the "
                      "groups on the front named; the table below lists them.",
                      NULL);
        pl_str_clear(&caption);
        add_table(d, p, n, doc);
    }
    free(p);
}
