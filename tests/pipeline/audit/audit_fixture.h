/* A data set by formulas, as ingest and split leave it: that of scripts/oracle/audit.py. */
#ifndef TST_AUDIT_FIXTURE_H
#define TST_AUDIT_FIXTURE_H

#include <stddef.h>
#include <stdint.h>

#include "audit/audit.h"

enum { FIXTURE_IMAGES = 60, FIXTURE_H = 40, FIXTURE_W = 36, FIXTURE_COLUMNS = 4 };

typedef struct audit_fixture {
    uint8_t x[FIXTURE_IMAGES][FIXTURE_H][FIXTURE_W];
    uint8_t y[FIXTURE_IMAGES], side[FIXTURE_IMAGES];
    int8_t attributes[FIXTURE_IMAGES][FIXTURE_COLUMNS]; /* Hat, Male (the target), Young, Always */
    uint32_t files[FIXTURE_IMAGES][3];
    uint8_t digests[FIXTURE_IMAGES][16];
    pl_entry ingest, split;
    pl_audit_input input;
    char dir[2][512];
} audit_fixture;

/* Image i is named 000.jpg ...; nothing is there twice. */
void audit_fixture_init(audit_fixture *f);

/* Writes the folders `ingest` and `split` below tst_dir(). */
void audit_fixture_write(audit_fixture *f);

/* Makes image `to` a copy of `from`: of its bytes too, or of its pixels with some light and contrast of their own. */
void audit_fixture_copy(audit_fixture *f, int from, int to, bool bytes);

/* The audit of what was written, with so many threads, into tst_path(name). */
void audit_fixture_audit(const audit_fixture *f, const char *name, int threads);

#endif
