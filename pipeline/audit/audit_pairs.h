/* Pictures that an audit finds twice: with the same bytes, or of one photograph. */
#ifndef PL_AUDIT_AUDIT_PAIRS_H
#define PL_AUDIT_AUDIT_PAIRS_H

#include "audit/audit_pixels.h"
#include "audit/near_search.h"
#include "util/str.h"

/* Hashes of one photograph differ in at most so many bits, and its slopes (audit/picture_hash.h) correlate so much. Chosen by eye
 * on 24,000 faces: of the pairs from 0.80 to 0.90 all that were looked at are one photograph; between 0.70 and 0.80 are also
 * other photographs of the same sitting and, seldom, other people; below 0.70 mostly other people. From PL_NEAR_COMMON images on
 * the set's mean is taken off first: drawn faces, which share most of their lines, then make few pairs (5 of 3,000, else 189). */
enum { PL_NEAR_BITS = 64, PL_NEAR_AT_MOST = 50, PL_NEAR_COMMON = 1000 };
#define PL_NEAR_CORRELATION 0.8
#define PL_NEAR_CORRELATION_SMALL                                                                  \
    0.95 /* of pictures with a side below PL_CELLS_SIDE pixels, which show less */

typedef struct pl_audit_pairs {
    uint32_t *
        member; /* images with the same bytes as another, set by set; sets by their first image, images ascending */
    uint32_t *start; /* [sets + 1] into member */
    size_t sets, members, sets_on_two_sides, sets_of_two_labels;
    size_t identical, identical_on_two_sides; /* pairs */
    pl_near_pair *near;                       /* without those of the same bytes */
    size_t nears, near_on_two_sides, mirrored;
    bool cut;             /* an image had more than PL_NEAR_AT_MOST of them */
    size_t contradicting; /* pairs of either kind with two labels */
    size_t seen
        [PL_SIDES]; /* images of a side that are in a pair of either kind with one of training */
} pl_audit_pairs;

/* Errors as of pl_near_search. */
kn_status pl_audit_pairs_find(const pl_audit_data *d, const pl_audit_pixels *p, kn_pool *pool,
                              double deadline, pl_audit_pairs *out, kn_error *e);
void pl_audit_pairs_clear(pl_audit_pairs *p);

/* set,image,side,label (sets from 1); first,second,sides,labels,mirrored,distance,correlation. Append. */
void pl_audit_identical_csv(const pl_audit_data *d, const pl_audit_pairs *p, pl_str *s);
void pl_audit_near_csv(const pl_audit_data *d, const pl_audit_pairs *p, pl_str *s);

#endif
