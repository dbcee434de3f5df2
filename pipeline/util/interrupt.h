/* SIGINT, SIGTERM and, where it is not ignored as under nohup, SIGHUP: the first one asks (long work
 * polls pl_interrupted and saves), the second ends at once. */
#ifndef PL_UTIL_INTERRUPT_H
#define PL_UTIL_INTERRUPT_H

#include <stdbool.h>

#include "base/status.h"

void pl_interrupt_init(void);
bool pl_interrupted(void);

/* From now on a second signal changes nothing: for a worker, whose end its coordinator decides. */
void pl_interrupt_once(void);

/* The same from any thread; no poll that pl_interrupt_at counts. */
bool pl_interrupt_asked(void);

/* KN_EINTERRUPTED with the sentence "interrupted" once a signal has come. */
kn_status pl_interrupt_check(kn_error *e);

/* For tests: sets or clears the flag. */
void pl_interrupt_set(bool on);

/* For tests: the flag is set at the poll-th call of pl_interrupted from now (counted from 1). */
void pl_interrupt_at(int poll);

#endif
