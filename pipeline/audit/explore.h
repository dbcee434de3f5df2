/* `facet explore`: the audit of a spec's data before anything is trained. */
#ifndef PL_AUDIT_EXPLORE_H
#define PL_AUDIT_EXPLORE_H

#include <stdbool.h>

#include "audit/audit_view.h"
#include "cache/store.h"
#include "spec/spec.h"
#include "util/str.h"

/* Makes ingest, split and audit of the study's first run where the cache lacks them, as `facet run --until split` would, and
 * finds the audit's entry. Fails as those do on data that do not fit. A signal ends it (KN_EINTERRUPTED); what is whole stays. */
kn_status pl_explore(const pl_study *study, pl_store *store, const char *results, int threads,
                     pl_entry *audit, kn_error *e);

/* The sheet of augmented training images (audit/augment_sheet.h) of the study's first run that has augment. Makes ingest and
 * split where the cache lacks them. */
typedef struct pl_explore_sheet {
    const char *path; /* of the PNG; its folder is made */
    int images;       /* 1..PL_AUGMENT_IMAGES_MAX */
    int shown;        /* out: rows */
    pl_str words;     /* out: the changes that are on; the caller's to clear */
} pl_explore_sheet;

/* KN_EUSAGE where no run has augment. */
kn_status pl_explore_augment(const pl_study *study, pl_store *store, const char *results,
                             int threads, pl_explore_sheet *sheet, kn_error *e);

/* The tables for people. pairs: also the pictures that are there twice. Appends. */
void pl_explore_text(const pl_audit_view *v, bool pairs, pl_str *s);

/* audit.json, without what `pairs` stands for where it is false. Appends. */
void pl_explore_json(const pl_audit_view *v, bool pairs, pl_str *s);

/* Into `dir` (made): the audit's tables and figures (results/README.md). */
kn_status pl_explore_write(const pl_audit_view *v, const pl_entry *audit, bool pairs,
                           const char *dir, int threads, kn_error *e);

#endif
