#include "audit/audit_section.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "audit/audit_figures.h"
#include "audit/audit_view.h"
#include "util/fs.h"

enum {
    OPEN_ROWS = 8,
    LISTED = 200
}; /* rows of a table before it is folded away; rows it has at most */

static const char *const side_words[PL_SIDES] = {"training", "validation", "test"};

static const char *count_text(long long n, char buffer[32])
{
    return pl_human_count(n, buffer, 32);
}

static void add_findings(const pl_audit_view *v, pl_doc *doc)
{
    const json_t *list = json_object_get(v->audit, "findings"), *item;
    size_t i;
    if (pl_audit_is_failing(v))
        pl_doc_text(doc, PL_TONE_WARNING,
                    "This split fails the audit: accuracies on its test images flatter models that "
                    "remember what they "
                    "were trained on.");
    else
        pl_doc_text(doc, PL_TONE_PLAIN, "No picture%s is on two sides of the split.",
                    pl_audit_number(v, "people_on_two_sides") >= 0 ? " and no person" : "");
    json_array_foreach(list, i, item)
        pl_doc_item(doc, PL_TONE_PLAIN, "%s.", json_string_value(item));
    if (pl_audit_number(v, "people_on_two_sides") < 0)
        pl_doc_item(
            doc, PL_TONE_SOFT,
            "Whether people are on two sides is not known: the spec names no data.identity.");
}

static void add_sides(const pl_audit_view *v, pl_doc *doc, const char *id)
{
    char n[32], *table = pl_format("data-%s-sides", id);
    pl_doc_table(doc, table, NULL, false);
    pl_doc_column(doc, "side", false, NULL);
    pl_doc_column(doc, "images", true, NULL);
    pl_doc_column(doc, "with the target", true, NULL);
    pl_doc_column(doc, "share %", true, NULL);
    pl_doc_column(doc, "seen in training", true,
                  "images whose file or photograph is among the training images too");
    for (int k = 0; k < PL_SIDES; k++) {
        pl_audit_count c = pl_audit_count_of(v, v->target, k);
        long long seen = pl_audit_number_in(v, "seen_in_training", pl_side_names[k]);
        pl_doc_cell(doc, side_words[k], (double)NAN, PL_CELL_HEAD);
        pl_doc_cell(doc, count_text(c.images, n), (double)c.images, 0);
        pl_doc_cell(doc, count_text(c.positive, n), (double)c.positive, 0);
        pl_doc_percent(doc, c.images ? (double)c.positive / (double)c.images : (double)NAN, 0);
        pl_doc_cell(doc, seen < 0 ? "-" : count_text(seen, n),
                    seen < 0 ? (double)NAN : (double)seen, 0);
    }
    pl_doc_table_end(doc);
    free(table);
}

/* A table of a csv file's text columns. */
static void add_list(pl_doc *doc, const char *id, const char *name, const pl_csv *t,
                     const char *title, const char *const *column, const bool *is_number)
{
    size_t rows = t->rows - 1, shown = rows < LISTED ? rows : LISTED;
    if (rows == 0)
        return;
    char n[32], *fold = pl_format("%s (%s)", title, count_text((long long)rows, n));
    char *table = pl_format("data-%s-%s", id, name);
    pl_doc_begin(doc, PL_PART_FOLD, fold);
    pl_doc_table(doc, table, NULL, rows > OPEN_ROWS);
    for (size_t k = 0; column[k]; k++)
        pl_doc_column(doc, column[k], is_number[k], NULL);
    for (size_t r = 1; r <= shown; r++)
        for (size_t k = 0; column[k]; k++) {
            const char *text = pl_csv_get(t, r, k);
            pl_doc_cell(doc, text, is_number[k] && text[0] ? strtod(text, NULL) : (double)NAN, 0);
        }
    pl_doc_table_end(doc);
    if (shown < rows)
        pl_doc_text(doc, PL_TONE_SOFT, "The first %zu of %zu rows; data/%s has all.", shown, rows,
                    id);
    pl_doc_end(doc, PL_PART_FOLD);
    free(fold);
    free(table);
}

static void add_lists(const pl_audit_view *v, pl_doc *doc, const char *id)
{
    static const bool near_number[] = {false, false, false, false, true, true, true};
    static const bool four[] = {true, false, false, true}, people[] = {true, true, true, true};
    static const bool text[] = {false, false};
    add_list(doc, id, "near", &v->near, "Pairs of one photograph",
             (const char *const[]){"first", "second", "sides", "labels", "mirrored", "bits apart",
                                   "correlation", NULL},
             near_number);
    add_list(doc, id, "identical", &v->identical, "Images with the same bytes as another",
             (const char *const[]){"set", "image", "side", "label", NULL}, four);
    add_list(doc, id, "people", &v->people, "People on two sides",
             (const char *const[]){"person", "training", "validation", "test", NULL}, people);
    add_list(doc, id, "left-out", &v->left_out, "Pictures left out",
             (const char *const[]){"image", "reason", NULL}, text);
}

/* Every column: how often, on each side, and how it goes with the target. */
static void add_columns(const pl_audit_view *v, pl_doc *doc, const char *id)
{
    size_t *order = pl_audit_by_phi(v);
    char n[32], *table = pl_format("data-%s-attributes", id);
    pl_doc_begin(doc, PL_PART_FOLD, "Attributes: how often, and how they go with the target");
    pl_doc_table(doc, table, NULL, v->columns > OPEN_ROWS);
    pl_doc_column(doc, "attribute", false, NULL);
    pl_doc_column(doc, "images", true, NULL);
    pl_doc_column(doc, "share %", true, "of all images");
    for (int k = 0; k < PL_SIDES; k++)
        pl_doc_column(doc, side_words[k], true, "share of the side's images, %");
    pl_doc_column(doc, "phi", true, "correlation with the target, -1 to 1");
    for (size_t i = 0; i < v->columns; i++) {
        size_t c = order[i];
        pl_audit_count all = pl_audit_count_of(v, c, PL_SIDES);
        pl_doc_cell(doc, pl_audit_column(v, c), (double)NAN,
                    PL_CELL_HEAD | (c == v->target ? PL_CELL_BOLD : 0));
        pl_doc_cell(doc, count_text(all.positive, n), (double)all.positive, 0);
        for (int k = -1; k < PL_SIDES; k++) {
            pl_audit_count part = pl_audit_count_of(v, c, k < 0 ? PL_SIDES : k);
            pl_doc_percent(
                doc, part.images ? (double)part.positive / (double)part.images : (double)NAN, 0);
        }
        pl_doc_number(doc, pl_audit_phi(v, c, v->target), 3, 0);
    }
    pl_doc_table_end(doc);
    pl_doc_end(doc, PL_PART_FOLD);
    free(table);
    free(order);
}

static void add_drift(const pl_audit_view *v, pl_doc *doc, const char *id)
{
    char *table = pl_format("data-%s-drift", id);
    pl_doc_begin(doc, PL_PART_FOLD, "Validation and test beside training");
    pl_doc_table(doc, table, NULL, true);
    pl_doc_column(doc, "measure", false, NULL);
    pl_doc_column(doc, "side", false, NULL);
    pl_doc_column(doc, "mean", true, "of attributes: the share that has it");
    pl_doc_column(doc, "difference", true, "mean minus that of the training images");
    pl_doc_column(doc, "low", true, "of its 95 % interval");
    pl_doc_column(doc, "high", true, "of its 95 % interval");
    pl_doc_column(doc, "KS", true, "Kolmogorov-Smirnov distance of the distributions, 0 to 1");
    pl_doc_column(doc, "p", true, "of the Kolmogorov-Smirnov test");
    for (size_t i = 0; i < pl_audit_drift_rows(v); i++) {
        pl_drift_view r = pl_audit_drift_row(v, i);
        const double number[] = {r.mean, r.difference, r.low, r.high, r.distance, r.p};
        if (r.side == PL_SIDE_TRAIN)
            continue;
        pl_doc_cell(doc, r.name, (double)NAN, r.told ? PL_CELL_BOLD : 0);
        pl_doc_cell(doc, side_words[r.side], (double)NAN, 0);
        for (size_t k = 0; k < sizeof number / sizeof *number; k++) {
            if (isnan(number[k]))
                pl_doc_cell(doc, "-", number[k], 0);
            else
                pl_doc_cellf(doc, number[k], 0, "%.4g", number[k]);
        }
    }
    pl_doc_table_end(doc);
    pl_doc_end(doc, PL_PART_FOLD);
    free(table);
}

static void add_figures(const pl_audit_view *v, const char *study_dir, const char *id, pl_doc *doc,
                        pl_figures *figures)
{
    static const struct {
        const char *name, *caption, *alt;
    } shown[] = {
        {"balance", "Balance of the target on each side of the split.",
         "A bar per side of the split, divided into images with and without the target"},
        {"attributes", "How often each attribute is set, in all images and on each side.",
         "A bar per attribute, longest on top, with a point for each side of the split"},
        {"correlations", "Which attributes go together (phi); the target first.",
         "A square of coloured cells, one for every two attributes"},
        {"drift", "How validation and test differ from training.",
         "Points for validation and test per measure and per attribute, with intervals"},
    };
    char n[32], *prefix = pl_format(PL_AUDIT_FIGURES "%s-", id);
    char *source = pl_format("%s; data %s, %s images", pl_path_base(study_dir), id,
                             count_text(pl_audit_number(v, "images"), n));
    const pl_audit_figures_style style = {.prefix = prefix, .source = source, .csv = true};
    pl_audit_figures_add(v, &style, figures);
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        if (strcmp(shown[i].name, "drift") == 0 && !pl_audit_has_drift(v))
            continue;
        char *name = pl_format("%s%s", prefix, shown[i].name);
        pl_doc_figure(doc, name, shown[i].caption, shown[i].alt, NULL);
        free(name);
    }
    free(prefix);
    free(source);
}

static void add_one(const pl_audit_view *v, const char *study_dir, const char *id, pl_doc *doc,
                    pl_figures *figures)
{
    char n[32], m[32], *title = pl_format("Data %s", id), *anchor = pl_format("data-%s", id);
    pl_doc_heading(doc, 3, anchor, title);
    pl_doc_text(doc, PL_TONE_PLAIN, "%s images of %s pictures; target `%s`.",
                count_text(pl_audit_number(v, "images"), n),
                count_text(pl_audit_number(v, "pictures"), m), v->target_name);
    add_findings(v, doc);
    add_sides(v, doc, id);
    add_figures(v, study_dir, id, doc, figures);
    add_lists(v, doc, id);
    add_columns(v, doc, id);
    add_drift(v, doc, id);
    free(title);
    free(anchor);
}

static char *audit_path(const char *study_dir, const char *id)
{
    return pl_format("%s/data/%s/audit.json", study_dir, id);
}

static bool has_audit(const char *study_dir, const char *id)
{
    char *path = audit_path(study_dir, id);
    bool yes = pl_exists(path);
    free(path);
    return yes;
}

kn_status pl_audit_section(const char *study_dir, pl_doc *doc, pl_figures *figures, kn_error *e)
{
    char *data = pl_path_join(study_dir, "data"), **names = NULL;
    size_t count = 0;
    bool begun = false;
    kn_status rc = pl_is_dir(data) ? pl_list_dir(data, &names, &count, e) : KN_OK;
    for (size_t i = 0; i < count && rc == KN_OK; i++) {
        pl_audit_view v;
        if (names[i][0] == '.' || strchr(names[i], '.') || !has_audit(study_dir, names[i]))
            continue; /* a folder in the making has a dot in its name */
        char *dir = pl_path_join(data, names[i]);
        rc = pl_audit_view_read(dir, &v, e);
        if (rc == KN_OK) {
            if (!begun)
                pl_doc_heading(doc, 2, "data-audit", "Data audit");
            begun = true;
            add_one(&v, study_dir, names[i], doc, figures);
            pl_audit_view_clear(&v);
        }
        free(dir);
    }
    if (names)
        pl_free_names(names);
    free(data);
    return rc;
}

static void add_reason(pl_str *s, bool *first, const char *fmt, ...) KN_PRINTF(3, 4);
static void add_reason(pl_str *s, bool *first, const char *fmt, ...)
{
    va_list args;
    pl_str_add(s, *first ? ": " : "; ");
    *first = false;
    va_start(args, fmt);
    pl_str_addv(s, fmt, args);
    va_end(args);
}

bool pl_audit_warning(const char *study_dir, const char *data_id, pl_str *s)
{
    pl_audit_view v;
    char n[32], m[32], *dir = pl_format("%s/data/%s", study_dir, data_id);
    bool failing =
        data_id[0] && has_audit(study_dir, data_id) && pl_audit_view_read(dir, &v, NULL) == KN_OK;
    free(dir);
    if (!failing)
        return false;
    failing = pl_audit_is_failing(&v);
    if (failing) {
        bool first = true;
        long long people = pl_audit_number(&v, "people_on_two_sides");
        long long contradicting = pl_audit_number(&v, "contradicting_pairs");
        pl_str_addf(s, "data %s fails the audit", data_id);
        if (people > 0)
            add_reason(s, &first, "%s %s on two sides", count_text(people, n),
                       people == 1 ? "person is" : "people are");
        for (int k = PL_SIDE_TEST; k >= PL_SIDE_VAL; k--) {
            long long seen = pl_audit_number_in(&v, "seen_in_training", pl_side_names[k]);
            long long all = pl_audit_count_of(&v, v.target, k).images;
            if (seen > 0)
                add_reason(s, &first, "%s of %s %s images are in training too", count_text(seen, n),
                           count_text(all, m), side_words[k]);
        }
        if (first && contradicting == 0)
            add_reason(s, &first, "pictures are in validation and in test");
        if (contradicting > 0)
            add_reason(s, &first, "%s pair%s of equal pictures with contradicting labels",
                       count_text(contradicting, n), contradicting == 1 ? "" : "s");
    }
    pl_audit_view_clear(&v);
    return failing;
}
