/* Seconds of the monotonic clock, and wall time as "2026-11-24T01:02:03Z". */
#ifndef PL_UTIL_CLOCK_H
#define PL_UTIL_CLOCK_H

enum { PL_TIME_TEXT = 32 };

double pl_now(void);

/* Seconds since this process was started, to the kernel's tick (10 ms); -1 where not known. */
double pl_process_seconds(void);

/* When a process of this machine was started, in seconds since the machine was; -1 where there is no
 * such process, or a dead one that nobody waited for. With its number it names a process. */
double pl_process_started(long process);

void pl_time_text(char out[PL_TIME_TEXT]);

#endif
