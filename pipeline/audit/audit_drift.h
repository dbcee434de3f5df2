/* Whether the sides of a split are alike: validation and test against training, in what the pictures measure and in how often each
 * column of the label table is set. And what the training side measures, for pictures from outside to be held against. */
#ifndef PL_AUDIT_AUDIT_DRIFT_H
#define PL_AUDIT_AUDIT_DRIFT_H

#include "audit/audit_columns.h"
#include "audit/audit_pixels.h"

/* A difference that is told of: it is beyond chance (of the some hundred comparisons there are) and beyond a size that matters. */
#define PL_DRIFT_DISTANCE 0.1 /* Kolmogorov-Smirnov */
#define PL_DRIFT_P 0.001
#define PL_DRIFT_TARGET 0.03 /* of the target's share */
#define PL_DRIFT_SHARE 0.05  /* of another column's */

typedef struct pl_drift_row {
    const char *name; /* a measure, or a column of the table; borrowed */
    bool is_share;    /* of a column */
    int side;
    size_t n;
    double mean, std;
    double difference, low,
        high; /* mean minus training's, with 95 % interval: Welch, or Newcombe for shares. NaN for training */
    double distance,
        p; /* Kolmogorov-Smirnov; of shares the size of the difference and the pooled z test; NaN for training */
    bool told;
} pl_drift_row;

typedef struct pl_drift_table {
    pl_drift_row *
        row; /* measures first, then the target, then the other columns; of each train, val, test */
    size_t count;
} pl_drift_table;

/* Measures that are not known of these pictures (saturation of grey) have no rows; a side without images neither. */
void pl_audit_drift_find(const pl_audit_data *d, const pl_audit_pixels *p,
                         const pl_audit_columns *c, pl_drift_table *out);
void pl_audit_drift_clear(pl_drift_table *t);

/* measure,side,n,mean,std,difference,low,high,ks_distance,p,told,kind; kind: mean of a measure, or share of a column. Appends. */
void pl_audit_drift_csv(const pl_drift_table *t, pl_str *s);

/* {"count", measure: {"q01", "q05", "q50", "q95", "q99", "min", "max"}} of the training side; quantiles between two images as
 * numpy's "linear". Measures not known are left out. New reference. */
json_t *pl_audit_training_json(const pl_audit_data *d, const pl_audit_pixels *p);

#endif
