#define _GNU_SOURCE
#include "util/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

double pl_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

double pl_process_started(long process)
{
    unsigned long long ticks = 0;
    char path[64], line[1024];
    snprintf(path, sizeof path, "/proc/%ld/stat", process);
    FILE *f = fopen(path, "re");
    size_t size = f ? fread(line, 1, sizeof line - 1, f) : 0;
    line[size] = '\0';
    if (f)
        fclose(f);
    /* the second field, the program's name, may hold anything but ends at the last parenthesis; the
     * state follows it, and the time of the start is the 22nd */
    const char *p = strrchr(line, ')');
    if (!p || p[1] == '\0' || p[2] == 'Z' || p[2] == 'X')
        return -1;
    for (int field = 2; p && field < 22; field++)
        p = strchr(p + 1, ' ');
    if (!p || sscanf(p, "%llu", &ticks) != 1)
        return -1;
    return (double)ticks / (double)sysconf(_SC_CLK_TCK);
}

double pl_process_seconds(void)
{
    struct timespec now;
    double started = pl_process_started((long)getpid());
    if (started < 0 || clock_gettime(CLOCK_BOOTTIME, &now) != 0)
        return -1;
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec - started;
}

void pl_time_text(char out[PL_TIME_TEXT])
{
    time_t now = time(NULL);
    struct tm utc;
    if (!gmtime_r(&now, &utc) || strftime(out, PL_TIME_TEXT, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
        snprintf(out, PL_TIME_TEXT, "1970-01-01T00:00:00Z");
}
