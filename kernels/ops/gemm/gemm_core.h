/* Which of its kernels OpenBLAS uses: one set for each kind of CPU ("core"), chosen when the library is
 * loaded, by the CPU or by OPENBLAS_CORETYPE. A CPU newer than the library gets the oldest set. */
#ifndef KN_OPS_GEMM_CORE_H
#define KN_OPS_GEMM_CORE_H

#include <stdbool.h>

#include "base/cpu.h"

/* The core in use ("SkylakeX", "Haswell", ...) and the library's version string. */
const char *kn_gemm_core(void);
const char *kn_gemm_version(void);

/* True when that core is below what the CPU can do (AVX2 kernels on an AVX-512 machine, or older):
 * a reason to warn. The second form judges any core name against any level. */
bool kn_gemm_core_is_low(void);
bool kn_gemm_core_below(const char *core, kn_isa isa);

/* A core that suits the level and that every OpenBLAS of the last years has; NULL for scalar. */
const char *kn_gemm_core_for(kn_isa isa);

/* For the first line of main: where OpenBLAS has chosen a core below the CPU and OPENBLAS_CORETYPE is
 * not set, or has started threads of its own, sets what mends it (kn_gemm_core_for;
 * OPENBLAS_NUM_THREADS=1) and starts the program again in this process, with the same arguments; does
 * not return then. Returns where there is nothing to mend or it cannot be done. The environment is then
 * as the user has set it. */
void kn_gemm_core_lift(char **argv);

#endif
