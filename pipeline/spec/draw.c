#include "spec/draw.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/rng.h"

enum { DIGITS = 4, MOST_DIGITS = 15 };

/* FNV-1a, 64 bits (Fowler, Noll, Vo): the stream of a name. */
static uint64_t stream_of(const char *name)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (const char *p = name; *p; p++)
        hash = (hash ^ (unsigned char)*p) * 0x100000001b3u;
    return hash;
}

double pl_draw_unit(uint64_t seed, const char *name, int point)
{
    kn_rng r;
    kn_rng_init(&r, seed, stream_of(name));
    r.counter = (uint64_t)point;
    return kn_rng_uniform64(&r);
}

static double clamp(double value, double low, double high)
{
    return value < low ? low : value > high ? high : value;
}

/* A range of 0.99991..0.99999 has four digits of its own behind the four that never change. */
static int digits_of(const pl_draw *d)
{
    double largest = fmax(fabs(d->low), fabs(d->high)), width = d->high - d->low;
    double more = width > 0 ? floor(log10(largest / width)) : MOST_DIGITS;
    return (int)fmin(DIGITS + fmax(more, 0), MOST_DIGITS);
}

static double shortened(const pl_draw *d, double value)
{
    char text[40];
    snprintf(text, sizeof text, "%.*e", digits_of(d) - 1, value);
    return clamp(strtod(text, NULL), d->low, d->high);
}

/* x = low (high/low)^u */
static double on_log_scale(double low, double high, double u)
{
    return exp(log(low) + u * (log(high) - log(low)));
}

double pl_draw_value(const pl_draw *d, double u)
{
    switch (d->kind) {
    case PL_DRAW_UNIFORM:
        return shortened(d, d->low + u * (d->high - d->low));
    case PL_DRAW_LOG:
        return shortened(d, on_log_scale(d->low, d->high, u));
    case PL_DRAW_LOG_INT:
        return clamp(floor(on_log_scale(d->low, d->high + 1, u)), d->low, d->high);
    case PL_DRAW_INT:
    case PL_DRAW_CHOICE:
        break;
    }
    return clamp(d->low + floor(u * (d->high - d->low + 1)), d->low, d->high);
}
