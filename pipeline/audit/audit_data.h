/* What an audit reads: the entries of ingest and split, mapped, and the identity table where there is one. */
#ifndef PL_AUDIT_AUDIT_DATA_H
#define PL_AUDIT_AUDIT_DATA_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/status.h"
#include "io/csv.h"
#include "io/npy.h"
#include "stages/split.h"

typedef struct pl_audit_data {
    size_t count;   /* images */
    int w, h, c;    /* of X */
    size_t columns; /* of the label table */
    size_t target;  /* column */
    char **column;
    pl_npy x, y, attributes, files, digests; /* as data/ingest.h */
    size_t labels;                           /* of an image in y; the first is the target's */
    pl_csv names;                            /* row i + 1 is image i */
    uint8_t *side;                           /* [count] PL_SIDE_ */
    size_t on_side[PL_SIDES];
    int32_t *person;   /* [count], -1: not in the table; NULL: no table */
    json_t *ingest;    /* ingest.json */
    char *target_name; /* column[target] */
} pl_audit_data;

/* identity: a path, or NULL. KN_EIO, KN_EFORMAT: a file is not there, or does not fit the others. */
kn_status pl_audit_data_open(const char *ingest_dir, const char *split_dir, const char *identity,
                             pl_audit_data *out, kn_error *e);
void pl_audit_data_close(pl_audit_data *d);

static inline const char *pl_audit_name(const pl_audit_data *d, size_t image)
{
    return pl_csv_get(&d->names, image + 1, 0);
}

/* 0 or 1; -1: not known. */
static inline int pl_audit_label(const pl_audit_data *d, size_t image)
{
    uint8_t label = ((const uint8_t *)d->y.data)[image * d->labels];
    return label <= 1 ? label : -1;
}

/* 1 or -1; 0: not known. */
static inline int8_t pl_audit_value(const pl_audit_data *d, size_t image, size_t column)
{
    return ((const int8_t *)d->attributes.data)[image * d->columns + column];
}

#endif
