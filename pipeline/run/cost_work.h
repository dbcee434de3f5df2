/* How much work a stage of a run is, and of which class: works of one class differ in amount alone,
 * so that seconds per amount, once measured, serve them all. */
#ifndef PL_RUN_COST_WORK_H
#define PL_RUN_COST_WORK_H

#include "stages/stage.h"
#include "util/hash_index.h"

/* What was looked up once: rows of label tables, nets of classes. Starts as zeros. */
typedef struct pl_work_book {
    struct pl_work_table {
        char *path;
        double rows;
    } * table;
    int tables;
    struct pl_work_net {
        double macs, params;
    } * net;
    int nets;
    pl_hash_index by_class;
} pl_work_book;

void pl_work_book_clear(pl_work_book *b);

/* Digest of every parameter that changes the cost of a unit of this stage's work. The same on every
 * machine and in every version that counts the same parameters. */
uint64_t pl_work_class(pl_stage_id stage, const pl_run_spec *spec);

/* "cnn", "logreg", "rnn", "layers" for train and evaluate, "-" for stages without a model: classes
 * of one kind have similar rates. */
const char *pl_work_kind(pl_stage_id stage, const pl_run_spec *spec);

double pl_work_images(pl_work_book *b, const pl_data_spec *data);
double pl_work_params(pl_work_book *b, const pl_run_spec *spec);
double pl_work_amount(pl_work_book *b, pl_stage_id stage, const pl_run_spec *spec);

#endif
