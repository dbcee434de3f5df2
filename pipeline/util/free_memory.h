/* Memory of the machine and of the control group this process lives in. */
#ifndef PL_UTIL_FREE_MEMORY_H
#define PL_UTIL_FREE_MEMORY_H

#include <stdbool.h>

/* Bytes that new work can take without swapping or being killed: the least of what the kernel calls
 * available and, for every control group (v1 or v2) above this process with a limit, limit - use + what
 * of the use is file pages that can be dropped. < 0: not known. */
double pl_memory_free(void);

/* How often the kernel killed a process of this control group for lack of memory; 0 where not known. */
long pl_memory_kills(void);

/* The same with another root for /proc and /sys, for tests. */
double pl_memory_free_under(const char *root);
long pl_memory_kills_under(const char *root);

#endif
