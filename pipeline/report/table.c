#include "report/table.h"

#include <math.h>

#include "io/csv.h"
#include "draw/escape.h"

static void csv_number(pl_str *s, double v)
{
    pl_str_add(s, ",");
    pl_csv_add_number(s, v);
}

static void csv_head(const pl_study_data *d, pl_str *s)
{
    pl_str_add(s, "group");
    for (int a = 0; a < d->axis_count; a++) {
        pl_str_add(s, ",");
        pl_csv_add(s, d->axis[a]);
    }
    pl_str_add(s, ",n");
}

static void csv_group(const pl_study_data *d, const pl_report_group *g, pl_str *s)
{
    pl_csv_add(s, g->name);
    for (int a = 0; a < d->axis_count; a++) {
        pl_str_add(s, ",");
        pl_csv_add(s, g->value[a]);
    }
    pl_str_addf(s, ",%d", g->done);
}

void pl_table_csv(const pl_study_data *d, pl_str *s)
{
    csv_head(d, s);
    for (int m = 0; m < PL_TABLE_METRICS; m++) {
        const char *name = pl_metric_name((pl_metric)m);
        pl_str_addf(s, ",%s_mean,%s_std,%s_ci95_low,%s_ci95_high", name, name, name, name);
    }
    pl_str_add(s, "\n");
    for (int i = 0; i < d->group_count; i++) {
        const pl_report_group *g = &d->group[i];
        csv_group(d, g, s);
        for (int m = 0; m < PL_TABLE_METRICS; m++) {
            csv_number(s, g->summary[m].mean);
            csv_number(s, g->summary[m].std);
            csv_number(s, g->summary[m].low);
            csv_number(s, g->summary[m].high);
        }
        pl_str_add(s, "\n");
    }
}

void pl_cost_csv(const pl_study_data *d, pl_str *s)
{
    csv_head(d, s);
    pl_str_add(s, ",train_seconds_mean,images_per_second_mean\n");
    for (int i = 0; i < d->group_count; i++) {
        const pl_report_group *g = &d->group[i];
        csv_group(d, g, s);
        csv_number(s, g->summary[PL_TRAIN_SECONDS].mean);
        csv_number(s, g->summary[PL_IMAGES_PER_SECOND].mean);
        pl_str_add(s, "\n");
    }
}

bool pl_mixed_note(const pl_study_data *d, pl_str *s)
{
    bool mixed = pl_study_mixes_arithmetic(d);
    if (mixed)
        pl_str_add(s, "The runs were computed with different arithmetic (instruction set or BLAS "
                      "core): see numeric in their manifests.");
    return mixed;
}

bool pl_table_note(const pl_study_data *d, pl_str *s)
{
    int left_out = d->run_count - d->done;
    bool mixed = pl_study_mixes_arithmetic(d);
    if (left_out) {
        pl_str counts;
        pl_str_init(&counts);
        pl_study_add_counts(d, &counts);
        pl_str_addf(s, "%d of %d runs %s left out: %s.", left_out, d->run_count,
                    left_out == 1 ? "is" : "are", counts.text + 2);
        pl_str_clear(&counts);
    }
    if (mixed)
        pl_str_add(s, left_out ? " " : "");
    pl_mixed_note(d, s);
    return left_out || mixed;
}

bool pl_table_best(const pl_study_data *d, int group, pl_metric m)
{
    double mine = d->group[group].summary[m].mean;
    return m != PL_TEST_LOSS && d->group_count > 1 && mine >= d->best[m]; /* not of NaN */
}

/* "95.41 ± 0.32 (94.90 to 95.92)" with the given marks; losses as they are. */
static void people_cell(const pl_study_data *d, int group, pl_metric m, const char *plus_minus,
                        const char *bold, const char *plain, pl_str *s)
{
    const pl_summary *v = &d->group[group].summary[m];
    const char *(*text)(double, char[PL_NUMBER_TEXT]) =
        m == PL_TEST_LOSS ? pl_number_text : pl_percent_text;
    char a[PL_NUMBER_TEXT];
    bool best = pl_table_best(d, group, m);
    pl_str_addf(s, "%s%s%s", best ? bold : "", text(v->mean, a), best ? plain : "");
    if (v->n < 2)
        return;
    pl_str_addf(s, "%s%s", plus_minus, text(v->std, a));
    pl_str_addf(s, " (%s", text(v->low, a));
    pl_str_addf(s, " to %s)", text(v->high, a));
}

static const char *const heads[PL_TABLE_METRICS] = {"train accuracy, %", "val accuracy, %",
                                                    "test accuracy, %", "test loss"};
static const char explained[] =
    "mean ± sample standard deviation over the seeds (95 % interval of the mean, Student's t); n "
    "is the number of seeds";

void pl_table_md(const pl_study_data *d, pl_str *s)
{
    pl_str_add(s, "| group |");
    for (int a = 0; a < d->axis_count; a++) {
        pl_str_add(s, " ");
        pl_add_md(s, d->axis[a]);
        pl_str_add(s, " |");
    }
    pl_str_add(s, " n |");
    for (int m = 0; m < PL_TABLE_METRICS; m++)
        pl_str_addf(s, " %s |", heads[m]);
    pl_str_add(s, "\n|---|");
    for (int a = 0; a < d->axis_count; a++)
        pl_str_add(s, "---|");
    pl_str_add(s, "---:|---:|---:|---:|---:|\n");
    for (int g = 0; g < d->group_count; g++) {
        pl_str_add(s, "| ");
        pl_add_md(s, d->group[g].name);
        pl_str_add(s, " |");
        for (int a = 0; a < d->axis_count; a++) {
            pl_str_add(s, " ");
            pl_add_md(s, d->group[g].value[a]);
            pl_str_add(s, " |");
        }
        pl_str_addf(s, " %d |", d->group[g].done);
        for (int m = 0; m < PL_TABLE_METRICS; m++) {
            pl_str_add(s, " ");
            people_cell(d, g, (pl_metric)m, " ± ", "**", "**", s);
            pl_str_add(s, " |");
        }
        pl_str_add(s, "\n");
    }
    pl_str_addf(s, "\nEach cell: %s. Bold: the best mean.\n", explained);
    if (pl_table_note(d, s))
        pl_str_add(s, "\n");
}

void pl_table_tex(const pl_study_data *d, pl_str *s)
{
    pl_str_add(s, "% \\usepackage[T1]{fontenc} and \\usepackage{booktabs}\n% Each cell: mean "
                  "$\\pm$ sample standard deviation over the seeds (95 \\% interval of the mean, "
                  "Student's t).\n");
    pl_str note;
    pl_str_init(&note);
    if (pl_table_note(d, &note))
        pl_str_addf(s, "%% %s\n", note.text);
    pl_str_clear(&note);
    pl_str_add(s, "\\begin{tabular}{l");
    for (int a = 0; a < d->axis_count; a++)
        pl_str_add(s, "l");
    pl_str_add(s, "rrrrr}\n\\toprule\ngroup");
    for (int a = 0; a < d->axis_count; a++) {
        pl_str_add(s, " & ");
        pl_add_tex(s, d->axis[a]);
    }
    pl_str_add(s, " & $n$");
    for (int m = 0; m < PL_TABLE_METRICS; m++) {
        pl_str_add(s, " & ");
        pl_add_tex(s, heads[m]);
    }
    pl_str_add(s, " \\\\\n\\midrule\n");
    for (int g = 0; g < d->group_count; g++) {
        pl_add_tex(s, d->group[g].name);
        for (int a = 0; a < d->axis_count; a++) {
            pl_str_add(s, " & ");
            pl_add_tex(s, d->group[g].value[a]);
        }
        pl_str_addf(s, " & %d", d->group[g].done);
        for (int m = 0; m < PL_TABLE_METRICS; m++) {
            pl_str_add(s, " & ");
            people_cell(d, g, (pl_metric)m, " $\\pm$ ", "\\textbf{", "}", s);
        }
        pl_str_add(s, " \\\\\n");
    }
    pl_str_add(s, "\\bottomrule\n\\end{tabular}\n");
}
