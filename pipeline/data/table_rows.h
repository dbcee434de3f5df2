/* The rows of a table file, comma-separated or blank-separated: what the tables' readers share. */
#ifndef PL_DATA_TABLE_ROWS_H
#define PL_DATA_TABLE_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "io/csv.h"

/* Calls `row` for each row that is not empty. Blank-separated when the first such line holds no
 * comma. */
kn_status pl_table_rows(const char *path, pl_csv_row_fn row, void *context, kn_error *e);

/* The whole text is a whole number that fits. */
bool pl_table_number(const char *text, int32_t *out);

#endif
