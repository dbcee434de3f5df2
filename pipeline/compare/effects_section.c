#include "compare/effects_section.h"

#include <math.h>
#include <stdlib.h>

#include "compare/effects_study.h"
#include "compare/figure_source.h"
#include "draw/escape.h"
#include "util/fs.h"

enum {
    WIDTH = PL_FIGURE_FULL,
    LABEL_WIDTH = 44,
    LINE_HEIGHT = 17,
    ROW_GAP = 9,
    FRAME = 150,
    MAX_ROWS = 40,        /* of the figure */
    MAX_INTERACTIONS = 12 /* of the page's table that stands open */
};

/* Points a character of a label takes at most, on average. */
#define CHARACTER 7.4

/* A row of the figure. */
typedef struct row {
    const pl_key_effect *key;
    const pl_level_effect *level; /* NULL: the trend */
    const pl_effect *effect;
} row;

/* In percentage points; what shows as 0.00 has no sign of its own. */
static double points(double value)
{
    return fabs(100 * value) < 0.005 ? 0.0 : 100 * value;
}

static void add_level_name(const pl_study_data *d, const pl_key_effect *k, const pl_level_effect *l,
                           pl_str *s)
{
    if (l)
        pl_str_addf(s, "%s: %s against %s", pl_axis_short(d, k->axis), l->value, k->level[0].value);
    else
        pl_str_addf(s, "%s: per step up", pl_axis_short(d, k->axis));
}

/* Those that can be estimated; heap. */
static row *rows_new(const pl_study_effects *e, int *count)
{
    size_t room = 0;
    *count = 0;
    for (int i = 0; i < e->keys; i++)
        room += (size_t)(e->key[i].level ? e->key[i].levels : 0) + 1;
    row *rows = calloc(room + 1, sizeof *rows);
    if (!rows)
        abort();
    for (int i = 0; i < e->keys; i++) {
        const pl_key_effect *k = &e->key[i];
        for (int v = 1; k->level && v < k->levels; v++)
            if (k->level[v].effect.n > 0)
                rows[(*count)++] = (row){k, &k->level[v], &k->level[v].effect};
        if (k->trend.n > 0)
            rows[(*count)++] = (row){k, NULL, &k->trend};
    }
    return rows;
}

/* Holds every dot, and the intervals as far as they do not dwarf the dots: one of two wild runs would flatten all others. */
static bool add_range(const row *rows, int n, pl_str *s)
{
    double low = 0.0, high = 0.0, ends[2] = {0.0, 0.0};
    for (int i = 0; i < n; i++) {
        const pl_effect *f = rows[i].effect;
        low = fmin(low, f->value);
        high = fmax(high, f->value);
        ends[0] = fmin(ends[0], f->low); /* NaN counts as absent */
        ends[1] = fmax(ends[1], f->high);
    }
    double most = fmax(1.5 * (high - low), 0.005);
    bool cut = ends[0] < low - most || ends[1] > high + most;
    low = fmin(low, fmax(ends[0], low - most));
    high = fmax(high, fmin(ends[1], high + most));
    double free_side = fmax(0.05 * (high - low), 0.001);
    pl_str_addf(s, "set xrange [%.9g:%.9g]\n", 100 * (low - free_side), 100 * (high + free_side));
    return cut;
}

/* Names at the left, the number at the right. Returns the figure's height. */
static int add_rows(const pl_study_data *d, const row *rows, int n, pl_str *s)
{
    size_t width = 0;
    int most = 1;
    pl_str name;
    pl_str_init(&name);
    for (int i = 0; i < n; i++) {
        pl_str_reset(&name);
        add_level_name(d, rows[i].key, rows[i].level, &name);
        size_t chars = pl_text_width(name.text);
        chars = chars < LABEL_WIDTH ? chars : LABEL_WIDTH;
        width = chars > width ? chars : width;
        pl_str_add(s, "set label ");
        int lines = pl_add_gnuplot(s, name.text, LABEL_WIDTH);
        most = lines > most ? lines : most;
        pl_str_addf(s, " at graph 0, first %d right offset character -1,%.1f\n", i + 1,
                    0.5 * (lines - 1));
    }
    pl_str_clear(&name);
    pl_str_addf(s, "set lmargin at screen %.4f\nunset ytics\nset y2tics scale 0 (",
                (20 + CHARACTER * (double)width) / WIDTH);
    for (int i = 0; i < n; i++)
        pl_str_addf(s, "'%+.2f, n %d' %d%s", points(rows[i].effect->value), rows[i].effect->n,
                    i + 1, i + 1 < n ? ", " : ")\n");
    return FRAME + n * (most * LINE_HEIGHT + ROW_GAP);
}

/* The data of the rows with an interval, or of those without. */
static bool add_block(const row *rows, int n, bool interval, pl_str *s)
{
    bool any = false;
    pl_str_addf(s, "$%s << EOD\n", interval ? "interval" : "alone");
    for (int i = 0; i < n; i++) {
        const pl_effect *f = rows[i].effect;
        if (isnan(f->low) == interval)
            continue;
        any = true;
        pl_str_addf(s, "%.9g %d", 100 * f->value, i + 1);
        if (interval)
            pl_str_addf(s, " %.9g %.9g", 100 * f->low, 100 * f->high);
        pl_str_add(s, "\n");
    }
    pl_str_add(s, "EOD\n");
    return any;
}

static void add_figure(const pl_study_data *d, const pl_study_effects *e, const row *rows, int n,
                       pl_figures *figures)
{
    pl_str s, csv, source;
    pl_str_init(&s);
    pl_str_init(&csv);
    pl_str_init(&source);
    bool whole = add_block(rows, n, true, &s), alone = add_block(rows, n, false, &s);
    pl_str_add(&s, "set key tmargin center vertical maxrows 2 title ");
    pl_add_gnuplot(&s, d->name, 80);
    pl_str_addf(&s,
                "\nset xlabel 'difference in test accuracy (percentage points), other keys held'\n"
                "set yrange [%d.4:0.6] noreverse\nset y2range [%d.4:0.6] noreverse\n"
                "set grid xtics noytics\n"
                "set border 1\nset xtics nomirror\n"
                "set arrow from 0, graph 0 to 0, graph 1 nohead lc rgb '" PL_COLOR_DARK
                "' dt 2 lw 1\n",
                n, n);
    int height = add_rows(d, rows, n, &s);
    bool cut = add_range(rows, n, &s);
    if (whole)
        pl_str_addf(&s,
                    "plot $interval using 1:2:3:4 with xerrorbars lc rgb '" PL_COLOR_TRAIN
                    "' lw 1.5 pt 7 ps 0.9 title 'mean of the differences, 95 %% interval "
                    "(Student t over n pairs)%s'",
                    cut ? ", cut at the frame" : "");
    if (alone)
        pl_str_addf(&s,
                    "%s $alone using 1:2 with points lc rgb '" PL_COLOR_VAL
                    "' lw 1.5 pt 6 ps 0.9 title 'one pair: no interval'",
                    whole ? "," : "plot");
    pl_str_add(&s, "\n");
    pl_study_effects_csv(d, e, &csv);
    pl_add_study_source(d, &source);
    pl_figures_add(figures, &(pl_figure){"effects", WIDTH, height, s.text, csv.text, source.text});
    pl_str_clear(&s);
    pl_str_clear(&csv);
    pl_str_clear(&source);
}

/* Points with sign; "-" where there is none. */
static void add_points(pl_doc *doc, double value, unsigned marks)
{
    if (isnan(value))
        pl_doc_cell(doc, "-", value, marks);
    else
        pl_doc_cellf(doc, value, marks, "%+.2f", points(value));
}

static void add_p(pl_doc *doc, double p)
{
    if (isnan(p))
        pl_doc_cell(doc, "-", p, 0);
    else
        pl_doc_cellf(doc, p, p < 0.05 ? PL_CELL_BOLD : 0, p < 0.001 ? "%.1e" : "%.3f", p);
}

static void add_numbers(pl_doc *doc, const pl_effect *f, double holm_p)
{
    if (f->n == 0)
        pl_doc_cell(doc, "not estimable", (double)NAN, PL_CELL_SOFT);
    else
        add_points(doc, f->value, 0);
    add_points(doc, f->low, 0);
    add_points(doc, f->high, 0);
    pl_doc_cellf(doc, f->n, 0, "%d", f->n);
    add_p(doc, f->p);
    add_p(doc, holm_p);
}

static void add_number_columns(pl_doc *doc, const char *pairs)
{
    pl_doc_column(doc, "difference", true, "in test accuracy, percentage points");
    pl_doc_column(doc, "from", true, "95 % interval, Student's t");
    pl_doc_column(doc, "to", true, "95 % interval, Student's t");
    pl_doc_column(doc, "n", true, pairs);
    pl_doc_column(doc, "p", true, "paired t test of no difference");
    pl_doc_column(doc, "p, Holm", true, "p corrected for all rows of this table");
}

static void add_level_table(const pl_study_data *d, const pl_study_effects *e, pl_doc *doc)
{
    pl_doc_table(doc, "effects-table", "Effect of each level against the first, others held", true);
    pl_doc_column(doc, "key", false, NULL);
    pl_doc_column(doc, "level", false, NULL);
    pl_doc_column(doc, "against", false, "the first level in the study: the reference");
    add_number_columns(doc, "pairs of runs that differ in this key alone");
    for (int i = 0; i < e->keys; i++) {
        const pl_key_effect *k = &e->key[i];
        for (int v = 1; k->level && v < k->levels; v++) {
            pl_doc_cell(doc, d->axis[k->axis], (double)NAN, PL_CELL_HEAD);
            pl_doc_cell(doc, k->level[v].value, (double)NAN, 0);
            pl_doc_cell(doc, k->level[0].value, (double)NAN, PL_CELL_SOFT);
            add_numbers(doc, &k->level[v].effect, k->level[v].holm_p);
        }
    }
    pl_doc_table_end(doc);
}

static void add_interaction_table(const pl_study_data *d, const pl_study_effects *e, pl_doc *doc)
{
    bool fold = e->interactions > MAX_INTERACTIONS;
    if (e->interactions == 0)
        return;
    pl_doc_text(
        doc, PL_TONE_PLAIN,
        "Interactions: how much more a level of one key does at a level of another, than "
        "at the references of both (difference of differences, over complete 2 x 2 cells).");
    if (fold)
        pl_doc_begin(doc, PL_PART_FOLD, "All interactions");
    pl_doc_table(doc, "interactions-table", "Interactions of two keys", true);
    pl_doc_column(doc, "first", false, NULL);
    pl_doc_column(doc, "second", false, NULL);
    add_number_columns(doc, "fours of runs that differ in these two keys alone");
    for (int i = 0; i < e->interactions; i++) {
        const pl_interaction *x = &e->interaction[i];
        for (int k = 0; k < 2; k++)
            pl_doc_cellf(doc, (double)NAN, k ? 0 : PL_CELL_HEAD, "%s: %s against %s",
                         pl_axis_short(d, x->axis[k]), x->value[k], x->reference[k]);
        add_numbers(doc, &x->effect, x->holm_p);
    }
    pl_doc_table_end(doc);
    if (fold)
        pl_doc_end(doc, PL_PART_FOLD);
}

/* What the table says, in words: the effects that are told from none after the correction, and how many are not. */
static void add_findings(const pl_study_data *d, const pl_study_effects *e, pl_doc *doc)
{
    int untold = 0, not_estimable = 0;
    for (int i = 0; i < e->keys; i++) {
        const pl_key_effect *k = &e->key[i];
        for (int v = 1; k->level && v < k->levels; v++) {
            const pl_level_effect *l = &k->level[v];
            untold += l->effect.n > 0 && !(l->holm_p < 0.05);
            not_estimable += l->effect.n == 0;
            if (l->effect.n > 0 && l->holm_p < 0.05)
                pl_doc_item(doc, PL_TONE_PLAIN,
                            "%s: %s against %s changes test accuracy by %+.2f points (95 %% "
                            "interval %+.2f to %+.2f, n %d).",
                            d->axis[k->axis], l->value, k->level[0].value, 100 * l->effect.value,
                            100 * l->effect.low, 100 * l->effect.high, l->effect.n);
        }
        if (k->apart)
            pl_doc_item(doc, PL_TONE_PLAIN,
                        "%s: its levels tell different attributes, so their accuracies are not set "
                        "against each other; Attributes does it by attribute.",
                        d->axis[k->axis]);
        else if (!k->level)
            pl_doc_item(doc, PL_TONE_PLAIN, "%s has %d levels: only its trend is looked at.",
                        d->axis[k->axis], k->levels);
        if (k->trend.n > 0)
            pl_doc_item(doc, PL_TONE_PLAIN,
                        isnan(k->trend.low) ? "%s, per step up to its next level: %+.2f points."
                                            : "%s, per step up to its next level: %+.2f points "
                                              "(95 %% interval %+.2f to %+.2f).",
                        d->axis[k->axis], points(k->trend.value), points(k->trend.low),
                        points(k->trend.high));
    }
    if (untold)
        pl_doc_item(doc, PL_TONE_PLAIN, "%d effect%s cannot be told from none by these runs.",
                    untold, untold == 1 ? "" : "s");
    if (not_estimable)
        pl_doc_item(doc, PL_TONE_PLAIN,
                    "%d level%s cannot be estimated: no run at it differs from one at the "
                    "reference in this key alone.",
                    not_estimable, not_estimable == 1 ? "" : "s");
}

void pl_effects_section(const pl_study_data *d, pl_doc *doc, pl_figures *figures)
{
    pl_study_effects e;
    pl_study_effects_new(d, &e);
    if (pl_study_has_effects(&e)) {
        int n;
        row *rows = rows_new(&e, &n);
        int left_out = n > MAX_ROWS ? n - MAX_ROWS : 0;
        add_figure(d, &e, rows, n - left_out, figures);
        pl_doc_heading(doc, 2, "effects", "What each key does");
        pl_doc_text(doc, PL_TONE_PLAIN,
                    "Runs that differ in one key alone are paired, seed by seed; the mean of their "
                    "differences in test accuracy is given, with Student's 95 %% interval over the "
                    "pairs. It covers the chance of training and the settings this study has, not "
                    "that of the choice of test images. A key without effect on a model counts "
                    "there as its first value.");
        add_findings(d, &e, doc);
        pl_str caption;
        pl_str_init(&caption);
        pl_str_add(&caption,
                   left_out
                       ? "Effect of each level against the first; the table has the rest. From "
                       : "Effect of each level against the first, others held. From ");
        pl_add_study_source(d, &caption);
        pl_str_add(&caption, ".");
        pl_doc_figure(doc, "effects", caption.text,
                      "Dots with intervals: the difference in test accuracy that each level of "
                      "each swept key makes; the table below has the numbers.",
                      NULL);
        pl_str_clear(&caption);
        add_level_table(d, &e, doc);
        add_interaction_table(d, &e, doc);
        free(rows);
    }
    pl_study_effects_free(&e);
}

kn_status pl_effects_write(const pl_study_data *d, kn_error *e)
{
    pl_study_effects effects;
    pl_str s;
    pl_str_init(&s);
    pl_study_effects_new(d, &effects);
    pl_study_effects_csv(d, &effects, &s);
    char *path = pl_path_join(d->dir, "effects.csv");
    kn_status rc = pl_write_file_if_changed(path, s.text, s.size, e);
    free(path);
    pl_str_clear(&s);
    pl_study_effects_free(&effects);
    return rc;
}
