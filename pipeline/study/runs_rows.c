/* The rows of runs_query.h from a study. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "study/runs_query.h"

/* The columns of runs.csv that are no axis: how they read, and whether people see them unasked. */
static const struct {
    const char *name, *label;
    pl_runs_kind kind;
    bool shown;
} known[] = {{"run", "run", PL_RUNS_TEXT, true},
             {"group", "group", PL_RUNS_TEXT, true},
             {"status", "status", PL_RUNS_TEXT, true},
             {"seed", "seed", PL_RUNS_NUMBER, true},
             {"model", "model", PL_RUNS_TEXT, false},
             {"size", "size", PL_RUNS_TEXT, false},
             {"params", "params", PL_RUNS_COUNT, false},
             {"epochs", "epochs", PL_RUNS_NUMBER, true},
             {"train_accuracy", "train", PL_RUNS_SHARE, false},
             {"val_accuracy", "val", PL_RUNS_SHARE, true},
             {"test_accuracy", "test", PL_RUNS_SHARE, true},
             {"test_loss", "loss", PL_RUNS_FLOAT, false},
             {"test_auc", "auc", PL_RUNS_FLOAT, true},
             {"model_digest", "digest", PL_RUNS_TEXT, false},
             {"train_seconds", "time", PL_RUNS_SECONDS, true},
             {"images_per_second", "images/s", PL_RUNS_RATE, false}};

enum { KNOWN = sizeof known / sizeof known[0] };

static size_t known_of(const char *name)
{
    size_t k = 0;
    while (k < KNOWN && strcmp(known[k].name, name) != 0)
        k++;
    return k;
}

/* A swept key is a column of numbers where each of its values is one. */
static void add_axis(const pl_study_data *d, int axis, pl_runs_table *t)
{
    bool numbers = true;
    for (int i = 0; i < d->run_count && numbers; i++) {
        const char *text = d->run[i].value[axis];
        char *end;
        numbers = strspn(text, "+-.0123456789eE") == strlen(text) &&
                  (!*text || (isfinite(strtod(text, &end)) && !*end));
    }
    pl_runs_column_add(t, d->axis[axis], pl_axis_short(d, axis),
                       numbers ? PL_RUNS_NUMBER : PL_RUNS_TEXT, false);
    t->column[t->columns - 1].swept = true;
}

/* What is going on in the run; NULL: nothing. */
static const json_t *live_of(const json_t *live, const char *id)
{
    for (size_t i = 0; i < json_array_size(live); i++) {
        const json_t *one = json_array_get(live, i);
        const char *name = json_string_value(json_object_get(one, "name"));
        if (name && strcmp(name, id) == 0)
            return one;
    }
    return NULL;
}

static void add_row(const pl_study_data *d, int i, const json_t *live, pl_runs_table *t)
{
    const pl_report_run *r = &d->run[i];
    const json_t *now = r->done ? NULL : live_of(live, r->id);
    const char *note = json_string_value(json_object_get(now, "note"));
    const char *paused = json_string_value(json_object_get(now, "paused"));
    size_t fields = pl_csv_fields(&d->csv, (size_t)i + 1);
    for (size_t c = 0; c < fields; c++) {
        const char *name = t->column[c].name, *text = pl_csv_get(&d->csv, (size_t)i + 1, c);
        bool axis = t->column[c].swept;
        if (now && !axis && strcmp(name, "status") == 0)
            pl_runs_cell(t, "running", NULL);
        else
            pl_runs_cell(t, text,
                         !axis && strcmp(name, "group") == 0 ? d->group[r->group].label : NULL);
    }
    pl_runs_cell(t, now ? (paused ? paused : note ? note : "") : r->why ? r->why : "", NULL);
}

void pl_runs_of_study(const pl_study_data *d, const json_t *live, pl_runs_table *t)
{
    bool any = false;
    pl_runs_begin(t, d->name);
    size_t fields = d->csv.rows > 0 ? pl_csv_fields(&d->csv, 0) : 0, first = fields;
    for (size_t c = 0; c < fields; c++) {
        const char *name = pl_csv_get(&d->csv, 0, c);
        if (strcmp(name, "seed") == 0 && first == fields)
            first = c + 1; /* of the axes */
        size_t k = known_of(name);
        if (c >= first && c < first + (size_t)d->axis_count)
            add_axis(d, (int)(c - first), t);
        else if (k < KNOWN)
            pl_runs_column_add(t, name, known[k].label, known[k].kind, known[k].shown);
        else
            pl_runs_column_add(t, name, name, PL_RUNS_TEXT, false);
    }
    for (int i = 0; i < d->run_count; i++)
        any = any || !d->run[i].done;
    pl_runs_column_add(t, "why", "why", PL_RUNS_TEXT, any);
    for (int i = 0; i < d->run_count; i++)
        add_row(d, i, live, t);
}

void pl_runs_of_groups(const pl_study_data *d, pl_runs_table *t)
{
    pl_runs_begin(t, d->name);
    pl_runs_column_add(t, "group", "group", PL_RUNS_TEXT, true);
    for (int a = 0; a < d->axis_count; a++)
        add_axis(d, a, t);
    pl_runs_column_add(t, "runs", "runs", PL_RUNS_NUMBER, true);
    pl_runs_column_add(t, "done", "done", PL_RUNS_NUMBER, true);
    for (int m = 0; m < PL_METRIC_COUNT; m++) {
        size_t k = known_of(pl_metric_name((pl_metric)m));
        pl_runs_column_add(t, known[k].name, known[k].label, known[k].kind, known[k].shown);
        if (m == PL_TEST_ACCURACY) {
            pl_runs_column_add(t, "test_accuracy_low", "low", PL_RUNS_SHARE, true);
            pl_runs_column_add(t, "test_accuracy_high", "high", PL_RUNS_SHARE, true);
        }
    }
    for (int i = 0; i < d->group_count; i++) {
        const pl_report_group *g = &d->group[i];
        pl_runs_cell(t, g->name, g->label);
        for (int a = 0; a < d->axis_count; a++)
            pl_runs_cell(t, g->value[a], NULL);
        pl_runs_cell_number(t, g->run_count);
        pl_runs_cell_number(t, g->done);
        for (int m = 0; m < PL_METRIC_COUNT; m++) {
            const pl_summary *s = &g->summary[m];
            pl_runs_cell_number(t, s->mean);
            if (m == PL_TEST_ACCURACY) {
                pl_runs_cell_number(t, s->low);
                pl_runs_cell_number(t, s->high);
            }
        }
    }
}
