/* Stages run through their interface, without the cache, on a data set made by a formula.
 *
 * Pixel k of image i is (12 noise + 5 bright + 3 bump) / 20, each of 0..255: noise is mix(i, k),
 * bright is the same for all pixels of an image, bump is 255 on every second group of four pixels,
 * on the first group where the image is of kind 0. 40 % are of kind 1; the label is the kind, but
 * for 8 % of the images the other one. scripts/oracle/logistic_fit.py makes the same numbers. */
#ifndef STAGE_RIG_H
#define STAGE_RIG_H

#include "stages/stage.h"

typedef struct stage_rig {
    pl_run_spec spec;
    kn_arena arena; /* of the spec */
    kn_pool *pool;
    char *ingest, *split; /* folders */
    int size;             /* of the pictures */
    int count, side[3];   /* images; of train, val, test */
} stage_rig;

/* Writes size x size grey pictures into folders of the running test: ingest and split entries. */
void stage_rig_init(stage_rig *r, int size, int train, int val, int test);
void stage_rig_clear(stage_rig *r);

/* The settings: canonical "key=value" lines, defaults for the rest. Tests may change r->spec. */
void stage_rig_spec(stage_rig *r, const char *canonical);
void stage_rig_threads(stage_rig *r, int threads);

/* Runs a stage into tst_dir()/NAME/train or /evaluate; NAME/work stays from one call to the next.
 * evaluate uses what train left in NAME. */
kn_status stage_rig_train(stage_rig *r, const char *name, kn_error *e);
kn_status stage_rig_evaluate(stage_rig *r, const char *name, kn_error *e);

/* A file of NAME ("train/epochs.csv", "work/checkpoint.safetensors"): path, and text (heap). */
const char *stage_rig_path(const char *name, const char *file);
char *stage_rig_text(const char *name, const char *file);

/* epochs.csv without the columns of wall time. Heap. */
char *stage_rig_epochs(const char *name);

/* Two trainings left the same model file and the same epochs.csv but for wall time. */
bool stage_rig_same(const char *a, const char *b);

/* The formula. */
uint8_t stage_rig_label(uint32_t image);
uint8_t stage_rig_pixel(uint32_t image, uint32_t pixel);
uint32_t stage_rig_image(const stage_rig *r, int side, int j); /* the j-th of a side */

/* What is written to stderr from begin to end. Heap. */
void stage_rig_stderr_begin(void);
char *stage_rig_stderr_end(void);

#endif
