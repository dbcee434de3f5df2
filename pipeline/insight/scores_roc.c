/* ROC, and precision against recall. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "draw/escape.h"
#include "draw/figures.h"
#include "insight/scores_figures.h"
#include "insight/scores_line.h"
#include "io/csv.h"

enum curve { ROC, PR };

/* So far may a line that is drawn with fewer points lie off, in parts of the axis: below a pixel, and of the thin lines three. */
static const double near = 0.001, nearly = 0.004;

typedef struct points {
    size_t n;
    const double *x, *y, *threshold;
} points;

static void add_points(const points *p, const char *run, enum curve curve, double tolerance,
                       pl_str *body, pl_str *csv)
{
    bool *keep = malloc(p->n + 1);
    if (!keep)
        abort();
    pl_line_keep(p->x, p->y, p->n, tolerance, keep);
    for (size_t i = 0; i < p->n; i++) {
        if (!keep[i])
            continue;
        pl_str_addf(body, "%.5g %.5g\n", p->x[i], p->y[i]);
        pl_str_add(csv, curve == ROC ? "roc," : "pr,");
        pl_csv_add(csv, run);
        pl_str_add(csv, ",");
        pl_csv_add_number(csv, isfinite(p->threshold[i]) ? p->threshold[i] : (double)NAN);
        pl_str_addf(csv, ",%.9g,%.9g\n", p->x[i], p->y[i]);
    }
    free(keep);
}

/* Precision between two thresholds is that of the one before, as average precision counts it: the steps' corners become points,
 * with a threshold of NaN. out: heap, three arrays that begin at out->x. */
static double *stepped(const pl_pr *pr, points *out)
{
    size_t most = 2 * pr->n + 1;
    double *x = malloc(3 * most * sizeof *x);
    if (!x)
        abort();
    double *y = x + most, *threshold = y + most;
    *out = (points){0, x, y, threshold};
    for (size_t i = 0; i < pr->n; i++) {
        if (i > 0) {
            x[out->n] = pr->recall[i];
            y[out->n] = pr->precision[i - 1];
            threshold[out->n++] = (double)NAN;
        }
        x[out->n] = pr->recall[i];
        y[out->n] = pr->precision[i];
        threshold[out->n++] = pr->threshold[i];
    }
    return x;
}

/* Both curves of one run, as the data blocks $rocK and $prK. */
static void add_run(const pl_shown *s, int run, int block, pl_str *body, pl_str *csv)
{
    double tolerance = run == s->run ? near : nearly;
    const char *id = s->d->run[run].id;
    pl_side_answers a;
    pl_roc roc;
    pl_pr pr;
    points steps;
    pl_side_answers_of(&s->answers->run[run], s->runs.side, &a);
    pl_roc_new(a.p, a.label, a.count, &roc);
    pl_pr_new(a.p, a.label, a.count, &pr);
    pl_str_addf(body, "$roc%d << EOD\n", block);
    add_points(&(points){roc.n, roc.fpr, roc.tpr, roc.threshold}, id, ROC, tolerance, body, csv);
    pl_str_addf(body, "EOD\n$pr%d << EOD\n", block);
    double *owned = stepped(&pr, &steps);
    add_points(&steps, id, PR, tolerance, body, csv);
    free(owned);
    pl_str_add(body, "EOD\n");
    pl_pr_free(&pr);
    pl_roc_free(&roc);
    pl_side_answers_clear(&a);
}

/* The other runs, evenly spaced where there are too many; returns how many were added. */
static int add_others(const pl_shown *s, pl_str *body, pl_str *csv)
{
    int all = s->runs.count - 1, n = all < PL_ROC_OTHERS ? all : PL_ROC_OTHERS, seen = 0, k = 0;
    for (int i = 0; i < s->runs.count && k < n; i++) {
        if (s->runs.run[i] == s->run)
            continue;
        if (seen++ == (n == 1 ? 0 : (int)((long long)k * (all - 1) / (n - 1))))
            add_run(s, s->runs.run[i], ++k, body, csv);
    }
    return k;
}

static void add_lines(const pl_shown *s, enum curve curve, int others, const char *title,
                      pl_str *body)
{
    const char *name = curve == ROC ? "roc" : "pr";
    for (int k = 1; k <= others; k++) {
        pl_str_addf(body, "$%s%d using 1:2 with lines lc rgb '" PL_COLOR_SOFT "' lw 0.7 ", name, k);
        if (k > 1)
            pl_str_add(body, "notitle, ");
        else if (others == s->runs.count - 1)
            pl_str_addf(body, "title 'the other %s', ", others == 1 ? "seed" : "seeds");
        else
            pl_str_addf(body, "title '%d of the other %d seeds', ", others, s->runs.count - 1);
    }
    pl_str_addf(body,
                "$%s0 using 1:2 with lines lc rgb '" PL_COLOR_1 "' lw 2 title '%s', "
                "$%shalf using 1:2 with points lc rgb '" PL_COLOR_DARK
                "' pt 7 ps 0.9 title 'threshold 0.5'\n",
                name, title, name);
}

/* Where the threshold 0.5 lies on both. */
static void add_half(const pl_shown *s, pl_str *body)
{
    const pl_threshold_row *r = &s->scores.at_half;
    double right = r->recall_1 * (double)s->judged.of[1];
    double wrong = (1.0 - r->recall_0) * (double)s->judged.of[0];
    pl_str_addf(body, "$rochalf << EOD\n%.5g %.5g\nEOD\n$prhalf << EOD\n", 1.0 - r->recall_0,
                r->recall_1);
    if (right + wrong > 0)
        pl_str_addf(body, "%.5g %.5g\nEOD\n", r->recall_1, right / (right + wrong));
    else
        pl_str_addf(body, "%.5g NaN\nEOD\n", r->recall_1);
}

void pl_roc_figure(const pl_shown *s, pl_str *body, pl_str *csv)
{
    const pl_run_scores *its = &s->scores;
    pl_str_add(csv, "curve,run,threshold,x,y\n");
    add_run(s, s->run, 0, body, csv);
    int others = add_others(s, body, csv);
    add_half(s, body);
    pl_str_add(body, "set multiplot layout 1,2 title ");
    pl_add_gnuplot(body, s->title, 100);
    pl_str_add(body,
               ".\"\\n\" noenhanced\nset grid lc rgb '" PL_COLOR_GRID "' lt 1\nset xrange [0:1]\n"
               "set yrange [0:1.02]\nset xtics 0.2\nset ytics 0.2\n"
               "set key tmargin center vertical maxrows 4 Left reverse samplen 2\n"
               "set xlabel 'false positive rate: share of ");
    /* gnuplot strings are joined with a point */
    pl_str_add(body, "'.");
    pl_add_gnuplot(body, s->name[0], 0);
    pl_str_add(body, ".' named '.");
    pl_add_gnuplot(body, s->name[1], 0);
    pl_str_add(body, "\nset ylabel 'true positive rate: share of '.");
    pl_add_gnuplot(body, s->name[1], 0);
    char auc[80];
    snprintf(auc, sizeof auc, isnan(its->auc.low) ? "AUC %.4f" : "AUC %.4f (%.4f to %.4f)",
             its->auc.auc, its->auc.low, its->auc.high);
    pl_str_add(body,
               ".' found'\nplot x with lines lc rgb '" PL_COLOR_DARK "' dt 3 title 'chance', ");
    add_lines(s, ROC, others, auc, body);
    double share = (double)s->judged.of[1] / (double)s->judged.count;
    pl_str_add(body, "set xlabel 'recall: share of '.");
    pl_add_gnuplot(body, s->name[1], 0);
    pl_str_add(body, ".' found'\nset ylabel 'precision: share right of those named '.");
    pl_add_gnuplot(body, s->name[1], 0);
    pl_str_addf(body, "\nplot %.5g with lines lc rgb '" PL_COLOR_DARK "' dt 3 title 'chance', ",
                share);
    char ap[40];
    snprintf(ap, sizeof ap, "average precision %.4f", its->average_precision);
    add_lines(s, PR, others, ap, body);
    pl_str_add(body, "unset multiplot\n");
}
