/* The variants behind hamming.h and the plain reference: all give the same numbers. */
#ifndef KN_OPS_HAMMING_IMPL_H
#define KN_OPS_HAMMING_IMPL_H

#include <stdbool.h>

#include "base/cpu.h"
#include "ops/hamming/hamming.h"

typedef struct kn_hamming_impl {
    const char *name; /* "hamming_avx2" */
    kn_isa isa;
    bool (*usable)(void); /* what the CPU must have beside isa; NULL: nothing */
    /* As kn_hamming_near. */
    size_t (*near)(const uint64_t *const word[KN_HASH_WORDS], size_t from, size_t to,
                   const uint64_t q[KN_HASH_WORDS], unsigned limit, kn_near *found);
} kn_hamming_impl;

extern const kn_hamming_impl kn_hamming_ref; /* bit by bit */

bool kn_has_vpopcntdq(void);

#define KN_HAMMING(suffix, level, needs) extern const kn_hamming_impl kn_hamming_##suffix;
#include "ops/hamming/hamming.def"
#undef KN_HAMMING

enum {
#define KN_HAMMING(suffix, level, needs) KN_HAMMING_AT_##suffix,
#include "ops/hamming/hamming.def"
#undef KN_HAMMING
    KN_HAMMING_COUNT
};

extern const kn_hamming_impl *const kn_hamming_impls[KN_HAMMING_COUNT]; /* worst first */

/* Whether this machine can run it at the level in force. */
bool kn_hamming_usable(const kn_hamming_impl *impl);

#endif
