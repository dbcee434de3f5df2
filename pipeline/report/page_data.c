#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "io/json.h"
#include "report/escape.h"
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
    const json_t *spec = first_member(d, "spec");
    const json_t *target = json_object_get(json_object_get(spec, "data"), "target");
    if (!target)
        target = json_object_get(spec, "data.target");
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

static void add_object(const json_t *value, pl_str *s)
{
    pl_str_add(s, "<table><tbody>\n");
    const char *key;
    const json_t *v;
    json_t *object = json_deep_copy(value); /* jansson iterates over what may change */
    json_t *member;
    json_object_foreach(object, key, member)
    {
        v = member;
        pl_str_add(s, "<tr><th>");
        pl_add_html(s, key);
        pl_str_add(s, "</th><td>");
        pl_page_json(v, s);
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

void pl_page_json(const json_t *value, pl_str *s)
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
                pl_page_json(item, s);
            pl_str_add(s, "</li>");
        }
        if (n > LIST_MOST)
            pl_str_addf(s, "<li>and %zu more</li>", n - LIST_MOST);
        pl_str_add(s, "</ul>");
    } else {
        add_scalar(value, s);
    }
}

void pl_page_data(const pl_study_data *d, pl_str *s)
{
    char a[PL_NUMBER_TEXT];
    pl_str_add(s, "<h2 id=\"data\">Data</h2>\n");
    const pl_report_run *r = NULL;
    for (int i = 0; i < d->run_count && !r; i++) {
        const pl_confusion *c = &d->run[i].test;
        if (c->count[0][0] + c->count[0][1] + c->count[1][0] + c->count[1][1] > 0)
            r = &d->run[i];
    }
    if (r) {
        const pl_confusion *c[2] = {&r->val, &r->test};
        pl_str_add(s, "<div class=\"wide\"><table>\n<caption>Images of each class, of run ");
        pl_add_html(s, r->id);
        pl_str_add(
            s, ".</caption>\n<thead><tr><th>side</th><th class=\"n\">images</th><th class=\"n\">");
        pl_add_html(s, pl_study_target(d) ? pl_study_target(d) : "class 1");
        pl_str_add(s,
                   "</th><th class=\"n\">the others</th><th class=\"n\">commoner class, %</th></tr>"
                   "</thead>\n<tbody>\n");
        for (int k = 0; k < 2; k++) {
            long long n0 = c[k]->count[0][0] + c[k]->count[0][1];
            long long n1 = c[k]->count[1][0] + c[k]->count[1][1];
            double n = (double)(n0 + n1);
            pl_str_addf(s, "<tr><td>%s</td><td class=\"n\">%s</td>", k ? "test" : "validation",
                        pl_human_count(n0 + n1, a, sizeof a));
            pl_str_addf(s, "<td class=\"n\">%s</td>", pl_human_count(n1, a, sizeof a));
            pl_str_addf(s, "<td class=\"n\">%s</td>", pl_human_count(n0, a, sizeof a));
            pl_str_addf(s, "<td class=\"n\">%s</td></tr>\n",
                        pl_percent_text(n > 0 ? (double)(n0 > n1 ? n0 : n1) / n : (double)NAN, a));
        }
        pl_str_add(s, "</tbody></table></div>\n");
        if (!d->one_test_set)
            pl_str_add(s, "<p><b>The runs were not all tested on the same images.</b></p>\n");
    }
    static const char *const parts[2][2] = {{"ingest", "Reading the pictures"},
                                            {"split", "Splitting them"}};
    for (int k = 0; k < 2; k++) {
        const json_t *part = first_member(d, parts[k][0]);
        if (!part)
            continue;
        pl_str_addf(s, "<h3>%s</h3>\n<div class=\"wide\">", parts[k][1]);
        pl_page_json(part, s);
        pl_str_add(s, "</div>\n");
    }
}

/* The distinct values of a manifest member over the runs that are done, each with how many runs
 * have it. */
static int add_distinct(const pl_study_data *d, const char *key, pl_str *s)
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
        pl_page_json(json_object_get(d->run[i].manifest, key), s);
        pl_str_addf(s, " <span class=\"soft\">(%d run%s)</span> ", runs, runs == 1 ? "" : "s");
    }
    if (distinct)
        pl_str_add(s, "</td></tr>\n");
    for (int i = 0; i < d->run_count; i++)
        free(text[i]);
    free(text);
    return distinct;
}

void pl_page_identity(const pl_study_data *d, pl_str *s)
{
    static const char *const keys[] = {"isa", "blas_core", "numeric", "versions"};
    pl_str rows;
    pl_str_init(&rows);
    bool mixed = false;
    for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++)
        mixed = (add_distinct(d, keys[k], &rows) > 1 && k < 3) || mixed;
    if (rows.size) {
        pl_str_add(s, "<h2 id=\"identity\">Arithmetic and versions</h2>\n");
        if (mixed)
            pl_str_add(
                s, "<p><b>These runs were computed with different arithmetic</b> (instruction "
                   "set or BLAS core): their last digits would differ on one machine too.</p>\n");
        pl_str_addf(s, "<div class=\"wide\"><table><tbody>\n%s</tbody></table></div>\n", rows.text);
    }
    pl_str_clear(&rows);
}

void pl_page_failures(const pl_study_data *d, pl_str *s)
{
    if (d->done == d->run_count)
        return;
    pl_str_add(s,
               "<h2 id=\"failures\">Runs left out</h2>\n<div class=\"wide\"><table>\n<thead><tr>"
               "<th>run</th><th>group</th><th>seed</th><th>status</th><th>why</th></tr></thead>\n"
               "<tbody>\n");
    for (int i = 0; i < d->run_count; i++) {
        const pl_report_run *r = &d->run[i];
        if (r->done)
            continue;
        pl_str_add(s, "<tr><td><code>");
        pl_add_html(s, r->id);
        pl_str_add(s, "</code></td><td>");
        pl_add_html(s, d->group[r->group].label);
        pl_str_add(s, "</td><td>");
        pl_add_html(s, r->seed);
        pl_str_add(s, "</td><td>");
        pl_add_html(s, r->status);
        pl_str_add(s, "</td><td>");
        pl_add_html(s, r->error ? r->error : "");
        pl_str_add(s, "</td></tr>\n");
    }
    pl_str_add(s, "</tbody></table></div>\n");
}
