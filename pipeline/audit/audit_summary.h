/* An audit in one object: audit.json. */
#ifndef PL_AUDIT_AUDIT_SUMMARY_H
#define PL_AUDIT_AUDIT_SUMMARY_H

#include <jansson.h>

#include "audit/audit_columns.h"
#include "audit/audit_drift.h"
#include "audit/audit_pairs.h"
#include "audit/audit_people.h"

typedef struct pl_audit_parts {
    pl_audit_data data;
    pl_audit_pixels pixels;
    pl_audit_columns columns;
    pl_audit_people people;
    pl_audit_pairs pairs;
    pl_drift_table drift;
} pl_audit_parts;

/* results/README.md states every member. New reference.
 *
 * "failing": pictures or people are on two sides, so that a model is tested on what it was trained on; or pictures that are there
 * twice have two labels. "findings": sentences, the failing ones first; empty where there is nothing to say. */
json_t *pl_audit_summary(const pl_audit_parts *a);

#endif
