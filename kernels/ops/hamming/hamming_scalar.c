#include <stddef.h>
#include <stdint.h>

/* Set bits by halves, pairs and bytes: Knuth, The Art of Computer Programming, 7.1.3. */
enum { LANES = 1 };
typedef uint64_t vec;

static inline vec load(const uint64_t *p)
{
    return *p;
}

static inline vec set1(uint64_t x)
{
    return x;
}

static inline vec differ(vec a, vec b)
{
    return a ^ b;
}

static inline vec counts(vec x)
{
    x -= x >> 1 & 0x5555555555555555u;
    x = (x & 0x3333333333333333u) + (x >> 2 & 0x3333333333333333u);
    return (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fu;
}

static inline vec plus(vec a, vec b)
{
    return a + b;
}

/* 256 does not fit a byte: the bytes are added in pairs first. */
static inline vec totals(vec a)
{
    a = (a & 0x00ff00ff00ff00ffu) + (a >> 8 & 0x00ff00ff00ff00ffu);
    return a * 0x0001000100010001u >> 48;
}

static inline unsigned within(vec t, unsigned limit)
{
    return t <= limit;
}

static inline void store(vec t, uint64_t *out)
{
    *out = t;
}

#include "ops/hamming/hamming_body.inc"

const kn_hamming_impl kn_hamming_scalar = {"hamming_scalar", KN_ISA_SCALAR, NULL, near};
