#include "io/csv.h"

#include <csv.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "util/fs.h"

/* A table of 202,599 rows and 41 columns is 25 MB. */
static const size_t MAX_FILE = (size_t)2 << 30;

static void *must(void *p)
{
    if (!p)
        abort();
    return p;
}

/* The fields of the row being read. libcsv calls back with each field and row end; it does not tell
 * lines, so the file is fed line by line. */
typedef struct reader {
    pl_str text;    /* the fields, each NUL-terminated */
    size_t *offset; /* of each field in text */
    const char **field;
    size_t fields, room;
    int line, begun; /* the line being fed, and the line the current row began in */
    pl_csv_row_fn row;
    void *context;
    kn_status rc;
    kn_error *e;
} reader;

static void on_field(void *bytes, size_t size, void *context)
{
    reader *r = context;
    if (r->fields == r->room) {
        r->room = r->room ? r->room * 2 : 64;
        r->offset = must(realloc(r->offset, r->room * sizeof *r->offset));
        r->field = must(realloc(r->field, r->room * sizeof *r->field));
    }
    r->offset[r->fields++] = r->text.size;
    pl_str_add_bytes(&r->text, bytes, bytes ? size : 0);
    pl_str_add_bytes(&r->text, "", 1);
}

static void on_row(int end, void *context)
{
    (void)end;
    reader *r = context;
    for (size_t i = 0; i < r->fields; i++)
        r->field[i] = r->text.text + r->offset[i];
    if (r->fields > 0 && r->rc == KN_OK)
        r->rc = r->row(r->context, r->field, r->fields, r->begun, r->e);
    r->fields = 0;
    pl_str_reset(&r->text);
    r->begun = r->line + 1;
}

static kn_status feed(struct csv_parser *parser, reader *r, const char *path, const char *text,
                      size_t size)
{
    const char *end = text + size;
    while (text < end && r->rc == KN_OK) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        size_t n = newline ? (size_t)(newline - text) + 1 : (size_t)(end - text);
        if (csv_parse(parser, text, n, on_field, on_row, r) != n)
            return kn_fail(r->e, KN_EFORMAT, "%s:%d: %s", path, r->line,
                           csv_error(parser) == CSV_EPARSE ? "a quote in the middle of a field"
                                                           : csv_strerror(csv_error(parser)));
        /* An empty line ends no row: the next row begins after it. */
        if (r->fields == 0 && parser->pstate == 0)
            r->begun = r->line + 1;
        r->line++;
        text += n;
    }
    if (r->rc == KN_OK && csv_fini(parser, on_field, on_row, r) != 0)
        return kn_fail(r->e, KN_EFORMAT, "%s:%d: the quote that opens here is not closed", path,
                       r->begun);
    return r->rc;
}

kn_status pl_csv_each_in(const char *path, const char *text, size_t size, pl_csv_row_fn row,
                         void *context, kn_error *e)
{
    if (memchr(text, '\0', size))
        return kn_fail(e, KN_EFORMAT, "'%s' is not a text file: it holds a zero byte", path);
    reader r = {.line = 1, .begun = 1, .row = row, .context = context, .e = e};
    struct csv_parser parser;
    if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
        abort();
    pl_str_init(&r.text);
    size_t skip = size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    kn_status rc = feed(&parser, &r, path, text + skip, size - skip);
    csv_free(&parser);
    pl_str_clear(&r.text);
    free(r.offset);
    free(r.field);
    return rc;
}

kn_status pl_csv_each(const char *path, pl_csv_row_fn row, void *context, kn_error *e)
{
    char *file = NULL;
    size_t size = 0;
    KN_TRY(pl_read_file(path, MAX_FILE, &file, &size, e));
    kn_status rc = pl_csv_each_in(path, file, size, row, context, e);
    free(file);
    return rc;
}

/* Collects all rows; fields as offsets until the text stops growing. */
typedef struct table {
    pl_str text;
    size_t *offset, *start;
    int *line;
    size_t fields, field_room, rows, row_room;
} table;

static kn_status collect(void *context, const char *const *field, size_t fields, int line,
                         kn_error *e)
{
    (void)e;
    table *t = context;
    while (t->fields + fields > t->field_room) {
        t->field_room = t->field_room ? t->field_room * 2 : 1024;
        t->offset = must(realloc(t->offset, t->field_room * sizeof *t->offset));
    }
    if (t->rows + 1 >= t->row_room) {
        t->row_room = t->row_room ? t->row_room * 2 : 256;
        t->start = must(realloc(t->start, t->row_room * sizeof *t->start));
        t->line = must(realloc(t->line, t->row_room * sizeof *t->line));
    }
    t->start[t->rows] = t->fields;
    t->line[t->rows++] = line;
    for (size_t i = 0; i < fields; i++) {
        t->offset[t->fields++] = t->text.size;
        pl_str_add_bytes(&t->text, field[i], strlen(field[i]) + 1);
    }
    return KN_OK;
}

/* The rows that were collected, where all went well; the table is empty afterwards. */
static void take_table(table *t, kn_status rc, pl_csv *out)
{
    *out = (pl_csv){0};
    if (rc == KN_OK) {
        out->rows = t->rows;
        out->start = must(realloc(t->start, (t->rows + 1) * sizeof *t->start));
        out->start[t->rows] = t->fields;
        out->line = t->line;
        out->bytes = pl_str_take(&t->text);
        out->field = must(malloc((t->fields + 1) * sizeof *out->field));
        for (size_t i = 0; i < t->fields; i++)
            out->field[i] = out->bytes + t->offset[i];
    } else {
        free(t->start);
        free(t->line);
    }
    pl_str_clear(&t->text);
    free(t->offset);
}

kn_status pl_csv_read(const char *path, pl_csv *out, kn_error *e)
{
    table t = {0};
    pl_str_init(&t.text);
    kn_status rc = pl_csv_each(path, collect, &t, e);
    take_table(&t, rc, out);
    return rc;
}

kn_status pl_csv_parse(const char *path, const char *text, size_t size, pl_csv *out, kn_error *e)
{
    table t = {0};
    pl_str_init(&t.text);
    kn_status rc = pl_csv_each_in(path, text, size, collect, &t, e);
    take_table(&t, rc, out);
    return rc;
}

void pl_csv_clear(pl_csv *c)
{
    free(c->bytes);
    free(c->field);
    free(c->start);
    free(c->line);
    *c = (pl_csv){0};
}

void pl_csv_add(pl_str *s, const char *field)
{
    size_t n = strlen(field);
    bool blank_ends = n > 0 && (field[0] == ' ' || field[n - 1] == ' ' || field[0] == '\t' ||
                                field[n - 1] == '\t');
    if (!blank_ends && strcspn(field, ",\"\r\n") == n) {
        pl_str_add(s, field);
        return;
    }
    pl_str_add(s, "\"");
    for (const char *p = field; *p; p++) {
        if (*p == '"')
            pl_str_add(s, "\"");
        pl_str_add_bytes(s, p, 1);
    }
    pl_str_add(s, "\"");
}

void pl_csv_add_number(pl_str *s, double value)
{
    if (!isnan(value))
        pl_str_addf(s, "%.9g", value);
}

kn_status pl_csv_columns(const char *path, const pl_csv *c, const char *const *names, size_t count,
                         size_t *column, kn_error *e)
{
    for (size_t k = 0; k < count; k++) {
        size_t i = 0, n = c->rows > 0 ? pl_csv_fields(c, 0) : 0;
        while (i < n && strcmp(pl_csv_get(c, 0, i), names[k]) != 0)
            i++;
        if (i == n)
            return kn_fail(e, KN_EFORMAT, "%s: no column %s", path, names[k]);
        column[k] = i;
    }
    for (size_t r = 1; r < c->rows; r++) {
        if (pl_csv_fields(c, r) != pl_csv_fields(c, 0))
            return kn_fail(e, KN_EFORMAT, "%s:%d: %zu fields, the header has %zu", path, c->line[r],
                           pl_csv_fields(c, r), pl_csv_fields(c, 0));
    }
    return KN_OK;
}
