/* Distances of 256-bit hashes: which of many are near one.
 *
 * Hashes are stored by word: word[k][i] holds bits 64 k .. 64 k + 63 of hash i, so that a vector holds the same word of several
 * hashes. No alignment is needed. The result is the same for every instruction set. Thread-safe. */
#ifndef KN_OPS_HAMMING_H
#define KN_OPS_HAMMING_H

#include <stddef.h>
#include <stdint.h>

enum { KN_HASH_WORDS = 4, KN_HASH_BITS = 256 };

typedef struct kn_near {
    uint32_t index, distance;
} kn_near;

/* Writes the i in [from, to) whose hash differs from q in at most `limit` bits, ascending, with the distance, and returns how
 * many. `found` has room for to - from; what follows the written ones there is left as it is. to <= 2^32. */
size_t kn_hamming_near(const uint64_t *const word[KN_HASH_WORDS], size_t from, size_t to,
                       const uint64_t q[KN_HASH_WORDS], unsigned limit, kn_near *found);

/* Bits in which two hashes differ. */
unsigned kn_hamming_distance(const uint64_t a[KN_HASH_WORDS], const uint64_t b[KN_HASH_WORDS]);

#endif
