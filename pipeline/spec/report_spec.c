#include "spec/report_spec.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "spec/report_spec_read.h"
#include "spec/spec_mem.h"
#include "spec/yaml_scalar.h"
#include "util/fs.h"

enum { MAX_YAML_BYTES = 64 << 20 }; /* as of a spec */

const pl_table_column_text pl_table_column_texts[PL_TABLE_COLUMNS] = {
#define TABLE_COLUMN(id, name, title, help) {name, title, help},
#include "spec/table_columns.def"
#undef TABLE_COLUMN
};

const char *const pl_reference_figures[PL_REFERENCE_FIGURES] = {"train_accuracy", "val_accuracy",
                                                                "test_accuracy", "test_loss"};

static const char *column_name(const pl_column_use *c)
{
    return c->key ? c->key : pl_table_column_texts[c->column].name;
}

static void add_word(const char *name, const char *text, pl_str *out)
{
    if (!text)
        return;
    pl_str_addf(out, ", %s: ", name);
    pl_scalar_add_text(out, text);
}

static void add_reference(const pl_reference *ref, pl_str *out)
{
    pl_str_add(out, "    - {label: ");
    pl_scalar_add_text(out, ref->label);
    for (int f = 0; f < PL_REFERENCE_FIGURES; f++) {
        if (isnan(ref->figure[f]))
            continue;
        pl_str_addf(out, ", %s: ", pl_reference_figures[f]);
        pl_scalar_add_real(out, ref->figure[f]);
    }
    add_word("group", ref->group, out);
    add_word("source", ref->source, out);
    pl_str_add(out, "}\n");
}

void pl_report_spec_yaml(const pl_report_spec *r, pl_str *out)
{
    if (r->columns == 0 && !r->sorted && r->references == 0 && !r->target &&
        r->ensemble == PL_ENSEMBLE_SECTION)
        return;
    pl_str_add(out, "report:\n");
    if (r->columns > 0)
        pl_str_add(out, "  columns: [");
    for (int i = 0; i < r->columns; i++)
        pl_str_addf(out, "%s%s", column_name(&r->column[i]), i + 1 < r->columns ? ", " : "]\n");
    if (r->sorted)
        pl_str_addf(out, "  sort: %s%s\n", column_name(&r->sort), r->descending ? " desc" : "");
    if (r->references > 0)
        pl_str_add(out, "  reference:\n");
    for (int i = 0; i < r->references; i++)
        add_reference(&r->reference[i], out);
    if (r->target) {
        pl_str_add(out, "  target: ");
        pl_scalar_add_text(out, r->target);
        pl_str_add(out, "\n");
    }
    if (r->ensemble != PL_ENSEMBLE_SECTION)
        pl_str_addf(out, "  ensemble: %s\n", r->ensemble == PL_ENSEMBLE_ROWS ? "true" : "false");
}

/* Where the section begins and ends in a block-style YAML text: from the line "report:" to the next line that begins with a
 * key. *end is *begin where there is none. */
static void find_section(const char *text, size_t size, size_t *begin, size_t *end)
{
    static const char word[] = "report:";
    *begin = *end = size;
    for (size_t at = 0; at < size;) {
        const char *line = text + at;
        bool key = *line != ' ' && *line != '\t' && *line != '#' && *line != '\n' && *line != '-';
        bool ours = size - at >= sizeof word - 1 && memcmp(line, word, sizeof word - 1) == 0;
        if (*begin == size && ours) {
            *begin = at;
        } else if (*begin < size && key) {
            *end = at;
            return;
        }
        const char *newline = memchr(line, '\n', size - at);
        at = newline ? (size_t)(newline - text) + 1 : size;
    }
}

/* The section at its own lines: what stands before it becomes empty lines. */
static const char *section_alone(const char *text, size_t size, kn_arena *arena, size_t *out_size)
{
    size_t begin, end, lines = 0;
    find_section(text, size, &begin, &end);
    for (size_t i = 0; i < begin; i++)
        lines += text[i] == '\n';
    *out_size = end > begin ? lines + (end - begin) : 0;
    char *alone = pl_spec_alloc(arena, *out_size + 1, 1);
    if (*out_size > 0) {
        memset(alone, '\n', lines);
        memcpy(alone + lines, text + begin, end - begin);
    }
    return alone;
}

static kn_status parse(const char *path, const char *text, size_t size, kn_arena *arena,
                       pl_report_spec *out, kn_error *e)
{
    pl_diags diags;
    pl_bindings *b = calloc(1, sizeof *b);
    pl_source *source = pl_spec_alloc(arena, 1, sizeof *source);
    if (!b)
        abort();
    *source = (pl_source){.name = path, .dir = "."};
    source->text = section_alone(text, size, arena, &source->size);
    pl_diags_init(&diags, arena);
    pl_node *root = source->size > 0 ? pl_yaml_parse(source, arena, &diags) : NULL;
    if (root && root->kind == PL_NODE_MAP)
        pl_bind_map(b, root, "", arena, &diags);
    if (diags.count == 0)
        pl_report_spec_read(arena, &diags, b, out);
    free(b);
    return pl_diags_fail(&diags, e);
}

kn_status pl_report_spec_load(const char *path, kn_arena *arena, pl_report_spec *out, kn_error *e)
{
    char *text;
    size_t size;
    *out = (pl_report_spec){.columns = 0};
    if (!pl_exists(path))
        return KN_OK;
    KN_TRY(pl_read_file(path, MAX_YAML_BYTES, &text, &size, e));
    kn_status rc = parse(pl_spec_strdup(arena, path), text, size, arena, out, e);
    free(text);
    return rc;
}

kn_status pl_report_spec_store(const char *path, const pl_report_spec *r, kn_error *e)
{
    char *text;
    size_t size, begin, end;
    KN_TRY(pl_read_file(path, MAX_YAML_BYTES, &text, &size, e));
    find_section(text, size, &begin, &end);
    pl_str fresh;
    pl_str_init(&fresh);
    pl_str_add_bytes(&fresh, text, begin);
    pl_str_add_bytes(&fresh, text + end, size - end);
    if (fresh.size > 0 && fresh.text[fresh.size - 1] != '\n')
        pl_str_add(&fresh, "\n");
    pl_report_spec_yaml(r, &fresh);
    kn_status rc = pl_write_file_if_changed(path, fresh.text, fresh.size, e);
    pl_str_clear(&fresh);
    free(text);
    return rc;
}
