#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "draw/escape.h"
#include "io/json.h"
#include "report/page_parts.h"
#include "study/attributes.h"

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
    if (d->target)
        return d->target;
    for (int i = 0; i < d->run_count; i++) {
        const char *target = pl_run_target(d, &d->run[i]);
        if (target)
            return target;
    }
    return NULL;
}

static void add_scalar(const json_t *v, pl_str *s)
{
    if (json_is_string(v)) {
        pl_str_add(s, json_string_value(v));
    } else if (json_is_integer(v)) {
        char text[PL_NUMBER_TEXT];
        pl_str_add(s, pl_human_count(json_integer_value(v), text, sizeof text));
    } else if (json_is_real(v)) {
        pl_str_addf(s, "%.6g", json_real_value(v));
    } else {
        pl_str_add(s, json_is_true(v) ? "yes" : json_is_false(v) ? "no" : "-");
    }
}

/* A value on one line: "image: 000001.jpg, reason: cut". */
static void add_json(const json_t *value, pl_str *s)
{
    if (!json_is_object(value)) {
        add_scalar(value, s);
        return;
    }
    json_t *object = json_deep_copy(value), *member; /* jansson iterates over what may change */
    const char *key;
    bool first = true;
    json_object_foreach(object, key, member)
    {
        pl_str_addf(s, "%s%s: ", first ? "" : ", ", key);
        add_scalar(member, s);
        first = false;
    }
    json_decref(object);
}

static long long integer_of(const json_t *object, const char *key)
{
    return (long long)json_integer_value(json_object_get(object, key));
}

static void add_count(pl_doc *doc, long long n)
{
    char text[PL_NUMBER_TEXT];
    pl_doc_cell(doc, pl_human_count(n, text, sizeof text), (double)n, 0);
}

/* A row of the table of sides. */
static void add_side(pl_doc *doc, const char *name, long long others, long long target)
{
    long long n = others + target;
    pl_doc_cell(doc, name, (double)NAN, PL_CELL_HEAD);
    add_count(doc, n);
    add_count(doc, target);
    add_count(doc, others);
    pl_doc_percent(
        doc, n > 0 ? (double)(others > target ? others : target) / (double)n : (double)NAN, 0);
}

static void add_side_counted(pl_doc *doc, const char *name, const pl_confusion *c)
{
    add_side(doc, name, c->count[0][0] + c->count[0][1], c->count[1][0] + c->count[1][1]);
}

/* Images of each class on each side of one run: from the manifest's split, else counted in its
 * predictions. */
static void add_sides(const pl_study_data *d, const pl_report_run *r, pl_doc *doc)
{
    static const char *const sides[3][2] = {
        {"train", "train"}, {"val", "validation"}, {"test", "test"}};
    const json_t *split = json_object_get(r->manifest, "split");
    const char *target = split ? pl_run_target_at(r, 0) : pl_run_target(d, r);
    char data[PL_DATA_ID];
    pl_data_id_of(r->manifest, data);
    char *caption =
        pl_format("Images of each class on each side, of run `%s`%s%s%s. %s", r->id,
                  data[0] ? "; data `" : "", data, data[0] ? "`" : "",
                  pl_run_targets(r) > 1
                      ? "Of the attributes it tells this is the first; the others stand under "
                        "Attributes."
                      : "The commoner class of the test images is the majority baseline.");
    pl_doc_table(doc, "table-data", caption, false);
    pl_doc_column(doc, "side", false, NULL);
    pl_doc_column(doc, "images", true, NULL);
    pl_doc_column(doc, target ? target : "class 1", true, NULL);
    pl_doc_column(doc, "the others", true, NULL);
    pl_doc_column(doc, "commoner class, %", true, NULL);
    if (split) {
        for (int k = 0; k < 3; k++) {
            const json_t *by = json_object_get(json_object_get(split, sides[k][0]), "by_label");
            add_side(doc, sides[k][1], (long long)json_integer_value(json_array_get(by, 0)),
                     (long long)json_integer_value(json_array_get(by, 1)));
        }
    } else {
        add_side_counted(doc, "validation", &r->val);
        add_side_counted(doc, "test", &r->test);
    }
    pl_doc_table_end(doc);
    free(caption);
}

/* A list of the manifest, folded away, where it is not empty. */
static void add_named(const json_t *ingest, const char *key, const char *title, pl_doc *doc)
{
    const json_t *list = json_object_get(ingest, key);
    size_t n = json_array_size(list);
    if (n == 0)
        return;
    pl_str item;
    pl_str_init(&item);
    pl_doc_begin(doc, PL_PART_FOLD, title);
    for (size_t i = 0; i < n && i < LIST_MOST; i++) {
        pl_str_reset(&item);
        add_json(json_array_get(list, i), &item);
        pl_doc_item(doc, PL_TONE_PLAIN, "%s", item.text);
    }
    if (n > LIST_MOST)
        pl_doc_item(doc, PL_TONE_SOFT, "and %zu more", n - LIST_MOST);
    pl_doc_end(doc, PL_PART_FOLD);
    pl_str_clear(&item);
}

static void add_ingest(const json_t *ingest, pl_doc *doc)
{
    static const char *const keys[] = {"images", "pictures", "broken", "unlabelled",
                                       "labels_without_image"};
    char n[5][PL_NUMBER_TEXT];
    for (int k = 0; k < 5; k++)
        pl_human_count(integer_of(ingest, keys[k]), n[k], sizeof n[k]);
    pl_doc_text(doc, PL_TONE_PLAIN,
                "%s images were used of %s pictures. Left out: %s broken, %s without a label. "
                "Labels without a picture: %s.",
                n[0], n[1], n[2], n[3], n[4]);
    add_named(ingest, "broken_images", "Broken pictures", doc);
    add_named(ingest, "unlabelled_images", "Pictures without a label (the first of them)", doc);
}

void pl_page_data(const pl_study_data *d, pl_doc *doc)
{
    const pl_report_run *r = NULL;
    for (int i = 0; i < d->run_count && !r; i++) {
        if (pl_confusion_total(&d->run[i].test) > 0)
            r = &d->run[i];
    }
    const json_t *ingest = first_member(d, "ingest");
    if (!r && !ingest)
        return;
    pl_doc_heading(doc, 2, "data", "Data");
    if (r)
        add_sides(d, r, doc);
    if (r && !d->one_test_set)
        pl_doc_text(doc, PL_TONE_WARNING, "The runs were not all tested on the same images.");
    if (ingest)
        add_ingest(ingest, doc);
}

static void add_identity(pl_doc *doc, const char *key, const json_t *value, int runs)
{
    pl_str text;
    pl_str_init(&text);
    add_json(value, &text);
    pl_doc_cell(doc, key, (double)NAN, PL_CELL_HEAD);
    pl_doc_cell(doc, text.text, (double)NAN, 0);
    pl_doc_cellf(doc, runs, 0, "%d", runs);
    pl_str_clear(&text);
}

/* The distinct values of a manifest member over the runs that are done, each with how many runs
 * have it. */
static void add_distinct(const pl_study_data *d, const char *key, pl_doc *doc)
{
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
        add_identity(doc, key, json_object_get(d->run[i].manifest, key), runs);
    }
    for (int i = 0; i < d->run_count; i++)
        free(text[i]);
    free(text);
}

void pl_page_identity(const pl_study_data *d, pl_doc *doc)
{
    static const char *const keys[] = {"numeric", "isa", "blas_core", "versions"};
    bool any = false;
    for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++) {
        for (int i = 0; i < d->run_count; i++)
            any = any || (d->run[i].done && json_object_get(d->run[i].manifest, keys[k]));
    }
    if (!any)
        return;
    pl_doc_heading(doc, 2, "identity", "Arithmetic and versions");
    if (pl_study_mixes_arithmetic(d))
        pl_doc_text(doc, PL_TONE_WARNING,
                    "These runs were computed with different arithmetic (instruction set or BLAS "
                    "core): their last digits "
                    "would differ on one machine too.");
    pl_doc_table(doc, NULL, "What the runs were computed with, as their manifests tell it.", false);
    pl_doc_column(doc, "what", false, NULL);
    pl_doc_column(doc, "value", false, NULL);
    pl_doc_column(doc, "runs", true, NULL);
    for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++)
        add_distinct(d, keys[k], doc);
    pl_doc_table_end(doc);
}

/* A run that is not done: epochs and validation accuracy as far as it came. */
static void add_left_out(const pl_study_data *d, const pl_report_run *r, pl_doc *doc)
{
    pl_doc_cell(doc, r->id, (double)NAN, PL_CELL_HEAD | PL_CELL_CODE);
    pl_doc_cell(doc, d->group[r->group].label, (double)NAN, 0);
    pl_doc_cell(doc, r->seed, (double)NAN, 0);
    pl_doc_cell(doc, r->status, (double)NAN, 0);
    if (r->epoch_count > 0) {
        pl_doc_cellf(doc, (double)r->epoch_count, 0, "%zu", r->epoch_count);
        pl_doc_percent(doc, r->epoch[r->epoch_count - 1].val_accuracy, 0);
    } else {
        pl_doc_cell(doc, "", (double)NAN, 0);
        pl_doc_cell(doc, "", (double)NAN, 0);
    }
    pl_doc_cell(doc, r->why ? r->why : "", (double)NAN, 0);
}

void pl_page_failures(const pl_study_data *d, pl_doc *doc)
{
    static const char *const titles[] = {"run",    "group",         "seed", "status",
                                         "epochs", "validation, %", "why"};
    int left = d->run_count - d->done, shown = 0;
    if (left == 0)
        return;
    char *caption =
        pl_format("Runs of study %s that are in no table, as far as they came.", d->name);
    pl_doc_heading(doc, 2, "failures", "Runs left out");
    pl_doc_table(doc, "table-left-out", caption, true);
    for (size_t k = 0; k < sizeof titles / sizeof titles[0]; k++)
        pl_doc_column(doc, titles[k], k == 2 || k == 4 || k == 5, NULL);
    for (int i = 0; i < d->run_count && shown < LIST_MOST; i++) {
        if (!d->run[i].done) {
            add_left_out(d, &d->run[i], doc);
            shown++;
        }
    }
    pl_doc_table_end(doc);
    if (left > shown)
        pl_doc_text(doc, PL_TONE_SOFT, "And %d more: runs.csv has all.", left - shown);
    free(caption);
}
