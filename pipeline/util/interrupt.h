/* SIGINT and SIGTERM: the first one asks (long work polls pl_interrupted and saves), the second
 * ends at once. */
#ifndef PL_UTIL_INTERRUPT_H
#define PL_UTIL_INTERRUPT_H

#include <stdbool.h>

#include "base/status.h"

void pl_interrupt_init(void);
bool pl_interrupted(void);

/* KN_EINTERRUPTED with the sentence "interrupted" once a signal has come. */
kn_status pl_interrupt_check(kn_error *e);

/* For tests: sets or clears the flag. */
void pl_interrupt_set(bool on);

/* For tests: the flag is set at the poll-th call of pl_interrupted from now (counted from 1). */
void pl_interrupt_at(int poll);

#endif
