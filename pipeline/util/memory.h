/* The memory of this process, as Linux tells it. */
#ifndef PL_UTIL_MEMORY_H
#define PL_UTIL_MEMORY_H

/* From now on the peak is counted anew, where the kernel allows that. */
void pl_memory_peak_reset(void);

/* Bytes of private memory (not pages of files) at the peak since then, or since the process was
 * started; 0 where not known. The file pages resident now are taken off the peak of all pages, so
 * it is exact where they stay resident, as mapped arrays do. */
double pl_memory_peak(void);

#endif
