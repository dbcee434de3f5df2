/* One ingest on its way: what its parts share. */
#ifndef PL_DATA_INGEST_STATE_H
#define PL_DATA_INGEST_STATE_H

#include <pthread.h>

#include "data/fit.h"
#include "data/ingest.h"
#include "data/source.h"
#include "data/tables.h"
#include "io/npy.h"

typedef struct pl_broken {
    size_t index; /* of the picture */
    char *reason;
} pl_broken;

enum { PL_INGEST_DIGEST = 16 }; /* bytes of a file's digest that are kept */

/* What is told of an encoded picture. */
typedef struct pl_ingest_file {
    uint32_t facts[3]; /* width, height, bytes */
    uint8_t digest[PL_INGEST_DIGEST];
} pl_ingest_file;

typedef struct pl_ingest {
    const pl_ingest_request *request;
    pl_source *source;
    pl_labels labels;
    size_t target[PL_INGEST_TARGETS]; /* [targets] columns */
    size_t targets;
    int64_t unknown[PL_INGEST_TARGETS]; /* rows without a label in each */
    size_t pictures;                    /* considered: the first ones by name */
    ptrdiff_t *row;                     /* [pictures] row in labels, or -1 */
    size_t *slot;          /* [pictures] place in the arrays while broken ones still have one */
    size_t slots;          /* labelled pictures */
    pl_ingest_file *file;  /* [slots] */
    size_t *kept;          /* [rows] the pictures that became rows, once all are decoded */
    pl_npy *x;             /* [outputs] */
    pl_fit **fit;          /* [workers] */
    size_t flushed;        /* pictures when pages were last dropped */
    pthread_mutex_t mutex; /* of broken, bytes_read, failure */
    pl_broken *broken;
    size_t broken_room;
    kn_status failure; /* what is no picture's fault */
    kn_error failure_error;
    pl_ingest_counts counts;
} pl_ingest;

enum { PL_INGEST_NAMED = 100 }; /* broken and unlabelled pictures named at most */

/* y.npy, targets.csv, names.csv, attributes.npy, columns.csv, pictures.npy, digests.npy and ingest.json into an output's folder. */
kn_status pl_ingest_write_tables(const pl_ingest *g, const char *dir, kn_error *e);

/* Counts and names into the stage's log. */
void pl_ingest_write_log(const pl_ingest *g, FILE *log);

#endif
