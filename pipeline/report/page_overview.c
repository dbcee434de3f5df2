#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "draw/escape.h"
#include "report/page_parts.h"
#include "report/page_source.h"
#include "study/summary.h"
#include "util/fs.h"

enum { MAX_SPEC_BYTES = 1 << 24 };

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
            pl_str_add(s, value);
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

static void add_row(pl_doc *doc, const char *name, unsigned marks, const char *value)
{
    pl_doc_cell(doc, name, (double)NAN, PL_CELL_HEAD | marks);
    pl_doc_cell(doc, value, (double)NAN, 0);
}

static void add_fact(const pl_study_data *d, pl_doc *doc, const char *name, unsigned marks,
                     const char *(*text)(const pl_report_run *, int), int axis)
{
    pl_str value;
    pl_str_init(&value);
    add_distinct(d, text, axis, &value);
    add_row(doc, name, marks, value.text);
    pl_str_clear(&value);
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
static void add_fixed(const pl_study_data *d, pl_doc *doc)
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
            pl_str_addf(&row, "%s%s=%s", row.size ? " · " : "", key, json_string_value(value));
        }
    }
    if (row.size)
        add_row(doc, "not varied", 0, row.text);
    pl_str_clear(&row);
    pl_str_clear(&seen);
}

/* What the accuracy is a share of. */
static void add_what_is_right(const pl_study_data *d, const pl_report_group *g, pl_str *s)
{
    size_t targets = pl_run_targets(&d->run[g->run[0]]);
    if (targets > 1)
        pl_str_addf(s, "of the test images right, the mean over %zu attributes", targets);
    else
        pl_str_add(s, "of the test images right");
}

/* "Best: cnn 0.01 with 95.41 % of the test images right ..., always answering ... 62.90 %." */
static void add_best(const pl_study_data *d, pl_doc *doc)
{
    int count;
    int *order = pl_groups_by(d, PL_TEST_ACCURACY, &count);
    if (!pl_study_tells_alike(d)) {
        pl_doc_text(
            doc, PL_TONE_LEAD,
            "The groups tell different attributes: their accuracies are answers to different "
            "questions and have no best. Attributes has every attribute of every group.");
    } else if (count > 0) {
        const pl_report_group *g = &d->group[order[0]];
        const pl_summary *v = &g->summary[PL_TEST_ACCURACY];
        char a[PL_NUMBER_TEXT], low[PL_NUMBER_TEXT], high[PL_NUMBER_TEXT];
        pl_str s;
        pl_str_init(&s);
        if (d->group_count > 1)
            pl_str_addf(&s, "Best: %s with ", g->label);
        pl_str_addf(&s, "%s %% ", pl_percent_text(v->mean, a));
        add_what_is_right(d, g, &s);
        if (v->n > 1)
            pl_str_addf(&s, ", the mean of %d seeds (95 %% interval %s to %s)", v->n,
                        pl_percent_text(v->low, low), pl_percent_text(v->high, high));
        if (!isnan(d->majority))
            pl_str_addf(&s, "; always answering the commoner class would reach %s %%",
                        pl_percent_text(d->majority, a));
        pl_doc_text(doc, PL_TONE_LEAD, "%s.", s.text);
        pl_str_clear(&s);
    }
    free(order);
}

void pl_page_summary(const pl_study_data *d, pl_doc *doc)
{
    pl_str text;
    pl_str_init(&text);
    pl_summary_text(d, NULL, &text);
    pl_doc_heading(doc, 1, NULL, d->name);
    add_best(d, doc);
    pl_doc_pre(doc, text.text);
    pl_str_clear(&text);
}

void pl_page_overview(const pl_study_data *d, pl_doc *doc)
{
    char *source = pl_page_source(d, -1),
         *caption = pl_format("What runs have in common, and what they vary: %s.", source);
    pl_doc_heading(doc, 2, "what", "What was run");
    pl_doc_table(doc, NULL, caption, false);
    pl_doc_column(doc, "what", false, NULL);
    pl_doc_column(doc, "values", false, NULL);
    if (pl_study_tells_several(d) && d->target) {
        char *told =
            pl_format("several attributes; the sections on single answers look into %s", d->target);
        add_row(doc, "target", 0, told);
        free(told);
    } else if (pl_study_target(d))
        add_row(doc, "target", 0, pl_study_target(d));
    add_fact(d, doc, "model", 0, model_value, 0);
    add_fact(d, doc, "image size", 0, size_value, 0);
    add_fact(d, doc, "parameters", 0, params_value, 0);
    for (int a = 0; a < d->axis_count; a++)
        add_fact(d, doc, d->axis[a], PL_CELL_CODE, axis_value, a);
    add_fact(d, doc, "seeds", 0, seed_value, 0);
    add_fixed(d, doc);
    pl_doc_table_end(doc);
    free(caption);
    free(source);
}

void pl_page_spec(const pl_study_data *d, pl_doc *doc)
{
    char *path = pl_path_join(d->dir, "study.yaml"), *text;
    size_t size;
    kn_error ignored;
    if (pl_exists(path) && pl_read_file(path, MAX_SPEC_BYTES, &text, &size, &ignored) == KN_OK) {
        pl_doc_heading(doc, 2, "spec", "The spec");
        pl_doc_begin(doc, PL_PART_FOLD, "study.yaml: defaults filled in, sweep expanded");
        pl_doc_pre(doc, text);
        pl_doc_end(doc, PL_PART_FOLD);
        free(text);
    }
    free(path);
}
