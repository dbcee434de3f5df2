/* Kills a forked child at its n-th change of the file system, as kill -9 would: at every call of
 * util/sys.h. */
#ifndef FAULT_KILL_AT_H
#define FAULT_KILL_AT_H

typedef enum fault_end {
    FAULT_KILLED,  /* at the n-th change, before it happened */
    FAULT_FINISHED /* work returned before that */
} fault_end;

/* Runs work(context) in a child and kills it before its n-th (from 1) change. *result is what work
 * returned when it finished. */
fault_end fault_kill_at(int n, int (*work)(void *context), void *context, int *result);

#endif
