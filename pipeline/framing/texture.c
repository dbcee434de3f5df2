/* Every kind makes a field of real numbers; at the end its least and greatest go to two drawn grey levels. */
#include "framing/texture.h"

#include <math.h>
#include <stdlib.h>

typedef struct field {
    int n;
    float *v; /* [n,n] */
    kn_rng *rng;
} field;

static double between(kn_rng *r, double low, double high)
{
    return low + (high - low) * kn_rng_uniform64(r);
}

/* Drawn so that every doubling is as likely as another. */
static double ratio_between(kn_rng *r, double low, double high)
{
    return low * pow(high / low, kn_rng_uniform64(r));
}

static double smooth(double t)
{
    return t * t * (3 - 2 * t);
}

/* Random numbers on a lattice `cell` pixels wide, smoothly in between, times weight. */
static void add_lattice(field *f, double cell_x, double cell_y, double weight)
{
    int w = (int)(f->n / cell_x) + 3, h = (int)(f->n / cell_y) + 3;
    float *lattice = malloc((size_t)w * (size_t)h * sizeof *lattice);
    if (!lattice)
        abort();
    for (int i = 0; i < w * h; i++)
        lattice[i] = (float)kn_rng_normal(f->rng);
    for (int y = 0; y < f->n; y++)
        for (int x = 0; x < f->n; x++) {
            double px = x / cell_x, py = y / cell_y;
            int ix = (int)px, iy = (int)py;
            double tx = smooth(px - ix), ty = smooth(py - iy);
            const float *at = lattice + iy * w + ix;
            double up = (double)at[0] * (1 - tx) + (double)at[1] * tx;
            double low = (double)at[w] * (1 - tx) + (double)at[w + 1] * tx;
            f->v[y * f->n + x] += (float)(weight * (up * (1 - ty) + low * ty));
        }
    free(lattice);
}

/* Clouds: each octave finer and weaker. */
static void clouds(field *f)
{
    double cell = f->n * between(f->rng, 0.1, 0.6), keep = between(f->rng, 0.35, 0.95), weight = 1;
    double squeeze = ratio_between(f->rng, 0.5, 2);
    for (; cell >= 1; cell /= 2, weight *= keep)
        add_lattice(f, cell, fmax(1, cell * squeeze), weight);
}

static void grain(field *f)
{
    double cell = ratio_between(f->rng, 1, 16), squeeze = ratio_between(f->rng, 0.4, 2.5);
    add_lattice(f, cell, fmax(1, cell * squeeze), 1);
}

static void stripes(field *f)
{
    int waves = 1 + (int)kn_rng_below(f->rng, 5);
    for (int k = 0; k < waves; k++) {
        double turn = between(f->rng, 0, 3.1416), length = ratio_between(f->rng, 3, f->n);
        double phase = between(f->rng, 0, 6.2832), weight = between(f->rng, 0.2, 1);
        double cx = 6.2832 * cos(turn) / length, cy = 6.2832 * sin(turn) / length;
        for (int i = 0; i < f->n * f->n; i++)
            f->v[i] += (float)(weight * sin(cx * (i % f->n) + cy * (i / f->n) + phase));
    }
    if (kn_rng_below(f->rng, 3) == 0)
        for (int i = 0; i < f->n * f->n; i++)
            f->v[i] = f->v[i] > 0 ? 1 : -1;
}

/* An ellipse, a box or a ring, turned; its edge a pixel soft. */
static void shape(field *f)
{
    double cx = between(f->rng, 0, f->n), cy = between(f->rng, 0, f->n);
    double a = f->n * ratio_between(f->rng, 0.01, 0.4), b = a * between(f->rng, 0.15, 1);
    double turn = between(f->rng, 0, 3.1416), c = cos(turn), s = sin(turn);
    float level = (float)between(f->rng, -1, 1);
    uint32_t kind = kn_rng_below(f->rng, 3);
    double reach = 1.5 * a * (1 + 2 / b); /* nothing of it is farther from its middle */
    int top = (int)fmax(0, cy - reach), end = (int)fmin(f->n, cy + reach + 1);
    int left = (int)fmax(0, cx - reach), right = (int)fmin(f->n, cx + reach + 1);
    for (int y = top; y < end; y++)
        for (int x = left; x < right; x++) {
            double u = (c * (x - cx) + s * (y - cy)) / a, v = (c * (y - cy) - s * (x - cx)) / b;
            double from = kind == 1 ? fmax(fabs(u), fabs(v)) : sqrt(u * u + v * v);
            double inside = kind == 2 ? 2 - fabs(from - 1) * b : (1 - from) * b + 0.5;
            float cover = (float)fmin(1, fmax(0, inside));
            f->v[y * f->n + x] += cover * (level - f->v[y * f->n + x]);
        }
}

static void shapes(field *f)
{
    double rise = between(f->rng, -1, 1);
    for (int i = 0; i < f->n * f->n; i++)
        f->v[i] = (float)(rise * (i / f->n) / f->n);
    for (int k = 4 + (int)kn_rng_below(f->rng, 40); k > 0; k--)
        shape(f);
    if (kn_rng_below(f->rng, 2))
        add_lattice(f, ratio_between(f->rng, 1, 8), ratio_between(f->rng, 1, 8),
                    between(f->rng, 0, 0.3));
}

/* Ranges of hills before a sky, the nearer ones below. */
static void hills(field *f)
{
    int n = f->n, ranges = 1 + (int)kn_rng_below(f->rng, 5);
    for (int i = 0; i < n * n; i++)
        f->v[i] = (float)(1 - 0.5 * (i / n) / n);
    if (kn_rng_below(f->rng, 2))
        add_lattice(f, n * 0.2, n * 0.06, 0.15);
    for (int k = 0; k < ranges; k++) {
        field ground = {n, calloc((size_t)n * (size_t)n, sizeof *ground.v), f->rng};
        double base = n * (0.2 + 0.7 * (k + kn_rng_uniform64(f->rng)) / ranges), phase[6];
        float level = (float)between(f->rng, -1, 1);
        if (!ground.v)
            abort();
        for (int j = 0; j < 6; j++)
            phase[j] = between(f->rng, 0, 6.2832);
        add_lattice(&ground, ratio_between(f->rng, 1, 6), ratio_between(f->rng, 1, 6),
                    between(f->rng, 0.02, 0.4));
        double height = n * between(f->rng, 0.02, 0.12);
        for (int x = 0; x < n; x++) {
            double top = base;
            for (int j = 0; j < 6; j++)
                top += height / (j + 1) * sin(phase[j] + 6.2832 * (j + 1) * x / n);
            for (int y = top > 0 ? (int)top : 0; y < n; y++)
                f->v[y * n + x] = level + ground.v[y * n + x];
        }
        free(ground.v);
    }
}

void pl_texture_draw(kn_rng *rng, int n, uint8_t *out)
{
    static void (*const kinds[])(field *) = {clouds, grain, stripes, shapes, shapes, hills};
    size_t pixels = (size_t)n * (size_t)n;
    field f = {n, calloc(pixels, sizeof *f.v), rng};
    if (!f.v)
        abort();
    kinds[kn_rng_below(rng, sizeof kinds / sizeof kinds[0])](&f);
    float least = f.v[0], most = f.v[0];
    for (size_t i = 0; i < pixels; i++) {
        least = fminf(least, f.v[i]);
        most = fmaxf(most, f.v[i]);
    }
    double dark = between(rng, 0, 160), light = dark + between(rng, 40, 255 - dark);
    double factor = most > least ? (light - dark) / (double)(most - least) : 0;
    for (size_t i = 0; i < pixels; i++)
        out[i] = (uint8_t)(dark + factor * (double)(f.v[i] - least) + 0.5);
    free(f.v);
}
