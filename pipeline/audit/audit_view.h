/* An audit read back from its files, as report and `facet explore` show it. */
#ifndef PL_AUDIT_AUDIT_VIEW_H
#define PL_AUDIT_AUDIT_VIEW_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "base/status.h"
#include "io/csv.h"
#include "stages/split.h"

typedef struct pl_audit_view {
    json_t *audit;                                                         /* audit.json */
    pl_csv counts, correlations, drift, identical, near, people, left_out; /* with their headers */
    size_t columns, target;                                                /* of the label table */
    const char *target_name;
} pl_audit_view;

/* From a folder with the files of audit/audit.h. KN_EIO, KN_EFORMAT where one is missing or malformed. */
kn_status pl_audit_view_read(const char *dir, pl_audit_view *out, kn_error *e);
void pl_audit_view_clear(pl_audit_view *v);

/* A number of audit.json, -1 where it is null or not there; of an object in it ("duplicates", "sets"). */
long long pl_audit_number(const pl_audit_view *v, const char *member);
long long pl_audit_number_in(const pl_audit_view *v, const char *object, const char *member);

bool pl_audit_is_failing(const pl_audit_view *v);

/* How often a column is set, over all images (side PL_SIDES) or one side's: images and those that have it. */
typedef struct pl_audit_count {
    long long images, positive;
} pl_audit_count;
pl_audit_count pl_audit_count_of(const pl_audit_view *v, size_t column, int side);

static inline const char *pl_audit_column(const pl_audit_view *v, size_t column)
{
    return pl_csv_get(&v->counts, column + 1, 0);
}

/* NaN where it is not defined. */
double pl_audit_phi(const pl_audit_view *v, size_t a, size_t b);

/* The columns' numbers, heap: commonest first; or the target, then by |phi| with it, those without one last. */
size_t *pl_audit_by_count(const pl_audit_view *v);
size_t *pl_audit_by_phi(const pl_audit_view *v);

/* A row of drift.csv. */
typedef struct pl_drift_view {
    const char *name; /* borrowed */
    bool is_share, told;
    int side;
    long long n;
    double mean, std, difference, low, high, distance, p; /* NaN: empty */
} pl_drift_view;
pl_drift_view pl_audit_drift_row(const pl_audit_view *v, size_t row);
static inline size_t pl_audit_drift_rows(const pl_audit_view *v)
{
    return v->drift.rows ? v->drift.rows - 1 : 0;
}

#endif
