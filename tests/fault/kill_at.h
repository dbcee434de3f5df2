/* Kills a forked child at its n-th change of the file system, as kill -9 or a power cut of the
 * process would. */
#ifndef FAULT_KILL_AT_H
#define FAULT_KILL_AT_H

typedef enum fault_end {
    FAULT_KILLED,   /* at the n-th change, before it happened */
    FAULT_FINISHED, /* work returned before that */
    FAULT_UNTRACED  /* this machine does not let a test trace its child */
} fault_end;

/* Runs work(context) in a child and kills it when it enters its n-th (from 1) call of: open for
 * writing, mkdir, rename, unlink, rmdir, ftruncate, write to a file, fsync. *result is what work
 * returned when it finished. */
fault_end fault_kill_at(int n, int (*work)(void *context), void *context, int *result);

#endif
