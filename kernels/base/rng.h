/* Counter-based random numbers: Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as
 * 1, 2, 3", SC 2011). The value is a pure function of (key, stream, counter): no hidden state, the
 * same on every machine and for every number of threads. */
#ifndef KN_BASE_RNG_H
#define KN_BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

/* Four random words for a key and a 128-bit counter (stream, counter). */
void kn_rng_block(uint64_t key, uint64_t stream, uint64_t counter, uint32_t out[4]);

/* A sequence over one (key, stream). Its whole state is this struct: save `counter` and `left` to
 * resume. */
typedef struct kn_rng {
    uint64_t key, stream, counter; /* counter: the next block to draw */
    uint32_t words[4];
    uint32_t left; /* unused words of the current block, taken from the end */
} kn_rng;

void kn_rng_init(kn_rng *r, uint64_t key, uint64_t stream);
uint32_t kn_rng_u32(kn_rng *r);
uint32_t kn_rng_below(kn_rng *r, uint32_t n); /* uniform in 0..n-1, unbiased; n > 0 */
float kn_rng_uniform(kn_rng *r);              /* uniform in [0, 1), 24 bits */
double kn_rng_uniform64(kn_rng *r);           /* uniform in [0, 1), 53 bits */
double kn_rng_normal(kn_rng *r);              /* mean 0, standard deviation 1 (Box-Muller) */

/* Fisher-Yates; draws n - 1 numbers. */
void kn_rng_shuffle(kn_rng *r, uint32_t *items, size_t n);

#endif
