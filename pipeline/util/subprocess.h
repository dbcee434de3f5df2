/* Another program run to its end, its output captured. No shell stands in between: words are passed
 * as they are. */
#ifndef PL_UTIL_SUBPROCESS_H
#define PL_UTIL_SUBPROCESS_H

#include <stdbool.h>

#include "base/status.h"

typedef struct pl_subprocess {
    bool found;      /* on PATH, where its name has no slash; the rest tells nothing when false */
    int exit_code;   /* 128 + signal where it was killed */
    char *out, *err; /* what it wrote, NUL-terminated, heap */
} pl_subprocess;

/* Runs argv[0] with argv (NULL-terminated), nothing as its input, this process's environment and
 * folder. That it ends with a failure is a result; KN_EIO: it could not be started. out is to be
 * cleared after KN_OK. */
kn_status pl_subprocess_run(const char *const *argv, pl_subprocess *out, kn_error *e);
void pl_subprocess_clear(pl_subprocess *p);

/* The first line of what it said on stderr, else on stdout, without the line's end; "" for nothing.
 * Heap. */
char *pl_subprocess_complaint(const pl_subprocess *p);

#endif
