/* Label, partition and identity tables.
 *
 * Forms are told by content: comma-separated with a header (Kaggle's list_attr_celeba.csv, plain
 * `image,label`), or blank-separated (the official .txt: a count, a header, rows). Labels are -1/1
 * or 0/1, not both in one table; kept as -1/1, and 0 where the cell of a comma-separated table is
 * empty: not known. Names are base names. Malformed rows are KN_EFORMAT "file:line: ...". */
#ifndef PL_DATA_TABLES_H
#define PL_DATA_TABLES_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "data/name_index.h"

typedef struct pl_labels {
    pl_names names; /* of the rows, in the table's order */
    size_t columns; /* without the name's */
    char **column;  /* their names */
    int8_t *value;  /* [rows, columns] of -1/1, 0: not known */
    char *path;
} pl_labels;

kn_status pl_labels_read(const char *path, pl_labels *out, kn_error *e);

/* The same, but in a table that has -1 and 1 a 0 is a label that is not known. */
kn_status pl_labels_read_gaps(const char *path, pl_labels *out, kn_error *e);
void pl_labels_clear(pl_labels *t);

/* The column of exactly this name; else KN_EUSAGE with the nearest and all of them. */
kn_status pl_labels_column(const pl_labels *t, const char *name, size_t *column, kn_error *e);

/* A table of one whole number per picture. */
typedef struct pl_numbers {
    pl_names names;
    int32_t *value; /* [rows] */
} pl_numbers;

/* Partition: 0 training, 1 validation, 2 test. Identity: a person's number, not negative. A header
 * is optional. */
kn_status pl_partition_read(const char *path, pl_numbers *out, kn_error *e);
kn_status pl_identity_read(const char *path, pl_numbers *out, kn_error *e);
void pl_numbers_clear(pl_numbers *t);

#endif
