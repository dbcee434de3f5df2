/* Where the time of training steps goes: a lap for each part of a step, counted by every worker on
 * its own and summed when asked.
 *
 *   prepare     the weights into the form a layer's kernels read
 *   pixels      u8 to float, and the gather of the batch
 *   forward     of each layer
 *   loss        probabilities, loss, its gradient
 *   backward    of each layer: gradient of its weights where it has no batch gradient, and of its
 *               input where a layer before it learns
 *   batch grad  of each layer with batch_blocks: gradient of its weights over the whole batch
 *   update      sum of the shards, regularizers, optimizer
 *   waiting     the rest of workers x time of the steps
 *
 * Two readings of the clock a lap (about 50 ns); a trainer without a profile pays a NULL test. The
 * arithmetic is the same with and without. */
#ifndef KN_NN_PROFILE_H
#define KN_NN_PROFILE_H

#include <stdint.h>

#include "nn/net.h"

typedef enum kn_part {
    KN_PART_PIXELS,
    KN_PART_LOSS,
    KN_PART_UPDATE,
    KN_PART_PREPARE, /* from here on one lap for each layer */
    KN_PART_FORWARD,
    KN_PART_BACKWARD,
    KN_PART_BATCH_GRAD,
    KN_PART_COUNT
} kn_part;

typedef struct kn_lap {
    uint64_t calls, images, nanoseconds;
} kn_lap;

typedef struct kn_profile kn_profile;

/* For steps of a net by up to `workers` workers; the net is borrowed. */
kn_status kn_profile_new(const kn_net *net, int workers, kn_profile **out, kn_error *e);
void kn_profile_free(kn_profile *p); /* NULL is allowed */

/* The laps of one worker, which alone may write them; NULL where p is NULL. */
kn_lap *kn_profile_laps(kn_profile *p, int worker);

/* One step of the trainer has ended. */
void kn_profile_add_step(kn_profile *p, size_t images, uint64_t nanoseconds);

uint64_t kn_profile_clock(void); /* nanoseconds, monotonic */

static inline uint64_t kn_lap_begin(const kn_lap *laps)
{
    return laps ? kn_profile_clock() : 0;
}

/* layer: 0 for the parts that have no layer. */
static inline void kn_lap_end(kn_lap *laps, kn_part part, int layer, size_t images, uint64_t began)
{
    if (!laps)
        return;
    kn_lap *lap =
        &laps[part < KN_PART_PREPARE ? (int)part
                                     : KN_PART_PREPARE + (KN_PART_COUNT - KN_PART_PREPARE) * layer +
                                           (int)(part - KN_PART_PREPARE)];
    lap->calls++;
    lap->images += images;
    lap->nanoseconds += kn_profile_clock() - began;
}

/* A row of the table: what was measured of one part, summed over the workers. */
typedef struct kn_profile_row {
    const char *layer; /* "conv2d_1"; "" for the parts that have none */
    const char *part;
    uint64_t calls;
    double seconds; /* of the workers together */
    double flop;    /* dense arithmetic, 2 a multiply-add; 0: not counted */
} kn_profile_row;

typedef struct kn_profile_sum {
    int workers;
    uint64_t steps, images;
    double seconds; /* on the clock, of the steps */
    double flop;
} kn_profile_sum;

/* Rows in the order of a step, without those that never ran; "waiting" last. */
int kn_profile_rows(const kn_profile *p);
kn_profile_row kn_profile_get(const kn_profile *p, int row);
kn_profile_sum kn_profile_total(const kn_profile *p);

#endif
