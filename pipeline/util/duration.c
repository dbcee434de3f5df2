#include "util/duration.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    char name;
    double seconds;
} units[] = {{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}};
enum { UNITS = sizeof units / sizeof units[0] };

static double unit_seconds(char name)
{
    for (size_t u = 0; u < UNITS; u++)
        if (units[u].name == name)
            return units[u].seconds;
    return 0;
}

/* Digits and a point: strtod alone would also take signs, blanks, exponents, "inf" and "0x1p3". */
bool pl_duration_read(const char *text, double *seconds)
{
    double sum = 0;
    const char *p = text;
    if (*p == '\0')
        return false;
    while (*p) {
        size_t n = strspn(p, "0123456789.");
        char *end;
        double value = strtod(p, &end);
        bool number = n > 0 && end == p + n;
        double unit = p[n] == '\0' && p == text ? 1 : unit_seconds(p[n]);
        if (!number || unit == 0)
            return false;
        sum += value * unit;
        p += n + (p[n] != '\0');
    }
    *seconds = sum;
    return true;
}

kn_status pl_parse_duration(const char *what, const char *text, double *seconds, kn_error *e)
{
    double value;
    if (!pl_duration_read(text, &value) || value <= 0 || value > PL_DURATION_MAX)
        return kn_fail(e, KN_EUSAGE, "%s: '%s' is not " PL_DURATION_FORM, what, text);
    *seconds = value;
    return KN_OK;
}

/* Below this whole seconds are not split: 90s, but 2m. */
static const double seconds_alone = 120;

void pl_duration_add(pl_str *out, double seconds)
{
    char text[40];
    long long left = (long long)seconds;
    if ((double)left != seconds) {
        for (int digits = 15; digits <= 17; digits++) {
            snprintf(text, sizeof text, "%.*g", digits, seconds);
            if (strtod(text, NULL) == seconds)
                break;
        }
        pl_str_addf(out, "%ss", text);
    } else if (seconds < seconds_alone) {
        pl_str_addf(out, "%llds", left);
    } else {
        for (size_t u = 0; u < UNITS; u++) {
            long long unit = (long long)units[u].seconds, count = left / unit;
            if (count > 0)
                pl_str_addf(out, "%lld%c", count, units[u].name);
            left -= count * unit;
        }
    }
}
