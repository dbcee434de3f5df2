/* Partition and identity tables: a name and a whole number per row. */
#include <limits.h>
#include <stdlib.h>

#include "data/table_rows.h"
#include "data/tables.h"
#include "util/fs.h"

typedef struct number_reader {
    pl_numbers *t;
    const char *path, *what; /* what: "partition" */
    int32_t highest;
    size_t room;
    bool begun;
    int *line; /* [rows] */
} number_reader;

static void *must(void *p)
{
    if (!p)
        abort();
    return p;
}

static kn_status number_row(void *context, const char *const *field, size_t fields, int line,
                            kn_error *e)
{
    number_reader *r = context;
    int32_t v = 0;
    bool first = !r->begun;
    r->begun = true;
    if (fields != 2)
        return kn_fail(e, KN_EFORMAT, "%s:%d: %zu fields, where a name and a %s are needed",
                       r->path, line, fields, r->what);
    bool number = pl_table_number(field[1], &v);
    if (first && !number)
        return KN_OK; /* the header */
    if (!number || v < 0 || v > r->highest) {
        if (r->highest == INT32_MAX)
            return kn_fail(e, KN_EFORMAT, "%s:%d: the %s is '%.40s', not a number from 0", r->path,
                           line, r->what, field[1]);
        return kn_fail(e, KN_EFORMAT, "%s:%d: the %s is '%.40s', not one of 0..%d", r->path, line,
                       r->what, field[1], (int)r->highest);
    }
    if (r->t->names.count == r->room) {
        r->room = r->room ? r->room * 2 : 1024;
        r->t->value = must(realloc(r->t->value, r->room * sizeof *r->t->value));
        r->line = must(realloc(r->line, r->room * sizeof *r->line));
    }
    const char *name = pl_path_base(field[0]);
    ptrdiff_t row = pl_names_add(&r->t->names, name);
    if (row >= 0)
        return kn_fail(e, KN_EFORMAT, "%s:%d: '%s' has a row already, in line %d", r->path, line,
                       name, r->line[row]);
    r->t->value[r->t->names.count - 1] = v;
    r->line[r->t->names.count - 1] = line;
    return KN_OK;
}

static kn_status read_numbers(const char *path, const char *what, int32_t highest, pl_numbers *out,
                              kn_error *e)
{
    *out = (pl_numbers){0};
    pl_names_init(&out->names);
    number_reader r = {.t = out, .path = path, .what = what, .highest = highest};
    kn_status rc = pl_table_rows(path, number_row, &r, e);
    if (rc == KN_OK && out->names.count == 0)
        rc = kn_fail(e, KN_EFORMAT, "'%s' holds no rows", path);
    free(r.line);
    if (rc != KN_OK)
        pl_numbers_clear(out);
    return rc;
}

kn_status pl_partition_read(const char *path, pl_numbers *out, kn_error *e)
{
    return read_numbers(path, "partition", 2, out, e);
}

kn_status pl_identity_read(const char *path, pl_numbers *out, kn_error *e)
{
    return read_numbers(path, "identity", INT32_MAX, out, e);
}

void pl_numbers_clear(pl_numbers *t)
{
    free(t->value);
    pl_names_clear(&t->names);
    *t = (pl_numbers){0};
}
