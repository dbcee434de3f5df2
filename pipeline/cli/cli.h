/* The command line: global options, the table of commands, one file per command (cmd_NAME.c). */
#ifndef PL_CLI_CLI_H
#define PL_CLI_CLI_H

#include <stdbool.h>

#include "base/status.h"

typedef struct pl_global {
    const char *results; /* --results, "results" */
    const char *cache;   /* --cache, $FACET_CACHE, ~/.cache/facet */
    int threads;         /* --threads, kn_cpu_count() */
    bool json;           /* --json where the command has it */
} pl_global;

typedef struct pl_command {
    const char *name;
    const char *usage;   /* "run SPEC... [options]" */
    const char *summary; /* one line for `facet --help` */
    const char *help;    /* the body of `facet NAME --help`: options, examples */
    /* argv[0] is the command's name, global options already taken out. Returns a status; the
     * sentence in e is printed by the caller, the exit status follows from the status (status.h).
     */
    kn_status (*run)(const pl_global *g, int argc, char **argv, kn_error *e);
} pl_command;

/* Every command: PL_COMMAND(name) is `const pl_command pl_command_name`. */
#define PL_COMMAND(name) extern const pl_command pl_command_##name;
#include "cli/commands.def"
#undef PL_COMMAND

/* Option parsing for commands: takes "--name VALUE" and "--name=VALUE" at *i; returns the value,
 * advancing *i, or NULL when argv[*i] is another word. A missing value is reported in e (KN_EUSAGE)
 * with *bad set. */
const char *pl_option(int argc, char **argv, int *i, const char *name, bool *bad, kn_error *e);
bool pl_flag(const char *word, const char *name);

/* "facet run: unknown option '--jbos'; did you mean '--jobs'? (facet run --help)" for a word that
 * no option took. */
kn_status pl_unknown_option(const pl_command *c, const char *word, const char *const *known,
                            kn_error *e);

/* Parses a whole number in a range, with a sentence. */
kn_status pl_parse_int(const char *what, const char *text, long min, long max, long *out,
                       kn_error *e);

#endif
