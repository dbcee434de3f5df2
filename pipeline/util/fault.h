/* Faults on order, for tests of the whole program: what FACET_FAULT says happens at the calls of
 * util/sys.h.
 *
 *   FACET_FAULT="RULE[;RULE]..."       RULE = KIND[@PART]:N:ACTION[:TIMES]
 *
 *   KIND     open, write, ... as util/sys.h lists them, or any
 *   @PART    counts only calls whose path has PART in it
 *   N        the first call it strikes, counted from 1 over all processes of the command
 *   ACTION   an error (ENOSPC EDQUOT EIO EROFS EACCES EMFILE ENOMEM), short (half a write), tear
 *            (half a write, then kill), kill (kill -9 of the calling process before the call),
 *            kill-after, kill-all (of the command's first process and the calling one), term, int
 *            (that signal to the first process; the call goes on)
 *   TIMES    how many calls from N on (1), or *
 *
 * as in rename:12:kill, write:30:ENOSPC:3, fsync@work/:5:EIO, any:17:kill-all.
 *
 *   FACET_FAULT_TRACE=FILE   appends each call before it is made, with tabs between: number,
 *                            process, kind, inode (of the open file, else of the folder that gains
 *                            or loses the name), path, and of a rename the new name, of open and
 *                            mkdir "new" or "old" (it was there)
 *   FACET_FAULT_KEEP=DIR     a file about to be replaced or removed is linked to DIR/NUMBER first
 *
 * The last two make what a power cut would leave computable (tests/fault/power.h). */
#ifndef PL_UTIL_FAULT_H
#define PL_UTIL_FAULT_H

#include <stdbool.h>

#include "base/status.h"

/* Sets the hook where one of the variables is set. KN_EUSAGE with a sentence where FACET_FAULT
 * cannot be read. Once per process; children inherit it and count along. */
kn_status pl_fault_init(kn_error *e);

/* Whether it did. Work that is left out only to save time (a checkpoint after a short epoch) is then
 * done, so that tests of short runs meet it. */
bool pl_fault_is_set(void);

#endif
