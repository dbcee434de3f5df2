#include "report/plot_bodies.h"

#include <math.h>

#include "draw/escape.h"
#include "draw/figures.h"

/* A data block line's number; gnuplot leaves NaN out. */
static void add_number(pl_str *s, double v)
{
    pl_str_addf(s, isfinite(v) ? " %.9g" : " NaN", v);
}

static const double *series(const pl_report_epoch *p, int column)
{
    const double *all[4] = {&p->train_loss, &p->train_accuracy, &p->val_loss, &p->val_accuracy};
    return all[column];
}

static bool has_values(const pl_report_run *r, int column)
{
    for (size_t i = 0; i < r->epoch_count; i++) {
        if (isfinite(*series(&r->epoch[i], column)))
            return true;
    }
    return false;
}

/* One panel: column 0 loss or 1 accuracy of train, and + 2 of validation. */
static void add_panel(const pl_report_run *const *runs, int count, int column, pl_str *s)
{
    static const char *const title[2] = {"train", "validation"};
    static const char *const color[2] = {PL_COLOR_TRAIN, PL_COLOR_VAL};
    bool titled[2] = {false, false}, any = false;
    for (int side = 0; side < 2; side++) {
        for (int k = 0; k < count; k++) {
            if (!has_values(runs[k], column + 2 * side))
                continue;
            pl_str_addf(s,
                        "%s $r%d using 1:($%d*%s) with linespoints lc rgb '%s' lw 1.5%s pt %d "
                        "ps 0.5 %s%s%s",
                        any ? "," : "plot", k, 2 + column + 2 * side, column == 1 ? "100" : "1",
                        color[side], side ? " dt 2" : "", side ? 5 : 7,
                        titled[side] ? "notitle" : "title '", titled[side] ? "" : title[side],
                        titled[side] ? "" : "'");
            titled[side] = any = true;
        }
    }
    pl_str_add(s, any ? "\n" : "plot [0:1][0:1] 2 notitle\n");
}

void pl_plot_curves(const pl_report_group *g, const pl_report_run *const *runs, int count,
                    int left_out, pl_str *body)
{
    double last = 1.0, first = 1.0;
    for (int k = 0; k < count; k++) {
        pl_str_addf(body, "$r%d << EOD\n", k);
        for (size_t i = 0; i < runs[k]->epoch_count; i++) {
            const pl_report_epoch *p = &runs[k]->epoch[i];
            add_number(body, p->epoch);
            for (int c = 0; c < 4; c++)
                add_number(body, *series(p, c));
            pl_str_add(body, "\n");
            last = p->epoch > last ? p->epoch : last;
            first = p->epoch < first ? p->epoch : first;
        }
        pl_str_add(body, "EOD\n");
    }
    double span = last - first;
    pl_str title;
    pl_str_init(&title);
    if (count == 1)
        pl_str_addf(&title, "%s%s%s", g->label, runs[0]->seed[0] ? " seed=" : "", runs[0]->seed);
    else if (left_out)
        pl_str_addf(&title, "%s, %d of %d seeds", g->label, count, count + left_out);
    else
        pl_str_addf(&title, "%s, %d seeds", g->label, count);
    pl_str_add(body, "set multiplot layout 1,2 title ");
    pl_add_gnuplot(body, title.text, 100);
    pl_str_clear(&title);
    pl_str_addf(body,
                " noenhanced\nset grid lc rgb '" PL_COLOR_GRID "' lt 1\nset xlabel '%s'\n"
                "set xrange [%.9g:%.9g]\nset xtics %.9g\n"
                "set ylabel 'accuracy (%%)'\nset key tmargin center horizontal\nset offsets "
                "0,0,graph 0.05,graph 0.05\n",
                pl_run_step(runs[0]), first - (span > 0 ? 0.03 * span : 0.5),
                last + (span > 0 ? 0.03 * span : 0.5), span > 10 ? ceil(span / 10) : 1.0);
    add_panel(runs, count, 1, body);
    pl_str_add(body, "set ylabel 'loss'\n");
    add_panel(runs, count, 0, body);
    pl_str_add(body, "unset multiplot\n");
}

/* One cell: shade by its share of the row, count and share inside. */
static void add_cell(const pl_confusion *c, int label, int predicted, pl_str *s)
{
    char count[PL_NUMBER_TEXT];
    double row = (double)(c->count[label][0] + c->count[label][1]);
    double share = row > 0 ? (double)c->count[label][predicted] / row : 0.0;
    /* from white to the colour of training, #2f6db3 */
    int r = (int)(255.5 - share * (255 - 0x2f)), g = (int)(255.5 - share * (255 - 0x6d));
    int b = (int)(255.5 - share * (255 - 0xb3));
    const char *ink = share > 0.55 ? "#ffffff" : "#111111";
    pl_str_addf(s,
                "set object rectangle from %d,%d to %d,%d fc rgb '#%02x%02x%02x' fillstyle solid "
                "1.0 border lc rgb '#888888'\n",
                predicted, 1 - label, predicted + 1, 2 - label, r, g, b);
    pl_str_addf(s,
                "set label '%s' at %d.5,%d.57 center front font ',16' textcolor rgb '%s'\n"
                "set label '%.2f %%' at %d.5,%d.4 center front textcolor rgb '%s'\n",
                pl_human_count(c->count[label][predicted], count, sizeof count), predicted,
                1 - label, ink, 100.0 * share, predicted, 1 - label, ink);
}

void pl_plot_confusion(const pl_report_group *g, const char *target, pl_str *body)
{
    pl_str name[2];
    for (int k = 0; k < 2; k++) {
        pl_str_init(&name[k]);
        if (target)
            pl_str_addf(&name[k], "%s%s", k ? "" : "not ", target);
        else
            pl_str_addf(&name[k], "class %d", k);
    }
    pl_str title;
    pl_str_init(&title);
    pl_str_add(&title, g->label);
    pl_str_add(body, "set title ");
    pl_add_gnuplot(body, title.text, 50);
    pl_str_addf(body, " noenhanced\nunset border\nunset key\nset xrange [0:2]\nset yrange [0:2]\n"
                      "set size ratio 1\nset tics scale 0\nset xlabel 'predicted (");
    if (g->done > 1)
        pl_str_addf(body, "test images, summed over %d seeds", g->done);
    else
        pl_str_add(body, "test images");
    pl_str_add(body, ")'\nset ylabel 'actual'\nset xtics (");
    for (int k = 0; k < 2; k++) {
        pl_add_gnuplot_tic(body, name[k].text, 20);
        pl_str_addf(body, " %d.5%s", k, k ? ")\nset ytics rotate by 90 offset 0,0 (" : ", ");
    }
    for (int k = 0; k < 2; k++) {
        pl_add_gnuplot_tic(body, name[k].text, 20);
        pl_str_addf(body, " %d.5%s", 1 - k, k ? ")\n" : ", ");
    }
    for (int k = 0; k < 4; k++)
        add_cell(&g->test, k / 2, k % 2, body);
    pl_str_add(body, "plot -1 notitle\n");
    pl_str_clear(&title);
    pl_str_clear(&name[0]);
    pl_str_clear(&name[1]);
}
