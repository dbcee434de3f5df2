/* The instruction set to use, decided once per process. Levels are ordered: a higher level includes
 * the lower. */
#ifndef KN_BASE_CPU_H
#define KN_BASE_CPU_H

#include "base/status.h"

typedef enum kn_isa { KN_ISA_SCALAR = 0, KN_ISA_AVX2, KN_ISA_AVX512, KN_ISA_COUNT } kn_isa;

/* What the CPU and the operating system (XCR0) both allow; FACET_ISA is not looked at. */
kn_isa kn_isa_detect(void);

/* The level in force: FACET_ISA=scalar|avx2|avx512 where set, else kn_isa_detect(). The first call
 * decides. An unknown name or a level above the machine's falls back to kn_isa_detect();
 * kn_isa_check tells of it. */
kn_isa kn_isa_get(void);

/* KN_EUSAGE when FACET_ISA names no level, or one this machine does not have. Call once at program
 * start. */
kn_status kn_isa_check(kn_error *e);

/* Forces a level at most that of the machine, for tests; returns the one now in force. Not
 * thread-safe. */
kn_isa kn_isa_force(kn_isa level);

const char *kn_isa_name(kn_isa level); /* "scalar", "avx2", "avx512" */

/* The model name as /proc/cpuinfo gives it, "unknown" otherwise. */
void kn_cpu_model(char *out, int size);

/* Cores this process may run on (its affinity mask), at least 1. */
int kn_cpu_count(void);

#endif
