#include "io/csv.h"

#include <csv.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "util/fs.h"

/* A table of 202,599 rows and 41 columns is 25 MB. */
static const size_t MAX_FILE = (size_t)2 << 30;

/* libcsv calls back with each field and row end; it does not tell lines, so the file is fed line by
 * line. */
typedef struct reader {
    pl_str text;    /* the fields, each NUL-terminated */
    size_t *offset; /* of each field in text */
    size_t fields, field_room;
    size_t *start;
    int *row_line;
    size_t rows, row_room;
    size_t row_begin; /* fields before the current row */
    int line, begun;  /* the line being fed, and the line the current row began in */
} reader;

static void *must(void *p)
{
    if (!p)
        abort();
    return p;
}

static void on_field(void *bytes, size_t size, void *context)
{
    reader *r = context;
    if (r->fields == r->field_room) {
        r->field_room = r->field_room ? r->field_room * 2 : 1024;
        r->offset = must(realloc(r->offset, r->field_room * sizeof *r->offset));
    }
    r->offset[r->fields++] = r->text.size;
    pl_str_add_bytes(&r->text, bytes, bytes ? size : 0);
    pl_str_add_bytes(&r->text, "", 1);
}

static void on_row(int end, void *context)
{
    (void)end;
    reader *r = context;
    if (r->fields == r->row_begin)
        return;
    if (r->rows + 1 >= r->row_room) {
        r->row_room = r->row_room ? r->row_room * 2 : 256;
        r->start = must(realloc(r->start, r->row_room * sizeof *r->start));
        r->row_line = must(realloc(r->row_line, r->row_room * sizeof *r->row_line));
    }
    r->start[r->rows] = r->row_begin;
    r->row_line[r->rows] = r->begun;
    r->rows++;
    r->row_begin = r->fields;
    r->begun = r->line + 1;
}

static kn_status feed(struct csv_parser *parser, reader *r, const char *path, const char *text,
                      size_t size, kn_error *e)
{
    const char *end = text + size;
    r->line = 1;
    r->begun = 1;
    while (text < end) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        size_t n = newline ? (size_t)(newline - text) + 1 : (size_t)(end - text);
        size_t rows = r->rows, open = r->fields;
        if (csv_parse(parser, text, n, on_field, on_row, r) != n)
            return kn_fail(e, KN_EFORMAT, "%s:%d: %s", path, r->line,
                           csv_error(parser) == CSV_EPARSE ? "a quote in the middle of a field"
                                                           : csv_strerror(csv_error(parser)));
        /* An empty line ends no row: the next row begins after it. */
        if (r->rows == rows && r->fields == open && open == r->row_begin && parser->pstate == 0)
            r->begun = r->line + 1;
        r->line++;
        text += n;
    }
    if (csv_fini(parser, on_field, on_row, r) != 0)
        return kn_fail(e, KN_EFORMAT, "%s:%d: the quote that opens here is not closed", path,
                       r->begun);
    return KN_OK;
}

static void take(reader *r, pl_csv *out)
{
    out->rows = r->rows;
    out->start = must(realloc(r->start, (r->rows + 1) * sizeof *r->start));
    out->start[r->rows] = r->fields;
    out->line = r->row_line;
    out->bytes = pl_str_take(&r->text);
    out->field = must(malloc((r->fields + 1) * sizeof *out->field));
    for (size_t i = 0; i < r->fields; i++)
        out->field[i] = out->bytes + r->offset[i];
    r->start = NULL;
    r->row_line = NULL;
}

kn_status pl_csv_read(const char *path, pl_csv *out, kn_error *e)
{
    *out = (pl_csv){0};
    char *file = NULL;
    size_t size = 0;
    KN_TRY(pl_read_file(path, MAX_FILE, &file, &size, e));
    reader r = {0};
    pl_str_init(&r.text);
    struct csv_parser parser;
    kn_status rc = KN_OK;
    if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
        abort();
    size_t skip = size >= 3 && memcmp(file, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    if (memchr(file, '\0', size))
        rc = kn_fail(e, KN_EFORMAT, "'%s' is not a text file: it holds a zero byte", path);
    else
        rc = feed(&parser, &r, path, file + skip, size - skip, e);
    csv_free(&parser);
    if (rc == KN_OK)
        take(&r, out);
    pl_str_clear(&r.text);
    free(r.offset);
    free(r.start);
    free(r.row_line);
    free(file);
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
