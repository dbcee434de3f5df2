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

/* What can multiply bf16 numbers and sum in f32, above KN_ISA_AVX512. The two sum in different orders:
 * each is a numeric identity of its own. */
typedef enum kn_bf16 { KN_BF16_NONE = 0, KN_BF16_AVX512, KN_BF16_AMX, KN_BF16_COUNT } kn_bf16;

/* What CPU, operating system and the level kn_isa_get() allow; FACET_BF16 is not looked at. The tiles of
 * AMX are asked for, once a process, and inherited by those it forks; where the system refuses them they
 * are not there. */
kn_bf16 kn_bf16_detect(void);

/* The level in force: FACET_BF16=avx512|amx where set, else kn_bf16_detect(). The first call decides.
 * kn_bf16_check, kn_bf16_force: as for kn_isa. */
kn_bf16 kn_bf16_get(void);
kn_status kn_bf16_check(kn_error *e);
kn_bf16 kn_bf16_force(kn_bf16 level);

/* KN_EUSAGE, with a sentence for the user of a net of bf16, where the level in force is none. */
kn_status kn_bf16_require(kn_error *e);

const char *kn_bf16_name(kn_bf16 level); /* "none", "avx512", "amx" */

/* The model name as /proc/cpuinfo gives it, "unknown" otherwise. */
void kn_cpu_model(char *out, int size);

/* Cores this process may run on (its affinity mask), at least 1. */
int kn_cpu_count(void);

#endif
