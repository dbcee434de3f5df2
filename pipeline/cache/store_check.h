/* Checking the store and repairing it, for `facet cache verify`. */
#ifndef PL_CACHE_STORE_CHECK_H
#define PL_CACHE_STORE_CHECK_H

#include "cache/store_gc.h"

/* Something damaged: an entry, or (row NULL) a file in which the store remembers things. */
typedef struct pl_damage {
    const pl_entry_row *row;
    const char *file;          /* "digests.json"; of an entry "" */
    const char *study, *label; /* of the run that made the entry; "" where entry.json is lost */
    const char *why;           /* a sentence */
    bool repaired;             /* set aside or rewritten */
    bool busy;                 /* left alone: a process makes this entry again now */
} pl_damage;

typedef struct pl_check_options {
    bool quick; /* sizes and times: of an entry's files reads none, or with repair those whose times
                  * moved */
    bool repair;
    void (*damaged)(void *context, const pl_damage *damage); /* may be NULL */
    void *context;
} pl_check_options;

typedef struct pl_check {
    size_t entries, damaged, files, /* entries and files of the store: looked at, damaged */
        repaired;                   /* of damaged + files */
    size_t moved;                   /* entries whose times differ while the content is right */
    size_t leftovers;               /* of ended processes */
    uint64_t bytes;                 /* read, or looked at */
} pl_check;

/* Looks at every entry. With repair: damaged entries go to bad/ (the next run that needs one makes it
 * again), times that moved are written down without counting as use, what ended processes left behind
 * goes, and a torn digests.json, folders/HEX.tsv, studies/HEX.json or times.tsv loses what is torn.
 * Without it nothing is changed. KN_EINTERRUPTED on a signal, within a file too; `out` tells how far it
 * came. */
kn_status pl_store_check(pl_store *s, const pl_check_options *options, pl_check *out, kn_error *e);

#endif
