#define _GNU_SOURCE
#include "base/cpu.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[KN_ISA_COUNT] = {"scalar", "avx2", "avx512"};

static atomic_int chosen = -1;

kn_isa kn_isa_detect(void)
{
#if defined(__x86_64__)
    /* __builtin_cpu_supports asks CPUID and XGETBV: a set the system does not save is not reported.
     */
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
        return KN_ISA_SCALAR;
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq"))
        return KN_ISA_AVX512;
    return KN_ISA_AVX2;
#else
    return KN_ISA_SCALAR;
#endif
}

/* -1: no such name. */
static int level_of(const char *name)
{
    for (int i = 0; i < KN_ISA_COUNT; i++)
        if (strcmp(name, names[i]) == 0)
            return i;
    return -1;
}

kn_isa kn_isa_get(void)
{
    int level = atomic_load(&chosen);
    if (level >= 0)
        return (kn_isa)level;
    level = (int)kn_isa_detect();
    const char *wish = getenv("FACET_ISA");
    if (wish && *wish) {
        int asked = level_of(wish);
        if (asked >= 0 && asked < level)
            level = asked;
    }
    atomic_store(&chosen, level);
    return (kn_isa)level;
}

kn_status kn_isa_check(kn_error *e)
{
    const char *wish = getenv("FACET_ISA");
    if (!wish || !*wish)
        return KN_OK;
    int asked = level_of(wish);
    if (asked < 0)
        return kn_fail(e, KN_EUSAGE, "FACET_ISA: '%s' is not one of scalar, avx2, avx512", wish);
    kn_isa top = kn_isa_detect();
    if (asked > (int)top)
        return kn_fail(e, KN_EUSAGE, "FACET_ISA: this machine has no %s; its highest level is %s",
                       wish, names[top]);
    return KN_OK;
}

kn_isa kn_isa_force(kn_isa level)
{
    kn_isa top = kn_isa_detect();
    atomic_store(&chosen, (int)(level > top ? top : level));
    return kn_isa_get();
}

const char *kn_isa_name(kn_isa level)
{
    return level < KN_ISA_COUNT ? names[level] : "unknown";
}

void kn_cpu_model(char *out, int size)
{
    snprintf(out, (size_t)size, "unknown");
    FILE *f = fopen("/proc/cpuinfo", "r");
    if (!f)
        return;
    char line[512];
    while (fgets(line, sizeof line, f)) {
        const char *colon = strchr(line, ':');
        if (strncmp(line, "model name", 10) != 0 || !colon)
            continue;
        line[strcspn(line, "\n")] = '\0';
        snprintf(out, (size_t)size, "%s", colon[1] == ' ' ? colon + 2 : colon + 1);
        break;
    }
    fclose(f);
}

int kn_cpu_count(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return 1;
    int n = CPU_COUNT(&set);
    return n > 0 ? n : 1;
}
