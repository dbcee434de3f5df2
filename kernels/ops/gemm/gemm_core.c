#include "ops/gemm/gemm_core.h"

#include <cblas.h>
#include <limits.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

/* OpenBLAS cores with AVX-512 and with AVX2 kernels, the most common first. */
static const char *const avx512_cores[] = {"SkylakeX", "Cooperlake", "SapphireRapids", NULL};
static const char *const avx2_cores[] = {"Haswell", "Zen", "Excavator", NULL};

const char *kn_gemm_core(void)
{
    return openblas_get_corename();
}

const char *kn_gemm_version(void)
{
    return openblas_get_config();
}

static bool is_one_of(const char *name, const char *const *list)
{
    for (; *list; list++)
        if (strcasecmp(name, *list) == 0)
            return true;
    return false;
}

bool kn_gemm_core_is_low(void)
{
    return kn_gemm_core_below(kn_gemm_core(), kn_isa_detect());
}

bool kn_gemm_core_below(const char *core, kn_isa isa)
{
    if (isa == KN_ISA_SCALAR || is_one_of(core, avx512_cores))
        return false;
    return isa == KN_ISA_AVX512 || !is_one_of(core, avx2_cores);
}

const char *kn_gemm_core_for(kn_isa isa)
{
    return isa == KN_ISA_AVX512 ? avx512_cores[0] : isa == KN_ISA_AVX2 ? avx2_cores[0] : NULL;
}

/* By its own path, so that the process keeps its name; by the link where that path is gone. */
static void start_again(char **argv)
{
    static const char self[] = "/proc/self/exe";
    char path[PATH_MAX + 1];
    ssize_t length = readlink(self, path, PATH_MAX);
    if (length > 0) {
        path[length] = '\0';
        execv(path, argv);
    }
    execv(self, argv);
}

/* OpenBLAS reads OPENBLAS_CORETYPE when it is loaded, before main: only a new start changes it. The second
 * start knows itself by the mark and takes both away again: what it starts in turn, perhaps on another
 * machine, chooses by its own CPU. */
void kn_gemm_core_lift(char **argv)
{
    static const char variable[] = "OPENBLAS_CORETYPE", mark[] = "FACET_CORE_LIFTED";
    if (getenv(mark)) {
        unsetenv(variable);
        unsetenv(mark);
        return;
    }
    const char *core = kn_gemm_core_for(kn_isa_detect());
    if (!core || getenv(variable) || !kn_gemm_core_is_low())
        return;
    if (setenv(mark, core, 1) == 0 && setenv(variable, core, 1) == 0)
        start_again(argv);
    unsetenv(variable);
    unsetenv(mark);
}
