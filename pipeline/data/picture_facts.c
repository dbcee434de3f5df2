#include "data/picture_facts.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "image/gray.h"

/* Sums of n whole numbers; products stay exact up to n = 2^31 pixels. */
typedef struct sums {
    int64_t n, sum, square;
} sums;

static void add(sums *s, int v)
{
    s->n++;
    s->sum += v;
    s->square += (int64_t)v * v;
}

/* var = (sum v^2 - (sum v)^2 / n) / n */
static double variance(const sums *s)
{
    double n = (double)s->n, sum = (double)s->sum;
    double v = ((double)s->square - sum * sum / n) / n;
    return v > 0 ? v : 0;
}

static double laplacian_variance(const uint8_t *gray, int w, int h)
{
    sums s = {0, 0, 0};
    for (int y = 1; y + 1 < h; y++) {
        const uint8_t *row = gray + (size_t)y * (size_t)w, *above = row - w, *below = row + w;
        for (int x = 1; x + 1 < w; x++)
            add(&s, 4 * row[x] - row[x - 1] - row[x + 1] - above[x] - below[x]);
    }
    return s.n > 0 ? variance(&s) : (double)NAN;
}

static double mean_spread(const uint8_t *x, size_t n)
{
    int64_t sum = 0;
    for (const uint8_t *p = x, *end = x + 3 * n; p < end; p += 3) {
        int low = p[0] < p[1] ? p[0] : p[1], high = p[0] > p[1] ? p[0] : p[1];
        low = p[2] < low ? p[2] : low;
        high = p[2] > high ? p[2] : high;
        sum += high - low;
    }
    return (double)sum / (double)n;
}

void pl_picture_facts(const uint8_t *x, int w, int h, int c, pl_facts *out)
{
    assert(w > 0 && h > 0 && (c == 1 || c == 3));
    size_t n = (size_t)w * (size_t)h;
    uint8_t *made = NULL;
    const uint8_t *gray = x;
    if (c == 3) {
        made = malloc(n);
        if (!made)
            abort();
        kn_gray_from_rgb(n, x, made);
        gray = made;
    }
    sums s = {0, 0, 0};
    for (size_t i = 0; i < n; i++)
        add(&s, gray[i]);
    out->brightness = (double)s.sum / (double)s.n / 255;
    out->contrast = sqrt(variance(&s)) / 255;
    out->sharpness = laplacian_variance(gray, w, h) / (255.0 * 255.0);
    out->saturation = c == 3 ? mean_spread(x, n) / 255 : (double)NAN;
    free(made);
}
