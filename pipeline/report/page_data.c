#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "io/json.h"
#include "draw/escape.h"
#include "report/page_parts.h"

enum { LIST_MOST = 200 };

/* A member of the manifest of the first run that has it. */
static const json_t *first_member(const pl_study_data *d, const char *key)
{
    for (int i = 0; i < d->run_count; i++) {
        const json_t *v = json_object_get(d->run[i].manifest, key);
        if (v)
            return v;
    }
    return NULL;
}

const char *pl_study_target(const pl_study_data *d)
{
    const json_t *target = json_object_get(first_member(d, "spec"), "data.target");
    if (!target)
        target = json_object_get(first_member(d, "ingest"), "target");
    return json_string_value(target);
}

static void add_scalar(const json_t *v, pl_str *s)
{
    if (json_is_string(v)) {
        pl_add_html(s, json_string_value(v));
    } else if (json_is_integer(v)) {
        char text[PL_NUMBER_TEXT];
        pl_str_add(s, pl_human_count(json_integer_value(v), text, sizeof text));
    } else if (json_is_real(v)) {
        pl_str_addf(s, "%.6g", json_real_value(v));
    } else {
        pl_str_add(s, json_is_true(v) ? "yes" : json_is_false(v) ? "no" : "-");
    }
}

static void add_json(const json_t *value, pl_str *s);

static void add_object(const json_t *value, pl_str *s)
{
    pl_str_add(s, "<table><tbody>\n");
    const char *key;
    json_t *object = json_deep_copy(value); /* jansson iterates over what may change */
    json_t *member;
    json_object_foreach(object, key, member)
    {
        pl_str_add(s, "<tr><th>");
        pl_add_html(s, key);
        pl_str_add(s, "</th><td>");
        add_json(member, s);
        pl_str_add(s, "</td></tr>\n");
    }
    json_decref(object);
    pl_str_add(s, "</tbody></table>\n");
}

/* An object on one line: "name: 000001.jpg, reason: cut". */
static void add_line(const json_t *value, pl_str *s)
{
    json_t *object = json_deep_copy(value), *member;
    const char *key;
    bool first = true;
    json_object_foreach(object, key, member)
    {
        pl_str_add(s, first ? "" : ", ");
        pl_add_html(s, key);
        pl_str_add(s, ": ");
        add_scalar(member, s);
        first = false;
    }
    json_decref(object);
}

/* A JSON value as nested tables and lists; long lists are cut at LIST_MOST with their count. */
static void add_json(const json_t *value, pl_str *s)
{
    if (json_is_object(value)) {
        add_object(value, s);
    } else if (json_is_array(value)) {
        size_t n = json_array_size(value);
        if (n == 0) {
            pl_str_add(s, "none");
            return;
        }
        pl_str_add(s, "<ul>");
        for (size_t i = 0; i < n && i < LIST_MOST; i++) {
            const json_t *item = json_array_get(value, i);
            pl_str_add(s, "<li>");
            if (json_is_object(item))
                add_line(item, s);
            else
                add_json(item, s);
            pl_str_add(s, "</li>");
        }
        if (n > LIST_MOST)
            pl_str_addf(s, "<li>and %zu more</li>", n - LIST_MOST);
        pl_str_add(s, "</ul>");
    } else {
        add_scalar(value, s);
    }
}

static long long integer_of(const json_t *object, const char *key)
{
    return (long long)json_integer_value(json_object_get(object, key));
}

/* A row of the table of sides. */
static void add_side(const char *name, long long others, long long target, pl_str *s)
{
    char a[PL_NUMBER_TEXT];
    long long n = others + target;
    double commoner = n > 0 ? (double)(others > target ? others : target) / (double)n : (double)NAN;
    pl_str_addf(s, "<tr><td>%s</td><td class=\"n\">%s</td>", name, pl_human_count(n, a, sizeof a));
    pl_str_addf(s, "<td class=\"n\">%s</td>", pl_human_count(target, a, sizeof a));
    pl_str_addf(s, "<td class=\"n\">%s</td>", pl_human_count(others, a, sizeof a));
    pl_str_addf(s, "<td class=\"n\">%s</td></tr>\n", pl_percent_text(commoner, a));
}

static void add_side_counted(const char *name, const pl_confusion *c, pl_str *s)
{
    add_side(name, c->count[0][0] + c->count[0][1], c->count[1][0] + c->count[1][1], s);
}

/* Images of each class on each side of one run: from the manifest's split, else counted in its
 * predictions. */
static void add_sides(const pl_study_data *d, const pl_report_run *r, pl_str *s)
{
    static const char *const sides[3][2] = {
        {"train", "train"}, {"val", "validation"}, {"test", "test"}};
    const json_t *split = json_object_get(r->manifest, "split");
    pl_str_add(s, "<div class=\"wide\"><table>\n<thead><tr><th>side</th><th class=\"n\">images</th>"
                  "<th class=\"n\">");
    pl_add_html(s, pl_study_target(d) ? pl_study_target(d) : "class 1");
    pl_str_add(s, "</th><th class=\"n\">the others</th><th class=\"n\">commoner class, %</th></tr>"
                  "</thead>\n<tbody>\n");
    if (split) {
        for (int k = 0; k < 3; k++) {
            const json_t *by = json_object_get(json_object_get(split, sides[k][0]), "by_label");
            add_side(sides[k][1], (long long)json_integer_value(json_array_get(by, 0)),
                     (long long)json_integer_value(json_array_get(by, 1)), s);
        }
    } else {
        add_side_counted("validation", &r->val, s);
        add_side_counted("test", &r->test, s);
    }
    pl_str_add(s, "</tbody></table></div>\n<p class=\"soft\">Of run <code>");
    pl_add_html(s, r->id);
    pl_str_add(s, "</code>. The commoner class of the test images is the majority baseline.</p>\n");
}

/* A list of the manifest, folded away, where it is not empty. */
static void add_named(const json_t *ingest, const char *key, const char *title, pl_str *s)
{
    const json_t *list = json_object_get(ingest, key);
    if (json_array_size(list) == 0)
        return;
    pl_str_addf(s, "<details open><summary>%s</summary>", title);
    add_json(list, s);
    pl_str_add(s, "</details>\n");
}

static void add_ingest(const json_t *ingest, pl_str *s)
{
    char a[PL_NUMBER_TEXT];
    pl_str_addf(s, "<p>%s images were used",
                pl_human_count(integer_of(ingest, "images"), a, sizeof a));
    pl_str_addf(s, " of %s pictures. ",
                pl_human_count(integer_of(ingest, "pictures"), a, sizeof a));
    pl_str_addf(s, "Left out: %s broken, ",
                pl_human_count(integer_of(ingest, "broken"), a, sizeof a));
    pl_str_addf(s, "%s without a label. ",
                pl_human_count(integer_of(ingest, "unlabelled"), a, sizeof a));
    pl_str_addf(s, "Labels without a picture: %s.</p>\n",
                pl_human_count(integer_of(ingest, "labels_without_image"), a, sizeof a));
    add_named(ingest, "broken_images", "Broken pictures", s);
    add_named(ingest, "unlabelled_images", "Pictures without a label (the first of them)", s);
}

void pl_page_data(const pl_study_data *d, pl_str *s)
{
    const pl_report_run *r = NULL;
    for (int i = 0; i < d->run_count && !r; i++) {
        if (pl_confusion_total(&d->run[i].test) > 0)
            r = &d->run[i];
    }
    const json_t *ingest = first_member(d, "ingest");
    if (!r && !ingest)
        return;
    pl_str_add(s, "<h2 id=\"data\">Data</h2>\n");
    if (r)
        add_sides(d, r, s);
    if (r && !d->one_test_set)
        pl_str_add(s, "<p><b>The runs were not all tested on the same images.</b></p>\n");
    if (ingest)
        add_ingest(ingest, s);
}

/* The distinct values of a manifest member over the runs that are done, each with how many runs
 * have it. */
static void add_distinct(const pl_study_data *d, const char *key, pl_str *s)
{
    int distinct = 0;
    char **text = calloc((size_t)d->run_count + 1, sizeof *text);
    if (!text)
        abort();
    for (int i = 0; i < d->run_count; i++) {
        const json_t *v = d->run[i].done ? json_object_get(d->run[i].manifest, key) : NULL;
        text[i] = v ? pl_json_text(v) : NULL;
    }
    for (int i = 0; i < d->run_count; i++) {
        bool seen = text[i] == NULL;
        for (int k = 0; k < i && !seen; k++)
            seen = text[k] && strcmp(text[k], text[i]) == 0;
        if (seen)
            continue;
        int runs = 0;
        for (int k = 0; k < d->run_count; k++)
            runs += text[k] && strcmp(text[k], text[i]) == 0;
        if (distinct++ == 0)
            pl_str_addf(s, "<tr><th>%s</th><td>", key);
        add_json(json_object_get(d->run[i].manifest, key), s);
        pl_str_addf(s, " <span class=\"soft\">(%d run%s)</span> ", runs, runs == 1 ? "" : "s");
    }
    if (distinct)
        pl_str_add(s, "</td></tr>\n");
    for (int i = 0; i < d->run_count; i++)
        free(text[i]);
    free(text);
}

void pl_page_identity(const pl_study_data *d, pl_str *s)
{
    static const char *const keys[] = {"numeric", "isa", "blas_core", "versions"};
    pl_str rows;
    pl_str_init(&rows);
    for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++)
        add_distinct(d, keys[k], &rows);
    if (rows.size) {
        pl_str_add(s, "<h2 id=\"identity\">Arithmetic and versions</h2>\n");
        if (pl_study_mixes_arithmetic(d))
            pl_str_add(
                s, "<p><b>These runs were computed with different arithmetic</b> (instruction "
                   "set or BLAS core): their last digits would differ on one machine too.</p>\n");
        pl_str_addf(s, "<div class=\"wide\"><table><tbody>\n%s</tbody></table></div>\n", rows.text);
    }
    pl_str_clear(&rows);
}

/* A run that is not done: epochs and validation accuracy as far as it came. */
static void add_left_out(const pl_study_data *d, const pl_report_run *r, pl_str *s)
{
    char text[PL_NUMBER_TEXT] = "";
    pl_str_add(s, "<tr><td><code>");
    pl_add_html(s, r->id);
    pl_str_add(s, "</code></td><td>");
    pl_add_html(s, d->group[r->group].label);
    pl_str_add(s, "</td><td class=\"n\">");
    pl_add_html(s, r->seed);
    pl_str_add(s, "</td><td>");
    pl_add_html(s, r->status);
    if (r->epoch_count > 0)
        pl_str_addf(s, "</td><td class=\"n\">%zu</td><td class=\"n\">%s</td><td>", r->epoch_count,
                    pl_percent_text(r->epoch[r->epoch_count - 1].val_accuracy, text));
    else
        pl_str_add(s, "</td><td class=\"n\"></td><td class=\"n\"></td><td>");
    pl_add_html(s, r->why ? r->why : "");
    pl_str_add(s, "</td></tr>\n");
}

void pl_page_failures(const pl_study_data *d, pl_str *s)
{
    if (d->done == d->run_count)
        return;
    pl_str_add(s, "<h2 id=\"failures\">Runs left out</h2>\n<div class=\"wide\"><table>\n<thead><tr>"
                  "<th>run</th><th>group</th><th class=\"n\">seed</th><th>status</th>"
                  "<th class=\"n\">epochs</th><th class=\"n\">validation %</th><th>why</th></tr>"
                  "</thead>\n<tbody>\n");
    int shown = 0;
    for (int i = 0; i < d->run_count && shown < LIST_MOST; i++) {
        if (d->run[i].done)
            continue;
        add_left_out(d, &d->run[i], s);
        shown++;
    }
    pl_str_add(s, "</tbody></table></div>\n");
    if (d->run_count - d->done > shown)
        pl_str_addf(s, "<p class=\"soft\">And %d more: runs.csv has all.</p>\n",
                    d->run_count - d->done - shown);
}
