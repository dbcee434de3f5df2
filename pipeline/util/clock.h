/* Seconds of the monotonic clock, and wall time as "2026-11-24T01:02:03Z". */
#ifndef PL_UTIL_CLOCK_H
#define PL_UTIL_CLOCK_H

enum { PL_TIME_TEXT = 32 };

double pl_now(void);

/* Seconds since this process was started, to the kernel's tick (10 ms); -1 where not known. */
double pl_process_seconds(void);
void pl_time_text(char out[PL_TIME_TEXT]);

#endif
