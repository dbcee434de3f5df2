#include "util/clock.h"

#include <stdio.h>
#include <time.h>

double pl_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void pl_time_text(char out[PL_TIME_TEXT])
{
    time_t now = time(NULL);
    struct tm utc;
    if (!gmtime_r(&now, &utc) || strftime(out, PL_TIME_TEXT, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
        snprintf(out, PL_TIME_TEXT, "1970-01-01T00:00:00Z");
}
