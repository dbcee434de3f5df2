#include "insight/robust_section.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "draw/escape.h"
#include "insight/robust.h"
#include "util/fs.h"

enum { COLUMNS = 8, HEIGHT = 760, CUT = 60 };

/* The rows of one run's file. */
typedef struct curves {
    const pl_report_run *run;
    const char *label;
    pl_csv csv;
    size_t column[COLUMNS];
} curves;

enum { DISTURBANCE, AMOUNT, ALIGN, IMAGES, ANSWERED, ACCURACY, LOW, HIGH };

static const char *const names[COLUMNS] = {"disturbance", "amount",   "align", "images",
                                           "answered",    "accuracy", "low",   "high"};

/* The run of a group that has a file; of several that with the best validation accuracy. */
static const pl_report_run *run_of(const pl_study_data *d, const pl_report_group *g, char **path)
{
    const pl_report_run *best = NULL;
    *path = NULL;
    for (int i = 0; i < g->run_count; i++) {
        const pl_report_run *r = &d->run[g->run[i]];
        char *file = pl_robust_path(d->dir, r->id);
        bool better = r->done && pl_exists(file) &&
                      (!best || r->metric[PL_VAL_ACCURACY] > best->metric[PL_VAL_ACCURACY]);
        if (better) {
            free(*path);
            *path = file;
            best = r;
        } else {
            free(file);
        }
    }
    return best;
}

static kn_status read_curves(const pl_study_data *d, curves *out, int *count, int *left_out,
                             kn_error *e)
{
    kn_status rc = KN_OK;
    *count = *left_out = 0;
    for (int g = 0; g < d->group_count && rc == KN_OK; g++) {
        char *path;
        const pl_report_run *run = run_of(d, &d->group[g], &path);
        if (run && *count == PL_ROBUST_RUNS) {
            (*left_out)++;
        } else if (run) {
            curves *c = &out[*count];
            *c = (curves){.run = run, .label = d->group[g].label};
            rc = pl_csv_read(path, &c->csv, e);
            if (rc == KN_OK) {
                (*count)++;
                rc = pl_csv_columns(path, &c->csv, names, COLUMNS, c->column, e);
            }
        }
        free(path);
    }
    return rc;
}

static const char *field(const curves *c, size_t row, int column)
{
    return pl_csv_get(&c->csv, row, c->column[column]);
}

/* A block of numbers of one run, one disturbance, with or without alignment; false where it has none. */
static bool add_block(const curves *c, int run, int kind, int align, pl_str *body)
{
    bool any = false;
    for (size_t r = 1; r < c->csv.rows; r++) {
        if (strcmp(field(c, r, DISTURBANCE), pl_disturbances[kind].name) != 0 ||
            atoi(field(c, r, ALIGN)) != align)
            continue;
        if (!any)
            pl_str_addf(body, "$d%d_%d_%d << EOD\n", run, kind, align);
        any = true;
        pl_str_addf(body, "%s", field(c, r, AMOUNT));
        for (int i = ACCURACY; i <= HIGH; i++) {
            char *end;
            double v = strtod(field(c, r, i), &end);
            pl_str_addf(body, end != field(c, r, i) ? " %.5g" : " NaN", 100 * v);
        }
        pl_str_add(body, "\n");
    }
    if (any)
        pl_str_add(body, "EOD\n");
    return any;
}

/* ls of a run: its colour; dashed and open with alignment. */
static void add_lines(const curves *c, int count, int kind, bool have[][2], pl_str *body)
{
    static const char *const color[PL_ROBUST_RUNS] = {PL_COLOR_1, PL_COLOR_2, PL_COLOR_3,
                                                      PL_COLOR_5};
    const char *comma = "";
    pl_str_add(body, "plot ");
    for (int i = 0; i < count; i++)
        for (int a = 0; a < 2; a++) {
            if (!have[i][a])
                continue;
            pl_str_addf(body,
                        "%s$d%d_%d_%d using 1:2:3:4 with yerrorbars lc rgb '%s' lw 1 pt %d ps 0.5 "
                        "notitle, $d%d_%d_%d using 1:2 with lines lc rgb '%s' lw 1.5 dt %d ",
                        comma, i, kind, a, color[i], a ? 6 : 7, i, kind, a, color[i], a ? 2 : 1);
            comma = ", ";
            if (kind > 0) {
                pl_str_add(body, "notitle");
                continue;
            }
            char *title = pl_format("%s%s", c[i].label, a ? ", aligned" : "");
            pl_str_add(body, "title ");
            pl_add_gnuplot(body, title, CUT);
            free(title);
        }
    pl_str_add(body, "\n");
}

static void add_figure(const pl_study_data *d, const curves *c, int count, pl_figures *figures)
{
    pl_str body, csv;
    bool have[PL_DISTURB_COUNT][PL_ROBUST_RUNS][2];
    pl_str_init(&body);
    pl_str_init(&csv);
    pl_str_add(&csv, "run");
    for (int i = 0; i < COLUMNS; i++)
        pl_str_addf(&csv, ",%s", names[i]);
    pl_str_add(&csv, "\n");
    for (int i = 0; i < count; i++) {
        for (int k = 0; k < PL_DISTURB_COUNT; k++)
            for (int a = 0; a < 2; a++)
                have[k][i][a] = add_block(&c[i], i, k, a, &body);
        for (size_t r = 1; r < c[i].csv.rows; r++) {
            pl_csv_add(&csv, c[i].run->id);
            for (int k = 0; k < COLUMNS; k++) {
                pl_str_add(&csv, ",");
                pl_csv_add(&csv, field(&c[i], r, k));
            }
            pl_str_add(&csv, "\n");
        }
    }
    pl_str_add(&body, "set multiplot layout 4,2 title ");
    pl_add_gnuplot(&body, d->name, 80);
    pl_str_add(&body, ".' on test images made worse'\nset grid lc rgb '" PL_COLOR_GRID
                      "' lt 1\nset yrange [*:100]\nset bars 0\nset ylabel 'accuracy (%)'\n");
    for (int k = 0; k < PL_DISTURB_COUNT; k++) {
        pl_str_add(&body, k == 0 ? "set key bottom center vertical Left reverse samplen 2\n"
                                 : "unset key\n");
        const double *amount = pl_disturbances[k].amount;
        pl_str_addf(&body, "set xlabel '%s'\nset xrange [%g:%g]\n", pl_disturbances[k].axis,
                    amount[0], amount[PL_DISTURB_STEPS - 1]);
        add_lines(c, count, k, have[k], &body);
    }
    pl_str_add(&body, "unset multiplot\n");
    pl_figures_add(figures,
                   &(pl_figure){"robust", PL_FIGURE_FULL, HEIGHT, body.text, csv.text, NULL});
    pl_str_clear(&body);
    pl_str_clear(&csv);
}

/* The row at one amount; 0: none. */
static size_t row_at(const curves *c, int kind, double amount, int align)
{
    for (size_t r = 1; r < c->csv.rows; r++)
        if (strcmp(field(c, r, DISTURBANCE), pl_disturbances[kind].name) == 0 &&
            atoi(field(c, r, ALIGN)) == align && atof(field(c, r, AMOUNT)) == amount)
            return r;
    return 0;
}

/* The ends of the curves of framing, where it hurts most. */
static void add_table(const curves *c, int count, pl_doc *doc)
{
    pl_doc_table(doc, "robust-table", "Accuracy (%) where test images are framed otherwise.", true);
    pl_doc_column(doc, "run", false, NULL);
    pl_doc_column(doc, "aligned", false, "Whether faces were found and framed anew first.");
    pl_doc_column(doc, "as it is", true, "Undisturbed test images.");
    for (int k = 0; k <= PL_DISTURB_ROTATE; k++)
        for (int end = 0; end < 2; end++) {
            char *title = pl_format("%s %g", pl_disturbances[k].name,
                                    pl_disturbances[k].amount[end * (PL_DISTURB_STEPS - 1)]);
            pl_doc_column(doc, title, true, pl_disturbances[k].axis);
            free(title);
        }
    for (int i = 0; i < count; i++)
        for (int a = 0; a < 2; a++) {
            size_t plain = row_at(&c[i], 0, pl_disturbances[0].none, a);
            if (!plain)
                continue;
            pl_doc_cellf(doc, (double)NAN, PL_CELL_HEAD, "%s", c[i].label);
            pl_doc_cellf(doc, a, 0, "%s", a ? "yes" : "no");
            pl_doc_percent(doc, atof(field(&c[i], plain, ACCURACY)), 0);
            for (int k = 0; k <= PL_DISTURB_ROTATE; k++)
                for (int end = 0; end < 2; end++) {
                    size_t r = row_at(&c[i], k,
                                      pl_disturbances[k].amount[end * (PL_DISTURB_STEPS - 1)], a);
                    pl_doc_percent(doc, r ? atof(field(&c[i], r, ACCURACY)) : (double)NAN, 0);
                }
        }
    pl_doc_table_end(doc);
}

static void add_text(const curves *c, int count, int left_out, pl_doc *doc)
{
    pl_doc_heading(doc, 2, "robust", "Pictures framed otherwise, and worse");
    pl_doc_text(
        doc, PL_TONE_PLAIN,
        "%s test images of each run, changed in one way at a time at the model's size, with "
        "Wilson's 95 %% intervals. Aligned: the face is first found and framed anew, by what was "
        "learned from the training pictures alone; accuracy is then of the images in which a "
        "face was found. `facet robust RUN` measures a run.%s",
        field(&c[0], 1, IMAGES),
        left_out ? " Of the groups measured the first four are drawn." : "");
    pl_doc_figure(
        doc, "robust",
        "Accuracy against the size of the face, its place, rotation, blur, noise, JPEG "
        "quality and brightness. Broken lines: aligned.",
        "Eight panels of accuracy curves, one for each way in which test images were made worse",
        NULL);
    add_table(c, count, doc);
}

kn_status pl_robust_section(const pl_study_data *d, pl_doc *doc, pl_figures *figures, kn_error *e)
{
    curves c[PL_ROBUST_RUNS];
    int count, left_out;
    kn_status rc = read_curves(d, c, &count, &left_out, e);
    for (int i = 0; i < count && rc == KN_OK; i++)
        if (c[i].csv.rows < 2)
            rc = kn_fail(e, KN_EFORMAT, "robust/%s.csv has no rows", c[i].run->id);
    if (rc == KN_OK && count > 0) {
        add_figure(d, c, count, figures);
        if (doc)
            add_text(c, count, left_out, doc);
    }
    for (int i = 0; i < count; i++)
        pl_csv_clear(&c[i].csv);
    return rc;
}
