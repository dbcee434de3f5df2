/* Training a finished run again, from its manifest, in a fresh cache, and comparing what comes out
 * with what it left. */
#ifndef PL_RUN_VERIFY_H
#define PL_RUN_VERIFY_H

#include <stdbool.h>

#include "base/status.h"
#include "run/results.h"
#include "util/str.h"

enum { PL_VERIFY_FILES = 4 };

typedef enum pl_verify_state {
    PL_VERIFY_SAME,
    PL_VERIFY_DIFFERS,
    PL_VERIFY_CHANGED /* the run's file is not the one its manifest names: changed since */
} pl_verify_state;

typedef struct pl_verify_file {
    const char *name;
    pl_verify_state state;
    char *detail; /* heap: the first difference, "" where none can be told */
} pl_verify_file;

typedef struct pl_verify {
    char run[16];                         /* id */
    pl_verify_file file[PL_VERIFY_FILES]; /* in the order they are made */
    int differing;                        /* not the same */
    const char *numeric_now;              /* borrowed */
    char *numeric_then;                   /* heap, as numeric identity; "" where not known */
    bool numeric_same;                    /* as this machine's */
} pl_verify;

/* scratch: a folder for the cache and the results of the new training, which the caller removes.
 * KN_EUSAGE: the folder holds no finished run; KN_EDATA: its data has changed or is gone. */
kn_status pl_verify_run(const char *run_dir, const char *scratch, const pl_run_maker *maker,
                        pl_verify *out, kn_error *e);
void pl_verify_clear(pl_verify *v);

/* epochs.csv against epochs.csv, wall times left out. *same, else where they differ first. KN_EIO,
 * KN_EFORMAT: one of them cannot be read. */
kn_status pl_verify_epochs(const char *before, const char *now, bool *same, pl_str *detail,
                           kn_error *e);

#endif
