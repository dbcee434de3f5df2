/* Who is on which picture of the embedded data set: people get their pictures one person after the
 * other until a partition is full, then the pictures of each partition are shuffled, so partitions
 * are contiguous and hold no person of another. */
#ifndef PL_DATA_FACES_PLAN_H
#define PL_DATA_FACES_PLAN_H

#include <stdint.h>

#include "base/status.h"

typedef struct pl_faces_plan {
    uint32_t *person; /* [images]: the person on each picture, from 0 */
    int images, people;
    int first[3]; /* where partitions 0, 1, 2 start; a tenth of the images each for 1 and 2, rounded
                     down */
} pl_faces_plan;

/* KN_ENOMEM. */
kn_status pl_faces_plan_init(pl_faces_plan *plan, int images, uint64_t seed, kn_error *e);
void pl_faces_plan_clear(pl_faces_plan *plan);

int pl_faces_partition(const pl_faces_plan *plan, int picture); /* 0, 1 or 2 */

#endif
