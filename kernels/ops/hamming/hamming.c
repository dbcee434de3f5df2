#include "ops/hamming/hamming.h"

#include "ops/hamming/hamming_impl.h"

const kn_hamming_impl *const kn_hamming_impls[KN_HAMMING_COUNT] = {
#define KN_HAMMING(suffix, level, needs) &kn_hamming_##suffix,
#include "ops/hamming/hamming.def"
#undef KN_HAMMING
};

bool kn_has_vpopcntdq(void)
{
#if defined(__x86_64__)
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512vpopcntdq");
#else
    return false;
#endif
}

bool kn_hamming_usable(const kn_hamming_impl *impl)
{
    return impl->isa <= kn_isa_get() && (!impl->usable || impl->usable());
}

static const kn_hamming_impl *best(void)
{
    int i = KN_HAMMING_COUNT - 1;
    while (i > 0 && !kn_hamming_usable(kn_hamming_impls[i]))
        i--;
    return kn_hamming_impls[i];
}

size_t kn_hamming_near(const uint64_t *const word[KN_HASH_WORDS], size_t from, size_t to,
                       const uint64_t q[KN_HASH_WORDS], unsigned limit, kn_near *found)
{
    return best()->near(word, from, to, q, limit, found);
}

unsigned kn_hamming_distance(const uint64_t a[KN_HASH_WORDS], const uint64_t b[KN_HASH_WORDS])
{
    int bits = 0;
    for (int k = 0; k < KN_HASH_WORDS; k++)
        bits += __builtin_popcountll(a[k] ^ b[k]);
    return (unsigned)bits;
}
