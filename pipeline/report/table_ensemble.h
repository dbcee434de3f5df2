/* Averages of seeds as rows of the table for people. */
#ifndef PL_REPORT_TABLE_ENSEMBLE_H
#define PL_REPORT_TABLE_ENSEMBLE_H

#include "report/table.h"

/* What an average has in a column, a fraction of shares; NaN: nothing, or the column is of a swept key. Time and parameters are those of
 * all its models. */
double pl_table_ensemble_value(const pl_table *t, const pl_ensemble *r, pl_table_column id);

/* The same as text; nothing where it has none, but for the group's label. */
void pl_table_ensemble_text(const pl_table *t, const pl_ensemble *r, pl_table_column id, pl_str *s);

#endif
