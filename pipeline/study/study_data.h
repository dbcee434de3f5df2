/* A study's results folder in memory: the rows of runs.csv, the folders of the runs that are done,
 * and the groups. */
#ifndef PL_STUDY_STUDY_DATA_H
#define PL_STUDY_STUDY_DATA_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "io/csv.h"
#include "stats/mean.h"
#include "util/str.h"

/* The numbers a row of runs.csv carries; the first PL_TABLE_METRICS of them are the table's. */
typedef enum pl_metric {
    PL_TRAIN_ACCURACY,
    PL_VAL_ACCURACY,
    PL_TEST_ACCURACY,
    PL_TEST_LOSS,
    PL_TEST_AUC,
    PL_TRAIN_SECONDS,
    PL_IMAGES_PER_SECOND,
    PL_METRIC_COUNT
} pl_metric;

enum { PL_TABLE_METRICS = 4 };

/* "train_accuracy": the column's name. */
const char *pl_metric_name(pl_metric m);

/* A row of epochs.csv; NaN where the field is empty. */
typedef struct pl_report_epoch {
    double epoch, train_loss, train_accuracy, val_loss, val_accuracy;
} pl_report_epoch;

/* Counts of one side of predictions.csv; [label][predicted], predicted 1 above 0.5. */
typedef struct pl_confusion {
    long long count[2][2];
} pl_confusion;

long long pl_confusion_total(const pl_confusion *c);

/* Text members are borrowed from runs.csv and never NULL. */
typedef struct pl_report_run {
    const char *id, *status, *seed, *model, *size, *params, *epochs;
    const char *const *value; /* per axis */
    double metric[PL_METRIC_COUNT];
    int group;
    bool done;
    pl_report_epoch *epoch; /* heap; empty where there is no epochs.csv; of a run that is not done
                               those it has trained so far */
    size_t epoch_count;
    pl_confusion val,
        test; /* zero where there is no predictions.csv; of the attribute that is looked into */
    json_t *manifest;    /* NULL: not there, or not read */
    json_t *metrics;     /* NULL: not there, or not read */
    char *why;           /* heap: why it failed or was stopped; NULL: not known */
    bool failed_outside; /* by a cause outside the run: killed, memory, disk */
} pl_report_run;

/* What a row of its epochs.csv stands for: "epoch", or "iteration" of lbfgs. */
const char *pl_run_step(const pl_report_run *r);

typedef struct pl_report_group {
    const char *name;
    char *label;              /* heap: for people, "cnn lr=0.01"; the name where nothing is swept */
    const char *const *value; /* per axis */
    int *run;                 /* heap: indices of its runs, as in runs.csv */
    int run_count;
    int done; /* how many of them are done: the table's n */
    pl_summary summary[PL_METRIC_COUNT];
    pl_confusion test; /* summed over its runs */
} pl_report_group;

typedef struct pl_study_data {
    char *dir, *name;
    char *
        target; /* heap: where a run tells several attributes, the one that all sections on single answers look into; else NULL */
    pl_csv csv;
    const char **axis; /* dotted names of the swept keys */
    int axis_count;
    pl_report_run *run;
    int run_count;
    pl_report_group *group; /* in the order runs.csv first names them */
    int group_count;
    int done, failed, stopped, interrupted, pending; /* runs by status */
    double best[PL_METRIC_COUNT];                    /* highest mean of a group; NaN: none */
    double majority; /* share of the commoner class of the test images; NaN: no predictions */
    long long test_images;
    bool one_test_set; /* every run was tested on as many images of each class */
} pl_study_data;

/* Reads the folder. A missing or malformed file of a run that is done is an error; one of a run
 * that is not is left out. KN_EIO where there is no runs.csv. `values` and `name` are in the order
 * and spelling of the file. */
kn_status pl_study_data_read(const char *dir, pl_study_data *out, kn_error *e);

/* Of that only runs.csv and the manifests of the runs that are not done: what the morning summary
 * needs. */
kn_status pl_study_rows_read(const char *dir, pl_study_data *out, kn_error *e);
void pl_study_data_clear(pl_study_data *d);

/* How many attributes a run tells: 1 where that is not known. */
size_t pl_run_targets(const pl_report_run *r);

/* Name k of them as the manifest has it (UTF-8); NULL: not known. */
const char *pl_run_target_at(const pl_report_run *r, size_t k);

bool pl_run_tells(const pl_report_run *r, const char *target);

/* The attribute of a run that is looked into: d->target where there is one, which the run may not tell; else the one it tells. NULL:
 * not known. */
const char *pl_run_target(const pl_study_data *d, const pl_report_run *r);

/* Whether a run that is done tells several attributes: its accuracy is then the mean over them. And whether all that are done tell
 * the same ones, so that these means are answers to one question; true too where none tells several. */
bool pl_study_tells_several(const pl_study_data *d);
bool pl_study_tells_alike(const pl_study_data *d);

/* Whether runs that are done were computed with different numeric identities (instruction set, BLAS
 * core). */
bool pl_study_mixes_arithmetic(const pl_study_data *d);

/* ", 3 failed, 2 stopped": the counts that are not 0 of runs that are not done. */
void pl_study_add_counts(const pl_study_data *d, pl_str *s);

/* What a group is called: its swept values with short keys; heap. */
char *pl_group_label(const pl_study_data *d, const pl_report_group *g);

/* The last word of a dotted key (the last two where it says nothing alone, as in schedule.type) where
 * no other axis ends in it, else the whole key. */
const char *pl_axis_short(const pl_study_data *d, int axis);

/* Groups with a mean of an accuracy, best first, ties as in runs.csv; heap, *count of them. */
int *pl_groups_by(const pl_study_data *d, pl_metric accuracy, int *count);

#endif
