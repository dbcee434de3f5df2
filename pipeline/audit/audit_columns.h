/* The label table of an audit: how often each column is set, on each side, and how the columns hang together. Images
 * whose label in a column is not known do not count there. */
#ifndef PL_AUDIT_AUDIT_COLUMNS_H
#define PL_AUDIT_AUDIT_COLUMNS_H

#include "audit/audit_data.h"
#include "util/str.h"

typedef struct pl_audit_columns {
    size_t columns;
    size_t (*positive)[PL_SIDES]; /* [columns] images that have it */
    size_t (*known)[PL_SIDES];    /* [columns] images of which that is known */
    double *
        phi; /* [columns, columns] over the images that both are known of; NaN where a column has one value */
} pl_audit_columns;

void pl_audit_columns_count(const pl_audit_data *d, pl_audit_columns *out);
void pl_audit_columns_clear(pl_audit_columns *c);

size_t pl_audit_positive(const pl_audit_columns *c, size_t column); /* on all sides */
size_t pl_audit_known(const pl_audit_columns *c, size_t column);

/* image,side,COLUMN...: validation and test images with 1, -1 or nothing (not known) per column (study/attributes.h reads it).
 * attribute,images,positive,share,train_images,train_positive,train_share,val_...,test_...: in the table's order.
 * attribute,COLUMN...: the matrix of phi, empty where it is not defined.
 * side,images,positive,negative,share: of the target. Append. */
void pl_audit_attributes_csv(const pl_audit_data *d, pl_str *s);
void pl_audit_counts_csv(const pl_audit_data *d, const pl_audit_columns *c, pl_str *s);
void pl_audit_correlations_csv(const pl_audit_data *d, const pl_audit_columns *c, pl_str *s);
void pl_audit_balance_csv(const pl_audit_data *d, const pl_audit_columns *c, pl_str *s);

#endif
