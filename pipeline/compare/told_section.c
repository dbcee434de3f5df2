#include "compare/told_section.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compare/figure_source.h"
#include "compare/told_attributes.h"
#include "draw/escape.h"
#include "io/csv.h"
#include "util/fs.h"

enum { LINE = 15, FRAME = 120, NAME_WIDTH = 28, FOLD_ABOVE = 60 /* rows */ };

typedef struct telling {
    const pl_study_data *d;
    pl_told *told;
    int count;
    pl_told_pair *pair;
    int pairs;
} telling;

static double gain(const pl_told *t)
{
    double v = t->accuracy.mean - t->majority;
    return isnan(v) ? -2 : v;
}

/* Most above the commoner class first. */
static int by_gain(const void *a, const void *b)
{
    const pl_told *x = *(const pl_told *const *)a, *y = *(const pl_told *const *)b;
    double p = gain(x), q = gain(y);
    return p != q ? (p < q ? 1 : -1) : (x > y) - (x < y);
}

/* The attributes of a group in that order, without the mean; heap. */
static const pl_told **sorted(const telling *t, int group, int *count)
{
    const pl_told **row = calloc((size_t)t->count + 1, sizeof *row);
    if (!row)
        abort();
    *count = 0;
    for (int i = 0; i < t->count; i++)
        if (t->told[i].group == group && t->told[i].name)
            row[(*count)++] = &t->told[i];
    qsort(row, (size_t)*count, sizeof *row, by_gain);
    return row;
}

/* Row numbers, from 1 on top: accuracy with its interval over the seeds (of one seed over the images), and the commoner class. */
static double add_block(const pl_told *const *row, int n, pl_str *body, pl_str *csv)
{
    double least = 1;
    pl_str_add(csv, "attribute,accuracy,low,high,majority,gain\n");
    pl_str_add(body, "$told << EOD\n");
    for (int i = 0; i < n; i++) {
        const pl_told *t = row[i];
        bool seeds = t->accuracy.n > 1;
        const double v[] = {t->accuracy.mean, seeds ? t->accuracy.low : t->images.low,
                            seeds ? t->accuracy.high : t->images.high, t->majority, gain(t)};
        pl_csv_add(csv, t->name);
        for (size_t k = 0; k < sizeof v / sizeof *v; k++) {
            pl_str_add(csv, ",");
            pl_csv_add_number(csv, v[k]);
        }
        pl_str_add(csv, "\n");
        if (isnan(v[0]) || isnan(v[3]))
            continue;
        least = fmin(least, fmin(v[3], v[0]));
        pl_str_addf(body, "%d %.9g %.9g %.9g %.9g\n", i + 1, 100 * v[0], 100 * fmax(v[1], 0.0),
                    100 * fmin(v[2], 1.0), 100 * v[3]);
    }
    pl_str_add(body, "EOD\n");
    return least;
}

/* What models of that attribute alone reach, where the study has one. */
static bool add_alone(const telling *t, const pl_told *const *row, int n, pl_str *body)
{
    bool any = false;
    pl_str_add(body, "$alone << EOD\n");
    for (int i = 0; i < n; i++)
        for (int k = 0; k < t->pairs; k++)
            if (t->pair[k].together == row[i] && !isnan(t->pair[k].alone->accuracy.mean)) {
                pl_str_addf(body, "%.9g %d\n", 100 * t->pair[k].alone->accuracy.mean, i + 1);
                any = true;
            }
    pl_str_add(body, "EOD\n");
    return any;
}

static void add_figure(const telling *t, int group, const char *name, pl_figures *figures)
{
    int n;
    const pl_told **row = sorted(t, group, &n);
    bool seeds = t->d->group[group].done > 1;
    pl_str body, csv, source;
    pl_str_init(&body);
    pl_str_init(&csv);
    pl_str_init(&source);
    double least = add_block(row, n, &body, &csv);
    bool alone = add_alone(t, row, n, &body);
    pl_str_add(&body, "set key tmargin center vertical maxrows 3 title ");
    pl_add_gnuplot(&body, t->d->group[group].label, 80);
    pl_str_addf(&body,
                "\nset xlabel 'test accuracy (%%)'\nset xrange [%.9g:100.5]\n"
                "set yrange [%d.6:0.4] noreverse\nset grid xtics lc rgb '" PL_COLOR_GRID
                "' lt 1\nset border 1\nset xtics nomirror\nset bars 0\n"
                "set lmargin at screen 0.29\nset rmargin at screen 0.97\nset ytics scale 0 (",
                fmax(0.0, floor(100 * least) - 2), n);
    for (int i = 0; i < n; i++) {
        pl_str text;
        pl_str_init(&text);
        pl_add_cut(&text, row[i]->name, NAME_WIDTH);
        pl_str_add(&body, i ? ", " : "");
        pl_add_gnuplot_tic(&body, text.text, 0);
        pl_str_addf(&body, " %d", i + 1);
        pl_str_clear(&text);
    }
    pl_str_addf(&body,
                ")\nplot $told using 5:1:($2-$5):(0) with vectors nohead lc rgb '" PL_COLOR_LIGHT
                "' lw 2 notitle, $told using 5:1 with points lc rgb '" PL_COLOR_BAD
                "' lw 1.5 pt 6 ps 0.7 title 'always the commoner class', $told using 2:1:3:4 with "
                "xerrorbars lc rgb '" PL_COLOR_GOOD "' lw 1.5 pt 7 ps 0.7 title '%s'",
                seeds ? "accuracy, 95 % interval over the seeds"
                      : "accuracy, 95 % interval over the images");
    if (alone)
        pl_str_add(&body, ", $alone using 1:2 with points lc rgb '" PL_COLOR_DARK
                          "' lw 1.5 pt 2 ps 0.9 title 'told alone'");
    pl_str_add(&body, "\n");
    pl_add_study_source(t->d, &source);
    pl_figures_add(figures, &(pl_figure){name, PL_FIGURE_FULL, FRAME + LINE * n, body.text,
                                         csv.text, source.text});
    pl_str_clear(&body);
    pl_str_clear(&csv);
    pl_str_clear(&source);
    free(row);
}

static void show_figure(const telling *t, int group, pl_doc *doc, pl_figures *figures)
{
    char name[PL_FIGURE_NAME];
    snprintf(name, sizeof name, "group-%02d-attributes", group + 1);
    add_figure(t, group, name, figures);
    int n;
    const pl_told **row = sorted(t, group, &n);
    char *caption = pl_format("Test accuracy of each attribute of %s against always naming its "
                              "commoner class, most gained on top.",
                              t->d->group[group].label);
    char *alt =
        pl_format("A row for each of %d attributes. Most is gained for %s, %.2f points, least "
                  "for %s, %.2f.",
                  n, row[0]->name, 100 * gain(row[0]), row[n - 1]->name, 100 * gain(row[n - 1]));
    pl_doc_figure(doc, name, caption, alt, NULL);
    free(caption);
    free(alt);
    free(row);
}

static void add_interval(pl_doc *doc, double low, double high)
{
    if (isnan(low))
        pl_doc_cell(doc, "", (double)NAN, 0);
    else
        pl_doc_cellf(doc, low, 0, "%.2f to %.2f", 100 * low, 100 * high);
}

static void add_count(pl_doc *doc, long long n)
{
    char text[PL_NUMBER_TEXT];
    pl_doc_cell(doc, pl_human_count(n, text, sizeof text), (double)n, 0);
}

static void add_row(const telling *t, const pl_told *row, pl_doc *doc)
{
    unsigned marks = row->name ? 0 : PL_CELL_BOLD;
    pl_doc_cell(doc, t->d->group[row->group].label, (double)NAN, PL_CELL_HEAD | marks);
    pl_doc_cell(doc, row->name ? row->name : "mean", (double)NAN, marks);
    pl_doc_number(doc, row->accuracy.n, 0, 0);
    add_count(doc, row->labelled);
    pl_doc_percent(doc, row->majority, marks);
    pl_doc_percent(doc, row->accuracy.mean, marks);
    pl_doc_percent(doc, row->accuracy.std, 0);
    add_interval(doc, row->accuracy.low, row->accuracy.high);
    add_interval(doc, row->images.low, row->images.high);
    pl_doc_percent(doc, row->balanced.mean, marks);
    pl_doc_number(doc, row->auc.mean, 4, marks);
    pl_doc_percent(doc, row->f1.mean, marks);
}

static void add_table(const telling *t, pl_doc *doc)
{
    bool fold = t->count > FOLD_ABOVE;
    if (fold)
        pl_doc_begin(doc, PL_PART_FOLD, "Every attribute of every group");
    pl_doc_table(doc, "told-table", "Every attribute of every group. Also in attributes.csv.",
                 true);
    pl_doc_column(doc, "group", false, NULL);
    pl_doc_column(doc, "attribute", false, NULL);
    pl_doc_column(doc, "n", true, "runs");
    pl_doc_column(doc, "labelled", true, "test images whose label is known");
    pl_doc_column(doc, "commoner class, %", true, "accuracy of always naming it");
    pl_doc_column(doc, "accuracy, %", true, "mean over the seeds");
    pl_doc_column(doc, "std", true, "sample standard deviation over the seeds, points");
    pl_doc_column(doc, "95 % over the seeds", false, "Student's interval of the mean");
    pl_doc_column(doc, "95 % over the images", false, "Wilson's interval of the mean accuracy");
    pl_doc_column(doc, "balanced, %", true, "mean of the recalls of both classes");
    pl_doc_column(doc, "AUC", true, NULL);
    pl_doc_column(doc, "F1, %", true, "of those that have the attribute");
    for (int i = 0; i < t->count; i++)
        add_row(t, &t->told[i], doc);
    pl_doc_table_end(doc);
    if (fold)
        pl_doc_end(doc, PL_PART_FOLD);
}

static void add_pairs(const telling *t, pl_doc *doc)
{
    if (t->pairs == 0)
        return;
    pl_doc_table(
        doc, "told-pairs",
        "Attributes told alone and together with others: the mean over the seeds that both "
        "groups have of the difference in test accuracy, each on its own test images, with "
        "Student's 95 % interval",
        t->pairs > 8);
    pl_doc_column(doc, "attribute", false, NULL);
    pl_doc_column(doc, "alone", false, NULL);
    pl_doc_column(doc, "accuracy, %", true, NULL);
    pl_doc_column(doc, "together", false, NULL);
    pl_doc_column(doc, "accuracy, %", true, NULL);
    pl_doc_column(doc, "difference, points", true, "together less alone");
    pl_doc_column(doc, "95 % over the seeds", false, NULL);
    pl_doc_column(doc, "n", true, "seeds that both have");
    for (int i = 0; i < t->pairs; i++) {
        const pl_told_pair *p = &t->pair[i];
        const pl_effect *f = &p->difference;
        pl_doc_cell(doc, p->alone->name, (double)NAN, PL_CELL_HEAD);
        pl_doc_cell(doc, t->d->group[p->alone->group].label, (double)NAN, 0);
        pl_doc_percent(doc, p->alone->accuracy.mean, 0);
        pl_doc_cell(doc, t->d->group[p->together->group].label, (double)NAN, 0);
        pl_doc_percent(doc, p->together->accuracy.mean, 0);
        if (f->n > 0)
            pl_doc_cellf(doc, f->value, 0, "%+.2f", 100 * f->value);
        else
            pl_doc_cell(doc, "-", (double)NAN, 0);
        if (isnan(f->low))
            pl_doc_cell(doc, "", (double)NAN, 0);
        else
            pl_doc_cellf(doc, f->low, 0, "%+.2f to %+.2f", 100 * f->low, 100 * f->high);
        pl_doc_number(doc, f->n, 0, 0);
    }
    pl_doc_table_end(doc);
}

/* "all: 90.12 % over 40 attributes (always the commoner class: 80.00 %), above it on 38." */
static void add_means(const telling *t, pl_doc *doc)
{
    for (int i = 0; i < t->count; i++) {
        const pl_told *mean = &t->told[i];
        int n = 0, above = 0;
        if (mean->name)
            continue;
        for (int k = 0; k < t->count; k++)
            if (t->told[k].group == mean->group && t->told[k].name) {
                n++;
                above += gain(&t->told[k]) > 1e-9;
            }
        char a[PL_NUMBER_TEXT], b[PL_NUMBER_TEXT], c[PL_NUMBER_TEXT];
        pl_doc_item(doc, PL_TONE_PLAIN,
                    "%s: mean accuracy %s %% and balanced %s %% over %d attributes, always the "
                    "commoner class %s %%; above that on %d of them.",
                    t->d->group[mean->group].label, pl_percent_text(mean->accuracy.mean, a),
                    pl_percent_text(mean->balanced.mean, b), n, pl_percent_text(mean->majority, c),
                    above);
    }
}

static void begin(const pl_study_data *d, telling *t)
{
    *t = (telling){.d = d};
    t->told = pl_told_new(d, &t->count);
    t->pair = pl_told_pairs_new(d, t->told, t->count, &t->pairs);
}

static void end(telling *t)
{
    free(t->told);
    free(t->pair);
}

void pl_told_section(const pl_study_data *d, const pl_drawn *drawn, pl_doc *doc,
                     pl_figures *figures)
{
    telling t;
    begin(d, &t);
    if (t.count > 0) {
        pl_doc_heading(doc, 2, "told", "Attributes");
        pl_doc_text(
            doc, PL_TONE_PLAIN,
            "One model tells several attributes, one probability each; images whose label is "
            "not known count nothing for that attribute. Where almost all images are of one "
            "class the accuracy says little: balanced accuracy and AUC do not depend on how "
            "common the classes are.");
        add_means(&t, doc);
        add_pairs(&t, doc);
        for (int i = 0; i < t.count; i++)
            if (!t.told[i].name && drawn->group[t.told[i].group])
                show_figure(&t, t.told[i].group, doc, figures);
        add_table(&t, doc);
    }
    end(&t);
}

kn_status pl_told_write(const pl_study_data *d, kn_error *e)
{
    telling t;
    pl_str s;
    begin(d, &t);
    pl_str_init(&s);
    pl_told_csv(d, t.told, t.count, &s);
    char *path = pl_path_join(d->dir, "attributes.csv");
    kn_status rc = KN_OK;
    if (t.count > 0)
        rc = pl_write_file_if_changed(path, s.text, s.size, e);
    else if (pl_exists(path))
        rc = pl_remove_tree(path, e);
    free(path);
    pl_str_clear(&s);
    end(&t);
    return rc;
}
