#include "cli/program.h"
#include "ops/gemm/gemm_core.h"

int main(int argc, char **argv)
{
    kn_gemm_core_lift(argv);
    return pl_program(argc, argv);
}
