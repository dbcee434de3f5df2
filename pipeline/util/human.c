/* Numbers for people, declared in str.h. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "util/str.h"

const char *pl_human_count(long long n, char *buffer, size_t size)
{
    char digits[32], text[48];
    snprintf(digits, sizeof digits, "%lld", n);
    const char *d = digits;
    char *out = text;
    if (*d == '-')
        *out++ = *d++;
    for (size_t left = strlen(d); left > 0; left--) {
        *out++ = *d++;
        if (left > 1 && left % 3 == 1)
            *out++ = ',';
    }
    *out = '\0';
    snprintf(buffer, size, "%s", text);
    return buffer;
}

const char *pl_human_seconds(double seconds, char *buffer, size_t size)
{
    if (!(seconds >= 0.0))
        seconds = 0.0;
    if (seconds > 1e12)
        seconds = 1e12;
    long long whole = (long long)(seconds + 0.5);
    if (seconds < 9.95)
        snprintf(buffer, size, "%.1f s", seconds);
    else if (whole < 60)
        snprintf(buffer, size, "%lld s", whole);
    else if (whole < 3600)
        snprintf(buffer, size, "%lld min %lld s", whole / 60, whole % 60);
    else if (whole < 48 * 3600)
        snprintf(buffer, size, "%lld h %lld min", whole / 3600, whole % 3600 / 60);
    else
        snprintf(buffer, size, "%lld d %lld h", whole / 86400, whole % 86400 / 3600);
    return buffer;
}

const char *pl_human_bytes(double bytes, char *buffer, size_t size)
{
    static const char *const units[] = {"B", "KB", "MB", "GB", "TB", "PB"};
    size_t u = 0;
    while (bytes >= 999.5 && u + 1 < sizeof units / sizeof units[0]) {
        bytes /= 1000.0;
        u++;
    }
    snprintf(buffer, size, u == 0 || bytes >= 9.95 ? "%.0f %s" : "%.1f %s", bytes, units[u]);
    return buffer;
}
