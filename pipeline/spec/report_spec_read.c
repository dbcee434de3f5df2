#include "spec/report_spec_read.h"

#include <math.h>
#include <string.h>

#include "spec/spec_mem.h"
#include "spec/value.h"
#include "spec/yaml_scalar.h"

typedef struct reading {
    kn_arena *arena;
    pl_diags *diags;
} reading;

static const pl_node *bound(const pl_bindings *b, const char *key)
{
    return b->key[pl_key_find(key)].value;
}

/* Columns first, then the keys that a sweep may give values. */
static const char *nearest_column(const char *word)
{
    enum { MOST = PL_TABLE_COLUMNS + PL_MAX_KEYS };
    const char *name[MOST];
    size_t n = 0;
    for (int c = 0; c < PL_TABLE_COLUMNS; c++)
        name[n++] = pl_table_column_texts[c].name;
    const char *found = pl_nearest(word, name, n);
    if (found)
        return found;
    for (int k = 0; k < pl_key_count; k++)
        if (pl_key_sweepable(&pl_keys[k]))
            name[n++] = pl_keys[k].name;
    found = pl_nearest(word, name, n);
    if (found)
        return found;
    const char *key = pl_key_nearest("", word);
    return key && pl_key_find(key) >= 0 && pl_key_sweepable(&pl_keys[pl_key_find(key)]) ? key
                                                                                        : NULL;
}

static bool find_column(const char *word, pl_column_use *out)
{
    for (int c = 0; c < PL_TABLE_COLUMNS; c++) {
        if (strcmp(word, pl_table_column_texts[c].name) == 0) {
            *out = (pl_column_use){(pl_table_column)c, NULL};
            return true;
        }
    }
    int key = pl_key_find(word);
    if (key < 0 || !pl_key_sweepable(&pl_keys[key]))
        return false;
    *out = (pl_column_use){PL_COLUMN_KEY, pl_keys[key].name};
    return true;
}

static bool read_column(const reading *r, const char *where, pl_pos pos, const char *word,
                        pl_column_use *out)
{
    if (find_column(word, out))
        return true;
    pl_diags_add(r->diags, pos, where, nearest_column(word),
                 "\"%s\" is no column of the table; `facet spec schema` lists them", word);
    return false;
}

static bool same_column(const pl_column_use *a, const pl_column_use *b)
{
    return a->column == b->column && a->key == b->key;
}

static void read_columns(const reading *r, const pl_node *node, pl_report_spec *out)
{
    static const char key[] = "report.columns";
    if (node->kind != PL_NODE_LIST || node->count == 0) {
        pl_diags_add(r->diags, node->pos, key, NULL, "expected a list of columns, found %s",
                     node->kind == PL_NODE_LIST ? "an empty one"
                                                : pl_node_describe(node, r->arena));
        return;
    }
    pl_column_use *column = pl_spec_alloc(r->arena, (size_t)node->count, sizeof *column);
    for (int i = 0; i < node->count; i++) {
        const pl_node *item = node->item[i];
        const char *where = pl_spec_textf(r->arena, "%s[%d]", key, i);
        pl_column_use *at = &column[out->columns];
        if (item->kind != PL_NODE_SCALAR) {
            pl_diags_add(r->diags, item->pos, where, NULL,
                         "expected the name of a column, found %s",
                         pl_node_describe(item, r->arena));
            continue;
        }
        if (!read_column(r, where, item->pos, item->text, at))
            continue;
        bool twice = false;
        for (int k = 0; k < out->columns; k++)
            twice = twice || same_column(&column[k], at);
        if (twice)
            pl_diags_add(r->diags, item->pos, where, NULL, "%s is there twice", item->text);
        else
            out->columns++;
    }
    out->column = column;
}

/* "test_accuracy", "-test_accuracy", "test_accuracy desc". */
static void read_sort(const reading *r, const pl_node *node, pl_report_spec *out)
{
    static const char key[] = "report.sort";
    if (node->kind != PL_NODE_SCALAR || node->text[0] == '\0') {
        pl_diags_add(r->diags, node->pos, key, NULL,
                     "expected the name of a column, with - before it or desc behind it for "
                     "descending order, found %s",
                     pl_node_describe(node, r->arena));
        return;
    }
    const char *word = node->text + (node->text[0] == '-');
    const char *blank = strchr(word, ' ');
    size_t size = blank ? (size_t)(blank - word) : strlen(word);
    const char *order = blank ? blank + strspn(blank, " ") : "asc";
    out->descending = node->text[0] == '-' || strcmp(order, "desc") == 0;
    if (strcmp(order, "asc") != 0 && strcmp(order, "desc") != 0) {
        pl_diags_add(r->diags, node->pos, key, NULL,
                     "\"%s\" is no order; write asc or desc behind the column", order);
        return;
    }
    word = pl_spec_strndup(r->arena, word, size);
    if (!read_column(r, key, node->pos, word, &out->sort))
        return;
    out->sorted = out->sort.column != PL_COLUMN_SWEPT;
    if (!out->sorted)
        pl_diags_add(r->diags, node->pos, key, NULL,
                     "swept stands for many columns; name one swept key to sort by it");
}

static bool read_word(const reading *r, const char *where, const pl_node *node, const char **out)
{
    if (node->kind == PL_NODE_SCALAR && node->text[0]) {
        *out = node->text;
        return true;
    }
    pl_diags_add(r->diags, node->pos, where, NULL, "expected a text, found %s",
                 pl_node_describe(node, r->arena));
    return false;
}

/* A share in percent is told how it is written here. */
static bool read_figure(const reading *r, const char *where, const pl_node *node, bool share,
                        double *out)
{
    double value;
    if (share && node->kind == PL_NODE_SCALAR && pl_scalar_real(node, &value) && value > 1 &&
        value <= 100) {
        pl_diags_add(r->diags, node->pos, where, NULL,
                     "%s is not in 0..1; a share of %s %% is written %.6g", node->text, node->text,
                     value / 100);
        return false;
    }
    return pl_read_real(r->diags, where, node, 0, share ? 1 : 1e9, out);
}

static bool read_member(const reading *r, const pl_map_entry *entry, const char *where,
                        pl_reference *out)
{
    static const char *const words[] = {
        "label", "group", "source", "train_accuracy", "val_accuracy", "test_accuracy", "test_loss"};
    if (strcmp(entry->key, "label") == 0)
        return read_word(r, where, entry->value, &out->label);
    if (strcmp(entry->key, "group") == 0)
        return read_word(r, where, entry->value, &out->group);
    if (strcmp(entry->key, "source") == 0)
        return read_word(r, where, entry->value, &out->source);
    for (int f = 0; f < PL_REFERENCE_FIGURES; f++)
        if (strcmp(entry->key, pl_reference_figures[f]) == 0)
            return read_figure(r, where, entry->value, f != PL_REFERENCE_FIGURES - 1,
                               &out->figure[f]);
    pl_diags_add(r->diags, entry->pos, where,
                 pl_nearest(entry->key, words, sizeof words / sizeof words[0]),
                 "unknown key; a reference has label, group, source, train_accuracy, "
                 "val_accuracy, test_accuracy and test_loss");
    return false;
}

static bool has_figure(const pl_reference *ref)
{
    bool any = false;
    for (int f = 0; f < PL_REFERENCE_FIGURES; f++)
        any = any || !isnan(ref->figure[f]);
    return any;
}

static bool read_reference(const reading *r, const pl_node *node, const char *where,
                           pl_reference *out)
{
    bool ok = true;
    *out = (pl_reference){.label = NULL};
    for (int f = 0; f < PL_REFERENCE_FIGURES; f++)
        out->figure[f] = (double)NAN;
    if (node->kind != PL_NODE_MAP) {
        pl_diags_add(r->diags, node->pos, where, NULL,
                     "expected a map of label and figures, found %s",
                     pl_node_describe(node, r->arena));
        return false;
    }
    for (int k = 0; k < node->count; k++) {
        const char *key = pl_spec_textf(r->arena, "%s.%s", where, node->entry[k].key);
        if (!pl_node_is_null(node->entry[k].value))
            ok = read_member(r, &node->entry[k], key, out) && ok;
    }
    if (!ok)
        return false;
    if (!out->label)
        pl_diags_add(r->diags, node->pos, pl_spec_textf(r->arena, "%s.label", where), NULL,
                     "this key is required");
    if (!has_figure(out))
        pl_diags_add(r->diags, node->pos, where, NULL,
                     "none of train_accuracy, val_accuracy, test_accuracy and test_loss is given");
    return out->label && has_figure(out);
}

static void read_references(const reading *r, const pl_node *node, pl_report_spec *out)
{
    static const char key[] = "report.reference";
    if (node->kind != PL_NODE_LIST) {
        pl_diags_add(r->diags, node->pos, key, NULL,
                     "expected a list of {label: ..., test_accuracy: ...}, found %s",
                     pl_node_describe(node, r->arena));
        return;
    }
    pl_reference *reference = pl_spec_alloc(r->arena, (size_t)node->count + 1, sizeof *reference);
    for (int i = 0; i < node->count; i++) {
        const char *where = pl_spec_textf(r->arena, "%s[%d]", key, i);
        pl_reference *at = &reference[out->references];
        if (!read_reference(r, node->item[i], where, at))
            continue;
        bool twice = false;
        for (int k = 0; k < out->references; k++)
            twice = twice || strcmp(reference[k].label, at->label) == 0;
        if (twice)
            pl_diags_add(r->diags, node->item[i]->pos, pl_spec_textf(r->arena, "%s.label", where),
                         NULL, "another reference is called \"%s\" too", at->label);
        else
            out->references++;
    }
    out->reference = reference;
}

static void read_target(const reading *r, const pl_node *node, pl_report_spec *out)
{
    if (node->kind == PL_NODE_SCALAR && node->text[0])
        out->target = node->text;
    else
        pl_diags_add(r->diags, node->pos, "report.target", NULL,
                     "expected the name of an attribute, found %s",
                     pl_node_describe(node, r->arena));
}

static void read_ensemble(const reading *r, const pl_node *node, pl_report_spec *out)
{
    bool rows;
    if (pl_read_bool(r->diags, "report.ensemble", node, &rows))
        out->ensemble = rows ? PL_ENSEMBLE_ROWS : PL_ENSEMBLE_NONE;
}

void pl_report_spec_read(kn_arena *arena, pl_diags *diags, const pl_bindings *b,
                         pl_report_spec *out)
{
    const reading r = {arena, diags};
    const pl_node *columns = bound(b, "report.columns"), *sort = bound(b, "report.sort");
    const pl_node *reference = bound(b, "report.reference"), *target = bound(b, "report.target");
    const pl_node *ensemble = bound(b, "report.ensemble");
    *out = (pl_report_spec){.columns = 0};
    if (columns)
        read_columns(&r, columns, out);
    if (sort)
        read_sort(&r, sort, out);
    if (reference)
        read_references(&r, reference, out);
    if (target)
        read_target(&r, target, out);
    if (ensemble)
        read_ensemble(&r, ensemble, out);
}
