/* One pass over the pictures of an audit: a hash of each, and what can be measured of it. */
#ifndef PL_AUDIT_AUDIT_PIXELS_H
#define PL_AUDIT_AUDIT_PIXELS_H

#include "audit/audit_data.h"
#include "audit/picture_hash.h"
#include "base/pool.h"
#include "ops/hamming/hamming.h"

/* Of the file: width, height, aspect (width / height), bytes. Of the pixels in X (data/picture_facts.h): the others. */
typedef enum pl_measure {
    PL_MEASURE_WIDTH,
    PL_MEASURE_HEIGHT,
    PL_MEASURE_ASPECT,
    PL_MEASURE_BYTES,
    PL_MEASURE_BRIGHTNESS,
    PL_MEASURE_CONTRAST,
    PL_MEASURE_SHARPNESS,
    PL_MEASURE_SATURATION,
    PL_MEASURES
} pl_measure;

extern const char *const pl_measure_names[PL_MEASURES]; /* "width" ... */

typedef struct pl_audit_pixels {
    uint64_t *word[KN_HASH_WORDS]; /* [count] */
    double *value[PL_MEASURES];    /* [count]; NaN where it is not known: saturation of grey */
    pl_cells common;               /* mean of all pictures' cells, rounded */
} pl_audit_pixels;

/* An audit of fewer images is over before a progress line is read, and shows none. */
enum { PL_AUDIT_LONG = 10000 };

/* KN_EINTERRUPTED; KN_EPAUSED at the deadline (pl_now; 0: none). The same for any number of threads. */
kn_status pl_audit_pixels_read(const pl_audit_data *d, kn_pool *pool, double deadline,
                               pl_audit_pixels *out, kn_error *e);
void pl_audit_pixels_clear(pl_audit_pixels *p);

#endif
