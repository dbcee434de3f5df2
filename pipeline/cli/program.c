#include "cli/program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "cli/cli.h"
#include "ops/gemm/gemm.h"
#include "util/fault.h"
#include "util/interrupt.h"
#include "util/log.h"
#include "util/str.h"

static const pl_command *const commands[] = {
#define PL_COMMAND(name) &pl_command_##name,
#include "cli/commands.def"
#undef PL_COMMAND
};

enum { COMMANDS = sizeof commands / sizeof commands[0], MAX_THREADS = 1024 };

static const char global_help[] =
    "Global options, before or after the command:\n"
    "  --results DIR              where studies are written (default: results)\n"
    "  --cache DIR                preprocessed data, models, checkpoints (default: $FACET_CACHE,\n"
    "                             else ~/.cache/facet)\n"
    "  --threads N                cores to use (default: all); the results do not depend on it\n"
    "  -q, --quiet                only warnings and errors on stderr\n"
    "  -v, --verbose              more on stderr\n"
    "  --color auto|always|never  colours (default: auto, on a terminal)\n"
    "  --help, --version\n";

static void print_help(void)
{
    printf("facet takes a YAML experiment spec to a results table and its plots.\n\n"
           "usage: facet COMMAND [options]      facet COMMAND --help tells all of a command\n\n");
    for (size_t i = 0; i < COMMANDS; i++)
        printf("  %-10s %s\n", commands[i]->name, commands[i]->summary);
    printf("\n%s\nExit status: 0 ok; 1 a run failed; 2 usage or spec; 3 internal; 130 interrupted\n"
           "(state saved: the same command goes on).\n\n"
           "Environment: FACET_CACHE (see --cache), FACET_ISA=scalar|avx2|avx512 and\n"
           "FACET_BF16=avx512|amx (force a lower instruction set), NO_COLOR.\n",
           global_help);
}

static void print_command_help(const pl_command *c)
{
    printf("usage: facet %s\n\n%s\n%s", c->usage, c->help, global_help);
}

static const pl_command *find_command(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

static kn_status unknown_command(const char *name, kn_error *e)
{
    const char *names[COMMANDS];
    for (size_t i = 0; i < COMMANDS; i++)
        names[i] = commands[i]->name;
    const char *near = pl_nearest(name, names, COMMANDS);
    if (near)
        return kn_fail(e, KN_EUSAGE, "unknown command '%s'; did you mean '%s'? (facet --help)",
                       name, near);
    return kn_fail(e, KN_EUSAGE, "unknown command '%s' (facet --help lists them)", name);
}

typedef struct options {
    pl_global global;
    pl_log_options log;
    bool help, version;
} options;

/* Takes the global option at argv[*i]; *taken tells whether it was one. */
static kn_status take_global(options *o, int argc, char **argv, int *i, bool *taken, kn_error *e)
{
    const char *word = argv[*i];
    const char *value = NULL;
    bool bad = false;
    *taken = true;
    if (pl_flag(word, "-q") || pl_flag(word, "--quiet"))
        o->log.level = PL_QUIET;
    else if (pl_flag(word, "-v") || pl_flag(word, "--verbose"))
        o->log.level = PL_VERBOSE;
    else if (pl_flag(word, "--help") || pl_flag(word, "-h"))
        o->help = true;
    else if (pl_flag(word, "--version"))
        o->version = true;
    else if (pl_flag(word, "--json"))
        o->global.json = true;
    else if ((value = pl_option(argc, argv, i, "--results", &bad, e)))
        o->global.results = value;
    else if (!bad && (value = pl_option(argc, argv, i, "--cache", &bad, e)))
        o->global.cache = value;
    else if (!bad && (value = pl_option(argc, argv, i, "--threads", &bad, e))) {
        long n;
        KN_TRY(pl_parse_int("--threads", value, 1, MAX_THREADS, &n, e));
        o->global.threads = (int)n;
    } else if (!bad && (value = pl_option(argc, argv, i, "--color", &bad, e))) {
        if (strcmp(value, "auto") != 0 && strcmp(value, "always") != 0 &&
            strcmp(value, "never") != 0)
            return kn_fail(e, KN_EUSAGE, "--color: '%s' is not one of auto, always, never", value);
        o->log.color = value[0] == 'n' ? 0 : value[1] == 'l' ? 1 : -1;
    } else
        *taken = false;
    if (!bad && (value == o->global.results || value == o->global.cache) && value && !*value)
        return kn_fail(e, KN_EUSAGE, "%s needs the name of a folder, not ''",
                       value == o->global.results ? "--results" : "--cache");
    return bad ? KN_EUSAGE : KN_OK;
}

/* Splits argv into global options and the rest, which is moved to the front of `rest`. */
static kn_status take_globals(options *o, int argc, char **argv, char **rest, int *count,
                              kn_error *e)
{
    bool plain = false; /* after "--" */
    for (int i = 1; i < argc; i++) {
        bool taken = false;
        if (!plain && strcmp(argv[i], "--") == 0) {
            plain = true;
            continue;
        }
        if (!plain)
            KN_TRY(take_global(o, argc, argv, &i, &taken, e));
        if (!taken)
            rest[(*count)++] = argv[i];
    }
    return KN_OK;
}

static char *default_cache(void)
{
    const char *set = getenv("FACET_CACHE");
    if (set && *set)
        return pl_strdup(set);
    const char *home = getenv("HOME");
    return pl_format("%s/.cache/facet", home && *home ? home : ".");
}

static kn_status run(int argc, char **argv, char **rest, kn_error *e)
{
    options o = {.global = {.results = "results", .threads = kn_cpu_count()},
                 .log = {.level = PL_NORMAL, .color = -1}};
    int count = 0;
    kn_status rc = take_globals(&o, argc, argv, rest, &count, e);
    pl_log_init(o.log);
    KN_TRY(rc);
    if (o.version) {
        printf("facet " PL_VERSION "\n");
        return KN_OK;
    }
    if (count > 0 && strcmp(rest[0], "help") == 0) { /* facet help [COMMAND] */
        o.help = true;
        rest++;
        count--;
    }
    const pl_command *c = count > 0 ? find_command(rest[0]) : NULL;
    if (count > 0 && !c)
        return unknown_command(rest[0], e);
    if (o.help && c) {
        print_command_help(c);
        return KN_OK;
    }
    if (o.help) {
        print_help();
        return KN_OK;
    }
    if (!c)
        return kn_fail(e, KN_EUSAGE, "no command given (facet --help lists them)");
    KN_TRY(pl_fault_init(e));
    KN_TRY(kn_isa_check(e));
    KN_TRY(kn_bf16_check(e));
    char *cache = default_cache();
    if (!o.global.cache)
        o.global.cache = cache;
    pl_interrupt_init();
    kn_gemm_init();
    rc = c->run(&o.global, count, rest, e);
    free(cache);
    return rc;
}

int pl_program(int argc, char **argv)
{
    kn_error e = {KN_OK, ""};
    char **rest = calloc((size_t)argc + 1, sizeof *rest);
    if (!rest)
        return kn_status_exit_code(KN_ENOMEM);
    kn_status rc = run(argc, argv, rest, &e);
    free(rest);
    if (rc == KN_OK && (fflush(stdout) != 0 || ferror(stdout)))
        rc = kn_fail(&e, KN_EIO, "cannot write to standard output");
    if (rc != KN_OK && e.text[0] != '\0')
        pl_error("%s", e.text);
    return kn_status_exit_code(rc);
}
