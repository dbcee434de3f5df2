#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "study/drawn.h"
#include "draw/escape.h"
#include "report/page_parts.h"
#include "report/table.h"

/* The distinct values of one text per run, in order of appearance, joined by ", "; at most 24 of
 * them. */
static void add_distinct(const pl_study_data *d, const char *(*text)(const pl_report_run *, int),
                         int axis, pl_str *s)
{
    enum { MOST = 24 };
    int shown = 0;
    for (int i = 0; i < d->run_count; i++) {
        const char *value = text(&d->run[i], axis);
        bool known = value[0] == '\0';
        for (int k = 0; k < i && !known; k++)
            known = strcmp(text(&d->run[k], axis), value) == 0;
        if (known)
            continue;
        if (shown++ < MOST) {
            pl_str_add(s, shown > 1 ? ", " : "");
            pl_add_html(s, value);
        }
    }
    if (shown > MOST)
        pl_str_addf(s, " and %d more", shown - MOST);
    if (shown == 0)
        pl_str_add(s, "-");
}

static const char *axis_value(const pl_report_run *r, int axis)
{
    return r->value[axis];
}
static const char *model_value(const pl_report_run *r, int axis)
{
    (void)axis;
    return r->model;
}
static const char *size_value(const pl_report_run *r, int axis)
{
    (void)axis;
    return r->size;
}
static const char *seed_value(const pl_report_run *r, int axis)
{
    (void)axis;
    return r->seed;
}
static const char *params_value(const pl_report_run *r, int axis)
{
    (void)axis;
    return r->params;
}

static void add_fact(const pl_study_data *d, const char *name, bool code,
                     const char *(*text)(const pl_report_run *, int), int axis, pl_str *s)
{
    pl_str_add(s, code ? "<tr><th><code>" : "<tr><th>");
    pl_add_html(s, name);
    pl_str_add(s, code ? "</code></th><td>" : "</th><td>");
    add_distinct(d, text, axis, s);
    pl_str_add(s, "</td></tr>\n");
}

static bool is_axis(const pl_study_data *d, const char *key)
{
    for (int a = 0; a < d->axis_count; a++) {
        if (strcmp(d->axis[a], key) == 0)
            return true;
    }
    return false;
}

/* The spec's keys that no run varies, as the manifests have them; one that some runs do not have is
 * in force for the rest. */
static void add_fixed(const pl_study_data *d, pl_str *s)
{
    pl_str seen, row;
    pl_str_init(&seen); /* "\nkey\nkey\n" */
    pl_str_init(&row);
    pl_str_add(&seen, "\n");
    for (int i = 0; i < d->run_count; i++) {
        json_t *spec = json_object_get(d->run[i].manifest, "spec"), *value;
        const char *key;
        json_object_foreach(spec, key, value)
        {
            char *mark = pl_format("\n%s\n", key);
            bool known = strstr(seen.text, mark) != NULL;
            free(mark);
            if (known || !json_is_string(value) || is_axis(d, key) ||
                strcmp(key, "train.seed") == 0 || strcmp(key, "data.target") == 0)
                continue;
            pl_str_addf(&seen, "%s\n", key);
            pl_str_addf(&row, "%s<code>", row.size ? " &middot; " : "");
            pl_add_html(&row, key);
            pl_str_add(&row, "=");
            pl_add_html(&row, json_string_value(value));
            pl_str_add(&row, "</code>");
        }
    }
    if (row.size)
        pl_str_addf(s, "<tr><th>not varied</th><td>%s</td></tr>\n", row.text);
    pl_str_clear(&row);
    pl_str_clear(&seen);
}

/* "Best: cnn 0.01 with 95.41 % of the test images right (94.90 to 95.92); always answering
 * ... 62.90 %." */
static void add_best(const pl_study_data *d, pl_str *s)
{
    int count;
    int *order = pl_groups_by(d, PL_TEST_ACCURACY, &count);
    char a[PL_NUMBER_TEXT];
    if (count > 0) {
        const pl_report_group *g = &d->group[order[0]];
        const pl_summary *v = &g->summary[PL_TEST_ACCURACY];
        pl_str_add(s, "<p class=\"lead\">");
        if (d->group_count > 1) {
            pl_str_add(s, "Best: <b>");
            pl_add_html(s, g->label);
            pl_str_add(s, "</b> with ");
        }
        pl_str_addf(s, "<b>%s %%</b> of the test images right", pl_percent_text(v->mean, a));
        if (v->n > 1) {
            pl_str_addf(s, ", the mean of %d seeds (95 %% interval %s", v->n,
                        pl_percent_text(v->low, a));
            pl_str_addf(s, " to %s)", pl_percent_text(v->high, a));
        }
        if (!isnan(d->majority))
            pl_str_addf(s, "; always answering the commoner class would reach %s %%",
                        pl_percent_text(d->majority, a));
        pl_str_add(s, ".</p>\n");
    }
    free(order);
}

void pl_page_overview(const pl_study_data *d, pl_str *s)
{
    add_best(d, s);
    pl_str_add(
        s,
        "<h2 id=\"what\">What was run</h2>\n<div class=\"wide\"><table class=\"facts\"><tbody>\n");
    if (pl_study_target(d)) {
        pl_str_add(s, "<tr><th>target</th><td>");
        pl_add_html(s, pl_study_target(d));
        pl_str_add(s, "</td></tr>\n");
    }
    add_fact(d, "model", false, model_value, 0, s);
    add_fact(d, "image size", false, size_value, 0, s);
    add_fact(d, "parameters", false, params_value, 0, s);
    for (int a = 0; a < d->axis_count; a++)
        add_fact(d, d->axis[a], true, axis_value, a, s);
    add_fact(d, "seeds", false, seed_value, 0, s);
    add_fixed(d, s);
    pl_str_add(s, "</tbody></table></div>\n");
}

/* The cells that name a group: its swept values, or its name where nothing is swept; linked to its
 * figures. */
static void add_names_head(const pl_study_data *d, pl_str *s)
{
    if (d->axis_count == 0)
        pl_str_add(s, "<th>group</th>");
    for (int a = 0; a < d->axis_count; a++) {
        pl_str_add(s, "<th>");
        pl_add_html(s, pl_axis_short(d, a));
        pl_str_add(s, "</th>");
    }
}

static void add_names(const pl_study_data *d, const pl_report_group *g, pl_str *s)
{
    if (d->axis_count == 0) {
        pl_str_add(s, "<td>");
        pl_add_html(s, g->label);
        pl_str_add(s, "</td>");
    }
    for (int a = 0; a < d->axis_count; a++) {
        pl_str_add(s, "<td>");
        pl_add_html(s, g->value[a]);
        pl_str_add(s, "</td>");
    }
}

static void add_summary(const pl_study_data *d, int group, pl_metric m, pl_str *s)
{
    const pl_summary *v = &d->group[group].summary[m];
    const char *(*text)(double, char[PL_NUMBER_TEXT]) =
        m == PL_TEST_LOSS || m == PL_TEST_AUC ? pl_number_text : pl_percent_text;
    char a[PL_NUMBER_TEXT];
    bool best = pl_table_best(d, group, m);
    pl_str_addf(s, "<td class=\"n\">%s%s%s", best ? "<b>" : "", text(v->mean, a),
                best ? "</b>" : "");
    if (v->n > 1) {
        pl_str_addf(s, " ± %s", text(v->std, a));
        pl_str_addf(s, "<br><span class=\"ci\">%s", text(v->low, a));
        pl_str_addf(s, " to %s</span>", text(v->high, a));
    }
    pl_str_add(s, "</td>");
}

/* n, and below it how many of the group's runs are not done. */
static void add_count(const pl_study_data *d, const pl_report_group *g, pl_str *s)
{
    static const char *const status[] = {"failed", "stopped", "interrupted", "pending"};
    pl_str_addf(s, "<td class=\"n\">%d", g->done);
    for (size_t k = 0; g->done < g->run_count && k < sizeof status / sizeof status[0]; k++) {
        int n = 0;
        for (int i = 0; i < g->run_count; i++)
            n += strcmp(d->run[g->run[i]].status, status[k]) == 0;
        if (n)
            pl_str_addf(s, "<br><span class=\"ci\">%d %s</span>", n, status[k]);
    }
    pl_str_add(s, "</td>");
}

void pl_page_results(const pl_study_data *d, pl_str *s)
{
    pl_str_add(
        s, "<h2 id=\"results\">Results</h2>\n<p class=\"soft\">Mean ± sample "
           "standard deviation over the seeds, below it Student's 95 % interval of the mean; n "
           "is the number of seeds. Bold: the best mean. The loss contains the model's penalty, "
           "so it compares only models with the same regularizer and output. ");
    pl_str_addf(s, "%d group%s; runs of a group differ only in the seed. ", d->group_count,
                d->group_count == 1 ? "" : "s");
    pl_table_note(d, s);
    pl_str_addf(s, "</p>\n<div class=\"wide\"><table%s>\n<thead><tr>",
                d->axis_count > 3 ? " class=\"many\"" : "");
    add_names_head(d, s);
    pl_str_add(
        s, "<th class=\"n\">n</th><th class=\"n\">train accuracy<br>%</th><th class=\"n\">"
           "validation accuracy<br>%</th><th class=\"n\">test accuracy<br>%</th>"
           "<th class=\"n\">test loss</th><th class=\"n\">test AUC</th></tr></thead>\n<tbody>\n");
    for (int g = 0; g < d->group_count; g++) {
        pl_str_add(s, "<tr>");
        add_names(d, &d->group[g], s);
        add_count(d, &d->group[g], s);
        for (int m = 0; m <= PL_TEST_AUC; m++)
            add_summary(d, g, (pl_metric)m, s);
        pl_str_add(s, "</tr>\n");
    }
    pl_str_add(s, "</tbody></table></div>\n");
}

void pl_page_cost(const pl_study_data *d, pl_str *s)
{
    char text[PL_NUMBER_TEXT];
    pl_str_add(s, "<h2 id=\"cost\">Cost</h2>\n<p class=\"soft\">Means over the seeds, "
                  "on the machines the runs were made on. Images/s count training steps "
                  "only.</p>\n<div class=\"wide\"><table>\n"
                  "<thead><tr>");
    add_names_head(d, s);
    pl_str_add(s, "<th class=\"n\">parameters</th><th class=\"n\">training time</th>"
                  "<th class=\"n\">images/s</th></tr></thead>\n<tbody>\n");
    for (int i = 0; i < d->group_count; i++) {
        const pl_report_group *g = &d->group[i];
        double seconds = g->summary[PL_TRAIN_SECONDS].mean;
        double speed = g->summary[PL_IMAGES_PER_SECOND].mean;
        long long params = strtoll(d->run[g->run[0]].params, NULL, 10);
        pl_str_add(s, "<tr>");
        add_names(d, g, s);
        pl_str_addf(s, "<td class=\"n\">%s</td>",
                    params > 0 ? pl_human_count(params, text, sizeof text) : "-");
        pl_str_addf(s, "<td class=\"n\">%s</td>",
                    isnan(seconds) ? "-" : pl_human_seconds(seconds, text, sizeof text));
        pl_str_addf(s, "<td class=\"n\">%s</td></tr>\n",
                    isnan(speed) ? "-" : pl_human_count(llround(speed), text, sizeof text));
    }
    pl_str_add(s, "</tbody></table></div>\n");
}

/* Scores of the test side in metrics.json that are no column of runs.csv. */
static const struct {
    const char *key, *title;
    bool percent;
} scores[] = {{"log_loss", "log loss", false},
              {"balanced_accuracy", "balanced %", true},
              {"recall_1", "recall %", true},
              {"precision_1", "precision %", true},
              {"f1", "F1 %", true}};
enum { SCORES = sizeof scores / sizeof scores[0] };

static void add_number(double v, bool percent, pl_str *s)
{
    char a[PL_NUMBER_TEXT];
    pl_str_addf(s, "<td class=\"n\">%s</td>",
                percent ? pl_percent_text(v, a) : pl_number_text(v, a));
}

static bool any_run(const pl_report_run *r)
{
    (void)r;
    return true;
}

static void add_run(const pl_report_run *r, pl_str *s)
{
    const json_t *test = json_object_get(r->metrics, "test");
    pl_str_add(s, "<tr><td><code>");
    pl_add_html(s, r->id);
    pl_str_add(s, "</code></td><td class=\"n\">");
    pl_add_html(s, r->seed);
    pl_str_add(s, "</td><td>");
    pl_add_html(s, r->status);
    pl_str_add(s, "</td><td class=\"n\">");
    if (!r->done && r->epoch_count > 0)
        pl_str_addf(s, "%zu", r->epoch_count);
    else
        pl_add_html(s, r->epochs);
    pl_str_add(s, "</td>");
    for (int m = 0; m <= PL_TEST_AUC; m++)
        add_number(r->metric[m], m != PL_TEST_LOSS && m != PL_TEST_AUC, s);
    for (int n = 0; n < SCORES; n++) {
        const json_t *v = json_object_get(test, scores[n].key);
        add_number(json_is_number(v) ? json_number_value(v) : (double)NAN, scores[n].percent, s);
    }
    pl_str_add(s, "</tr>\n");
}

void pl_page_group_runs(const pl_study_data *d, int group, bool all, pl_str *s)
{
    int *shown = calloc((size_t)d->group[group].run_count + 1, sizeof *shown), left_out;
    if (!shown)
        abort();
    int count = pl_drawn_runs(d, group, all, any_run, shown, &left_out);
    pl_str_add(
        s, "<div class=\"wide\"><table>\n<thead><tr><th>run</th><th class=\"n\">seed</th><th>status"
           "</th><th class=\"n\">epochs</th><th class=\"n\">train %</th><th class=\"n\">validation "
           "%</th><th class=\"n\">test %</th><th class=\"n\">loss</th><th class=\"n\">AUC</th>");
    for (int k = 0; k < SCORES; k++)
        pl_str_addf(s, "<th class=\"n\">%s</th>", scores[k].title);
    pl_str_add(s, "</tr></thead>\n<tbody>\n");
    for (int k = 0; k < count; k++)
        add_run(&d->run[shown[k]], s);
    pl_str_add(s, "</tbody></table></div>\n");
    if (left_out)
        pl_str_addf(s,
                    "<p class=\"soft\">%d of %d runs, evenly spaced from the best to the worst; "
                    "runs.csv has all.</p>\n",
                    count, count + left_out);
    free(shown);
}
