#include "data/tables.h"

#include <stdlib.h>
#include <string.h>

#include "data/table_rows.h"
#include "util/fs.h"

typedef enum layout { UNKNOWN, COUNTED, HEADED } layout; /* COUNTED: the official .txt */

typedef struct label_reader {
    pl_labels *t;
    const char *path;
    layout layout;
    int32_t counted; /* rows the first line promises */
    int counted_line;
    bool headed; /* the header has been read */
    int *line;   /* [rows] */
    size_t room;
    int zero_line, minus_line; /* of the first 0 and the first -1 */
    bool gaps;                 /* both may be there, and 0 is then a gap */
} label_reader;

static void *must(void *p)
{
    if (!p)
        abort();
    return p;
}

static kn_status read_header(label_reader *r, const char *const *field, size_t fields, int line,
                             kn_error *e)
{
    size_t skip = r->layout == COUNTED ? 0 : 1;
    int32_t number = 0;
    if (fields <= skip)
        return kn_fail(e, KN_EFORMAT,
                       "%s:%d: one column, where a name and at least one label are needed", r->path,
                       line);
    for (size_t i = skip; i < fields; i++)
        if (pl_table_number(field[i], &number))
            return kn_fail(e, KN_EFORMAT,
                           "%s:%d: the first row must name the columns, not hold '%s'", r->path,
                           line, field[i]);
    r->t->columns = fields - skip;
    r->t->column = must(calloc(r->t->columns, sizeof *r->t->column));
    for (size_t i = 0; i < r->t->columns; i++)
        r->t->column[i] = pl_strdup(field[skip + i]);
    for (size_t i = 0; i < r->t->columns; i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(r->t->column[i], r->t->column[k]) == 0)
                return kn_fail(e, KN_EFORMAT, "%s:%d: two columns are named '%s'", r->path, line,
                               r->t->column[i]);
    r->headed = true;
    return KN_OK;
}

static void make_room(label_reader *r)
{
    if (r->t->names.count < r->room)
        return;
    r->room = r->room ? r->room * 2 : 1024;
    r->t->value = must(realloc(r->t->value, r->room * r->t->columns));
    r->line = must(realloc(r->line, r->room * sizeof *r->line));
}

/* A 0 until it is known what it stands for. */
enum { ZERO = -2 };

static kn_status read_value(label_reader *r, const char *text, size_t column, int line, int8_t *out,
                            kn_error *e)
{
    if (strcmp(text, "1") == 0 || strcmp(text, "+1") == 0) {
        *out = 1;
        return KN_OK;
    }
    if (text[0] == '\0') {
        *out = 0;
        return KN_OK;
    }
    *out = strcmp(text, "0") == 0 ? ZERO : -1;
    if (strcmp(text, "-1") == 0 && r->minus_line == 0)
        r->minus_line = line;
    else if (strcmp(text, "0") == 0 && r->zero_line == 0)
        r->zero_line = line;
    else if (strcmp(text, "-1") != 0 && strcmp(text, "0") != 0)
        return kn_fail(e, KN_EFORMAT, "%s:%d: %s is '%.40s', not -1, 0 or 1", r->path, line,
                       r->t->column[column], text);
    if (r->minus_line && r->zero_line && !r->gaps)
        return kn_fail(
            e, KN_EFORMAT,
            "%s:%d: labels are either -1 and 1 or 0 and 1, but line %d holds -1 and line "
            "%d holds 0",
            r->path, line, r->minus_line, r->zero_line);
    return KN_OK;
}

static kn_status read_labels_row(label_reader *r, const char *const *field, size_t fields, int line,
                                 kn_error *e)
{
    pl_labels *t = r->t;
    if (fields != t->columns + 1)
        return kn_fail(e, KN_EFORMAT, "%s:%d: %zu fields, where a name and %zu labels are needed",
                       r->path, line, fields, t->columns);
    make_room(r);
    const char *name = pl_path_base(field[0]);
    ptrdiff_t row = pl_names_add(&t->names, name);
    if (row >= 0)
        return kn_fail(e, KN_EFORMAT, "%s:%d: '%s' has a row already, in line %d", r->path, line,
                       name, r->line[row]);
    r->line[t->names.count - 1] = line;
    int8_t *value = t->value + (t->names.count - 1) * t->columns;
    for (size_t i = 0; i < t->columns; i++)
        KN_TRY(read_value(r, field[1 + i], i, line, &value[i], e));
    return KN_OK;
}

static kn_status label_row(void *context, const char *const *field, size_t fields, int line,
                           kn_error *e)
{
    label_reader *r = context;
    if (r->layout == UNKNOWN) {
        bool count = fields == 1 && pl_table_number(field[0], &r->counted);
        r->layout = count ? COUNTED : HEADED;
        r->counted_line = line;
        if (count)
            return KN_OK;
    }
    return r->headed ? read_labels_row(r, field, fields, line, e)
                     : read_header(r, field, fields, line, e);
}

static void settle_zeros(const label_reader *r)
{
    size_t n = r->t->names.count * r->t->columns;
    int8_t means = r->minus_line ? 0 : -1;
    for (size_t i = 0; r->zero_line && i < n; i++)
        if (r->t->value[i] == ZERO)
            r->t->value[i] = means;
}

static kn_status read_labels(const char *path, bool gaps, pl_labels *out, kn_error *e)
{
    *out = (pl_labels){.path = pl_strdup(path)};
    pl_names_init(&out->names);
    label_reader r = {.t = out, .path = path, .gaps = gaps};
    kn_status rc = pl_table_rows(path, label_row, &r, e);
    if (rc == KN_OK && out->names.count == 0)
        rc = kn_fail(e, KN_EFORMAT, "'%s' holds no labels", path);
    if (rc == KN_OK && r.layout == COUNTED && (size_t)r.counted != out->names.count)
        rc = kn_fail(e, KN_EFORMAT, "%s:%d: the table should have %d rows, but it has %zu", path,
                     r.counted_line, (int)r.counted, out->names.count);
    free(r.line);
    if (rc == KN_OK)
        settle_zeros(&r);
    else
        pl_labels_clear(out);
    return rc;
}

kn_status pl_labels_read(const char *path, pl_labels *out, kn_error *e)
{
    return read_labels(path, false, out, e);
}

kn_status pl_labels_read_gaps(const char *path, pl_labels *out, kn_error *e)
{
    return read_labels(path, true, out, e);
}

void pl_labels_clear(pl_labels *t)
{
    for (size_t i = 0; t->column && i < t->columns; i++)
        free(t->column[i]);
    free(t->column);
    free(t->value);
    free(t->path);
    pl_names_clear(&t->names);
    *t = (pl_labels){0};
}

kn_status pl_labels_column(const pl_labels *t, const char *name, size_t *column, kn_error *e)
{
    for (size_t i = 0; i < t->columns; i++)
        if (strcmp(t->column[i], name) == 0) {
            *column = i;
            return KN_OK;
        }
    pl_str s;
    pl_str_init(&s);
    pl_str_addf(&s, "%s: no column '%s'", pl_path_base(t->path), name);
    const char *near = pl_nearest(name, (const char *const *)t->column, t->columns);
    if (near)
        pl_str_addf(&s, "; did you mean '%s'?", near);
    pl_str_add(&s, near ? " It has: " : "; it has: ");
    for (size_t i = 0; i < t->columns; i++)
        pl_str_addf(&s, "%s%s", i > 0 ? ", " : "", t->column[i]);
    kn_fail(e, KN_EUSAGE, "%s", s.text);
    pl_str_clear(&s);
    return KN_EUSAGE;
}
