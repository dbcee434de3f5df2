#include "ops/gemm/gemm_core.h"

#include <cblas.h>
#include <limits.h>
#include <stdio.h>
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

/* Takes a variable back to what the mark says it was before: nothing, or '=' and its value. */
static void restore(const char *variable, const char *mark)
{
    const char *was = getenv(mark);
    if (!was)
        return;
    if (was[0] == '=')
        setenv(variable, was + 1, 1);
    else
        unsetenv(variable);
    unsetenv(mark);
}

/* Sets a variable for the second start, which knows by the mark what it was. */
static bool lend(const char *variable, const char *value, const char *mark)
{
    const char *was = getenv(variable);
    char text[64] = "-";
    if (was && (size_t)snprintf(text, sizeof text, "=%s", was) >= sizeof text)
        return false;
    return setenv(mark, text, 1) == 0 && setenv(variable, value, 1) == 0;
}

/* OpenBLAS reads its variables when it is loaded, before main: only a new start changes what it does. The second
 * start takes them away again: what it starts in turn, perhaps on another machine, chooses by its own
 * CPU. Threads of OpenBLAS would do nothing but turn in circles: in a step a product runs on one thread
 * (gemm.h). */
void kn_gemm_core_lift(char **argv)
{
    static const char core_variable[] = "OPENBLAS_CORETYPE", core_mark[] = "FACET_CORE_WAS";
    static const char threads_variable[] = "OPENBLAS_NUM_THREADS",
                      threads_mark[] = "FACET_BLAS_WAS";
    if (getenv(threads_mark)) {
        restore(core_variable, core_mark);
        restore(threads_variable, threads_mark);
        return;
    }
    const char *core = kn_gemm_core_for(kn_isa_detect());
    bool lift = core && !getenv(core_variable) && kn_gemm_core_is_low();
    if (!lift && openblas_get_num_threads() <= 1)
        return;
    if ((!lift || lend(core_variable, core, core_mark)) &&
        lend(threads_variable, "1", threads_mark))
        start_again(argv);
    restore(core_variable, core_mark);
    restore(threads_variable, threads_mark);
}
