/* CSV (RFC 4180, as libcsv reads it): whole files into rows of fields; and quoting for writers. */
#ifndef PL_IO_CSV_H
#define PL_IO_CSV_H

#include <stddef.h>

#include "base/status.h"
#include "util/str.h"

typedef struct pl_csv {
    char *bytes;        /* owns the text of all fields */
    const char **field; /* fields of all rows, one after another */
    size_t *start;      /* start[r]: index of row r's first field; start[rows] the end */
    int *line;          /* 1-based line each row starts in */
    size_t rows;
} pl_csv;

/* One row at a time, for tables too large to hold: called with the fields of each row and its first
 * line. Anything but KN_OK ends the reading and is returned. Fields live until the call returns. */
typedef kn_status (*pl_csv_row_fn)(void *context, const char *const *field, size_t fields, int line,
                                   kn_error *e);
kn_status pl_csv_each(const char *path, pl_csv_row_fn row, void *context, kn_error *e);

/* As pl_csv_each, over text in memory; `path` is for messages. */
kn_status pl_csv_each_in(const char *path, const char *text, size_t size, pl_csv_row_fn row,
                         void *context, kn_error *e);

/* Fields lose surrounding blanks. Empty lines are skipped. A byte-order mark is skipped. */
kn_status pl_csv_read(const char *path, pl_csv *out, kn_error *e);

/* The same, of text in memory; `path` is for messages. */
kn_status pl_csv_parse(const char *path, const char *text, size_t size, pl_csv *out, kn_error *e);
void pl_csv_clear(pl_csv *c);
static inline size_t pl_csv_fields(const pl_csv *c, size_t row)
{
    return c->start[row + 1] - c->start[row];
}
static inline const char *pl_csv_get(const pl_csv *c, size_t row, size_t column)
{
    return c->field[c->start[row] + column];
}

/* Where the columns of these names stand in the header. KN_EFORMAT where one is missing, or a row has not as many fields as
 * the header; `path` is for messages. */
kn_status pl_csv_columns(const char *path, const pl_csv *c, const char *const *names, size_t count,
                         size_t *column, kn_error *e);

/* Appends one field, quoted where it must be; and a row's separators are the caller's. */
void pl_csv_add(pl_str *s, const char *field);

/* Appends a number as %.9g, or nothing for NaN. */
void pl_csv_add_number(pl_str *s, double value);

#endif
