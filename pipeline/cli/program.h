/* The program: global options, `facet --help`, finding and running a command. */
#ifndef PL_CLI_PROGRAM_H
#define PL_CLI_PROGRAM_H

/* Returns the exit status. */
int pl_program(int argc, char **argv);

#define PL_VERSION "0.1.0"

#endif
