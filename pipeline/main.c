#include "cli/program.h"

int main(int argc, char **argv)
{
    return pl_program(argc, argv);
}
