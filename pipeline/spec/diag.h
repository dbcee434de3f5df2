/* The problems found in a spec: collected, sorted in file order, rendered with the line and a
 * caret. */
#ifndef PL_SPEC_DIAG_H
#define PL_SPEC_DIAG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/status.h"

/* A text that values come from: a file, or one --set word. */
typedef struct pl_source {
    const char *name; /* the path as the user wrote it; for an override "--set train.lr" */
    const char *dir;  /* relative paths in this source start here */
    const char *text;
    size_t size;
    int order;     /* of this source among the others in messages */
    bool override; /* --set: messages give no line and column */
    bool preset;   /* the program's own: no message is about what it says */
} pl_source;

/* line and column count from 1, columns in characters; line 0: the source as a whole, shown as 1:1
 * without the line. */
typedef struct pl_pos {
    const pl_source *source;
    int line, column;
} pl_pos;

typedef struct pl_diag {
    pl_pos pos;
    const char *text; /* "train.lr: 0 is not in 1e-10..1000" */
    const char *hint; /* "train.lr" of `did you mean "train.lr"?`; NULL: none */
} pl_diag;

typedef struct pl_diags {
    kn_arena *arena;
    pl_diag *item;
    int count, room;
} pl_diags;

void pl_diags_init(pl_diags *d, kn_arena *arena);

/* key and the sentence make the text "key: sentence"; key NULL: the sentence alone. hint may be
 * NULL. The same text at the same place is kept once. */
void pl_diags_add(pl_diags *d, pl_pos pos, const char *key, const char *hint, const char *fmt, ...)
    KN_PRINTF(5, 6);

/* Every problem, sorted by source, line and column, as KN_EUSAGE with
 *   conv.yaml:14:11: model.layers[2].kernel: 0 is not in 1..11
 *     - {type: conv2d, kernel: 0}
 *                              ^
 *   did you mean "..."?
 * What does not fit the error object is counted in a last line. KN_OK where there is none. */
kn_status pl_diags_fail(pl_diags *d, kn_error *e);

#endif
