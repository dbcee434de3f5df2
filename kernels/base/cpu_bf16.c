#define _GNU_SOURCE
#include "base/cpu.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

static const char *const names[KN_BF16_COUNT] = {"none", "avx512", "amx"};

static atomic_int chosen = -1;

#if defined(__x86_64__)

/* Bits of CPUID (leaf 7) and XCR0, and the numbers of Linux's arch_prctl. */
enum {
    EAX_AVX512_BF16 = 1 << 5, /* subleaf 1 */
    EDX_AMX_BF16 = 1 << 22,   /* subleaf 0 */
    EDX_AMX_TILE = 1 << 24,
    XCR0_TILES = 3 << 17,
    ARCH_REQ_XCOMP_PERM = 0x1023,
    XFEATURE_TILE_DATA = 18
};

static bool has_avx512_bf16(void)
{
    unsigned a, b, c, d;
    return __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a & EAX_AVX512_BF16);
}

static bool system_saves_tiles(void)
{
    unsigned low, high;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    (void)high;
    return (low & XCR0_TILES) == XCR0_TILES;
}

static bool has_amx(void)
{
    const unsigned need = EDX_AMX_BF16 | EDX_AMX_TILE;
    unsigned a, b, c, d;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (d & need) == need && system_saves_tiles() &&
           syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_TILE_DATA) == 0;
}

#endif

kn_bf16 kn_bf16_detect(void)
{
#if defined(__x86_64__)
    if (kn_isa_get() < KN_ISA_AVX512 || !has_avx512_bf16())
        return KN_BF16_NONE;
    return has_amx() ? KN_BF16_AMX : KN_BF16_AVX512;
#else
    return KN_BF16_NONE;
#endif
}

/* KN_BF16_NONE: no such name; "none" is none to ask for. */
static kn_bf16 level_of(const char *name)
{
    for (int i = KN_BF16_AVX512; i < KN_BF16_COUNT; i++)
        if (strcmp(name, names[i]) == 0)
            return (kn_bf16)i;
    return KN_BF16_NONE;
}

kn_bf16 kn_bf16_get(void)
{
    int level = atomic_load(&chosen);
    if (level >= 0)
        return (kn_bf16)level;
    level = (int)kn_bf16_detect();
    const char *wish = getenv("FACET_BF16");
    kn_bf16 asked = wish ? level_of(wish) : KN_BF16_NONE;
    if (asked != KN_BF16_NONE && (int)asked < level)
        level = (int)asked;
    atomic_store(&chosen, level);
    return (kn_bf16)level;
}

kn_status kn_bf16_check(kn_error *e)
{
    const char *wish = getenv("FACET_BF16");
    if (!wish || !*wish)
        return KN_OK;
    kn_bf16 asked = level_of(wish), top = kn_bf16_detect();
    if (asked == KN_BF16_NONE)
        return kn_fail(e, KN_EUSAGE, "FACET_BF16: '%s' is not one of avx512, amx", wish);
    if (asked > top)
        return kn_fail(e, KN_EUSAGE, "FACET_BF16: this machine has no %s; its highest level is %s",
                       wish, names[top]);
    return KN_OK;
}

kn_bf16 kn_bf16_force(kn_bf16 level)
{
    kn_bf16 top = kn_bf16_detect();
    atomic_store(&chosen, (int)(level > top ? top : level));
    return kn_bf16_get();
}

kn_status kn_bf16_require(kn_error *e)
{
    if (kn_bf16_get() != KN_BF16_NONE)
        return KN_OK;
    if (kn_isa_get() < kn_isa_detect())
        return kn_fail(
            e, KN_EUSAGE,
            "FACET_ISA forces %s, and train.precision: bf16 needs avx512; unset it, or use "
            "fp32",
            kn_isa_name(kn_isa_get()));
    return kn_fail(
        e, KN_EUSAGE,
        "this machine has neither AVX-512 BF16 nor AMX: train.precision: bf16 needs one; "
        "fp32 runs anywhere");
}

const char *kn_bf16_name(kn_bf16 level)
{
    return level < KN_BF16_COUNT ? names[level] : "unknown";
}
