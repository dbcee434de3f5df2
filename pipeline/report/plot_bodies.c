#include "report/plot_bodies.h"

#include <math.h>
#include <stdio.h>

#include "draw/escape.h"
#include "draw/figures.h"
#include "io/csv.h"

/* One cell: shade by its share of the row, count and share inside. */
static void add_cell(const pl_confusion *c, int label, int predicted, pl_str *s)
{
    char count[PL_NUMBER_TEXT];
    double row = (double)(c->count[label][0] + c->count[label][1]);
    double share = row > 0 ? (double)c->count[label][predicted] / row : 0.0;
    unsigned full[3]; /* from white to the first colour */
    sscanf(PL_COLOR_1, "#%2x%2x%2x", &full[0], &full[1], &full[2]);
    int r = (int)(255.5 - share * (255 - full[0])), g = (int)(255.5 - share * (255 - full[1]));
    int b = (int)(255.5 - share * (255 - full[2]));
    const char *ink = share > 0.55 ? "#ffffff" : PL_COLOR_DARK;
    pl_str_addf(s,
                "set object rectangle from %d,%d to %d,%d fc rgb '#%02x%02x%02x' fillstyle solid "
                "1.0 border lc rgb '" PL_COLOR_SOFT "'\n",
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

void pl_confusion_csv(const pl_confusion *c, pl_str *csv)
{
    pl_str_add(csv, "actual,predicted,count,share_of_actual\n");
    for (int k = 0; k < 4; k++) {
        double row = (double)(c->count[k / 2][0] + c->count[k / 2][1]);
        pl_str_addf(csv, "%d,%d,%lld,", k / 2, k % 2, c->count[k / 2][k % 2]);
        pl_csv_add_number(csv, row > 0 ? (double)c->count[k / 2][k % 2] / row : (double)NAN);
        pl_str_add(csv, "\n");
    }
}
