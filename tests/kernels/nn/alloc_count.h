/* Counts the calls of malloc, calloc, realloc and their kin in the test program, on every thread.
 */
#ifndef ALLOC_COUNT_H
#define ALLOC_COUNT_H

/* -1 where the build has an allocator of its own (sanitizers) or the C library is not glibc. */
long alloc_count(void);

#endif
