/* What the spec says of the report: columns and order of the table for people, published figures to be set beside ours. It
 * belongs to the study and to no run: no stage's key, no RUN-ID and no run's being done depends on it. */
#ifndef PL_SPEC_REPORT_SPEC_H
#define PL_SPEC_REPORT_SPEC_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/status.h"
#include "util/str.h"

typedef enum pl_table_column {
#define TABLE_COLUMN(id, name, title, help) PL_COLUMN_##id,
#include "spec/table_columns.def"
#undef TABLE_COLUMN
    PL_COLUMN_KEY, /* of one swept key, by its dotted name */
    PL_TABLE_COLUMNS = PL_COLUMN_KEY
} pl_table_column;

/* By pl_table_column, without PL_COLUMN_KEY. */
typedef struct pl_table_column_text {
    const char *name, *title, *help;
} pl_table_column_text;
extern const pl_table_column_text pl_table_column_texts[PL_TABLE_COLUMNS];

typedef struct pl_column_use {
    pl_table_column column;
    const char *key; /* PL_COLUMN_KEY: "train.lr"; else NULL */
} pl_column_use;

/* Which of a reference's figures; in the order of the table's metrics. */
enum { PL_REFERENCE_FIGURES = 4 };
extern const char *const pl_reference_figures[PL_REFERENCE_FIGURES]; /* "train_accuracy", ... */

/* A published result. Fractions. */
typedef struct pl_reference {
    const char *label;  /* what it is called */
    const char *group;  /* name or label of the group it is compared with; NULL: the best */
    const char *source; /* where it was published; NULL: not said */
    double figure[PL_REFERENCE_FIGURES]; /* NaN: not given; at least one is */
} pl_reference;

/* Whether the averages of a group's seeds are shown. */
typedef enum pl_report_ensemble {
    PL_ENSEMBLE_SECTION, /* in a section of their own: where the spec says nothing */
    PL_ENSEMBLE_ROWS,    /* true: also as rows of the table */
    PL_ENSEMBLE_NONE     /* false: not at all */
} pl_report_ensemble;

/* All zero where the spec says nothing. Text lives in the arena it was read with. */
typedef struct pl_report_spec {
    const pl_column_use *column; /* in order */
    int columns;                 /* 0: the usual ones */
    bool sorted;                 /* false: as in runs.csv */
    bool descending;
    pl_column_use sort;
    const pl_reference *reference;
    int references;
    const char *
        target; /* which attribute of models of several the sections on answers look into; NULL: the first */
    pl_report_ensemble ensemble;
} pl_report_spec;

/* The section as YAML, "report:" first; nothing where it says nothing. */
void pl_report_spec_yaml(const pl_report_spec *r, pl_str *out);

/* Reads the section `report` of a study.yaml, and only that. Says nothing where there is no file or no section. KN_EUSAGE with
 * each problem at its place, in the form of pl_study_load. */
kn_status pl_report_spec_load(const char *path, kn_arena *arena, pl_report_spec *out, kn_error *e);

/* Puts the section in the place of the one that a study.yaml has, and leaves every other byte alone. A file that says so
 * already is not written. */
kn_status pl_report_spec_store(const char *path, const pl_report_spec *r, kn_error *e);

#endif
