/* A study's runs, its groups, or a folder's studies as one table that can be filtered, sorted and cut: `facet runs`. */
#ifndef PL_STUDY_RUNS_QUERY_H
#define PL_STUDY_RUNS_QUERY_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "study/study_data.h"

/* What a column holds; the cells of all but TEXT are numbers or empty. */
typedef enum pl_runs_kind {
    PL_RUNS_TEXT,
    PL_RUNS_NUMBER,  /* shown as it is */
    PL_RUNS_SHARE,   /* a fraction, shown as percent */
    PL_RUNS_FLOAT,   /* shown with four decimals */
    PL_RUNS_COUNT,   /* 533,313 */
    PL_RUNS_RATE,    /* whole */
    PL_RUNS_SECONDS, /* 1 min 35 s */
    PL_RUNS_BYTES    /* 1.4 GB */
} pl_runs_kind;

typedef struct pl_runs_column {
    char *name;        /* heap; as in runs.csv */
    const char *label; /* short, for people and as a key; borrowed, constant or of the study */
    pl_runs_kind kind;
    bool swept;  /* one of the study's axes: its label goes before other columns' names */
    bool shown;  /* to people, where no columns are chosen and any row has a cell of it */
    bool chosen; /* shown in any case */
} pl_runs_column;

typedef struct pl_runs_table {
    char *what; /* heap: whose columns these are, for messages: "claims" */
    pl_runs_column *column;
    size_t columns;
    char **cell; /* heap; [rows, columns], heap texts, never NULL; numbers as %.9g, "" not known */
    char *
        *face; /* heap; [rows, columns]: what people see in its place; NULL: the cell by its kind */
    size_t rows, cells, room; /* cells: while a row is being added, more than rows * columns */
} pl_runs_table;

/* Columns first, then cells row by row; text and face are copied (face may be NULL). */
void pl_runs_begin(pl_runs_table *t, const char *what);
void pl_runs_column_add(pl_runs_table *t, const char *name, const char *label, pl_runs_kind kind,
                        bool shown);
void pl_runs_cell(pl_runs_table *t, const char *text, const char *face);
void pl_runs_cell_number(pl_runs_table *t, double value); /* NaN: not known */
void pl_runs_clear(pl_runs_table *t);

/* A row per run: the columns of runs.csv, then `why` (it failed or was stopped). live: of run/live.h, may be
 * NULL: a run that is worked on has the status `running`, and what it does as why. The table borrows from
 * d. */
void pl_runs_of_study(const pl_study_data *d, const json_t *live, pl_runs_table *t);

/* A row per group: `group`, the swept keys, `runs`, `done`, the means over the runs that are done, and
 * test_accuracy_low, test_accuracy_high, Student's 95 % interval of that mean. */
void pl_runs_of_groups(const pl_study_data *d, pl_runs_table *t);

/* A column by its name, its label, or the end of its name behind a dot; swept keys first. KN_EUSAGE with the
 * nearest where there is none, or with all where several fit; `option` begins the sentence. */
kn_status pl_runs_find(const pl_runs_table *t, const char *option, const char *key, size_t *column,
                       kn_error *e);

/* Keeps the rows that fulfil every condition of the text: KEY OP VALUE without blanks between them, conditions
 * separated by blanks, a value with blanks in quotes. = and != compare numbers as numbers and text as text
 * (an empty value: the cell is empty); < <= > >= numbers, where an empty cell fulfils none; ~ is part of the
 * cell, or of what people see in its place. A value may be a percentage: 95% is 0.95. KN_EUSAGE with a
 * sentence. */
kn_status pl_runs_filter(pl_runs_table *t, const char *conditions, kn_error *e);

/* KEY, KEY,asc or KEY,desc; empty cells last in both; rows that are equal keep their order. */
kn_status pl_runs_sort(pl_runs_table *t, const char *key, kn_error *e);

void pl_runs_limit(pl_runs_table *t, size_t rows);

/* Keeps these columns, "a,b,c", in this order, and shows all of them. */
kn_status pl_runs_choose(pl_runs_table *t, const char *list, kn_error *e);

#endif
