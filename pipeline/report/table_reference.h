/* Published figures beside ours. */
#ifndef PL_REPORT_TABLE_REFERENCE_H
#define PL_REPORT_TABLE_REFERENCE_H

#include "report/table.h"

/* In the row of a group: "+0.42 to original CNN (95.41)" of each reference that names it; "" of none. */
void pl_reference_add_group(const pl_table *t, int group, pl_str *s);

/* In a reference's own row: ours less its figures, of the best group ("+0.42 (cnn size=100)"). Returns the difference of the
 * first figure given that counts most: test accuracy, validation accuracy, training accuracy, loss; NaN where the group it names
 * is not there. */
double pl_reference_add_own(const pl_table *t, const pl_reference *r, pl_str *s);

#endif
