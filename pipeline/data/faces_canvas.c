#include "data/faces_canvas.h"

#include <string.h>

pl_color pl_color_mix(pl_color a, pl_color b, float t)
{
    return (pl_color){a.r + (b.r - a.r) * t, a.g + (b.g - a.g) * t, a.b + (b.b - a.b) * t};
}

pl_color pl_color_scale(pl_color a, float k)
{
    return (pl_color){a.r * k, a.g * k, a.b * k};
}

float pl_canvas_hash(uint32_t i, uint32_t seed)
{
    uint32_t h = (i * 0x9E3779B1u) ^ seed;
    h = (h ^ (h >> 15)) * 0x85EBCA77u;
    h = (h ^ (h >> 13)) * 0xC2B2AE3Du;
    return (float)(h >> 8) * 0x1p-24f;
}

/* Value noise along a line: linear between the hashes of whole numbers. */
static float noise(float t, uint32_t seed)
{
    float shifted = t + 4096.0f; /* t > -4096, so the cast rounds down */
    uint32_t i = (uint32_t)shifted;
    float f = shifted - (float)i, a = pl_canvas_hash(i, seed);
    return a + (pl_canvas_hash(i + 1, seed) - a) * f;
}

static float min_f(float a, float b)
{
    return a < b ? a : b;
}

static float max_f(float a, float b)
{
    return a > b ? a : b;
}

static float clamp_x(float x)
{
    return max_f(0.0f, min_f(x, (float)PL_CANVAS_W));
}

/* One scan line's share of an edge from x0 to x1 (x0 <= x1), of signed height d: the running sum
 * along the row is then the covered area of each pixel. The accumulation buffer of Raph Levien's
 * font-rs. */
static void add_span(float *row, float x0, float x1, float d)
{
    int first = (int)x0, last = (int)x1;
    if ((float)last < x1)
        last++; /* now ceil(x1) */
    if (last <= first + 1) {
        float right = 0.5f * (x0 + x1) - (float)first;
        row[first] += d - d * right;
        row[first + 1] += d * right;
        return;
    }
    float s = 1.0f / (x1 - x0), f0 = x0 - (float)first, f1 = x1 - (float)last + 1.0f;
    float head = 0.5f * s * (1.0f - f0) * (1.0f - f0), tail = 0.5f * s * f1 * f1;
    row[first] += d * head;
    if (last == first + 2) {
        row[first + 1] += d * (1.0f - head - tail);
    } else {
        float second = s * (1.5f - f0);
        row[first + 1] += d * (second - head);
        for (int x = first + 2; x < last - 1; x++)
            row[x] += d * s;
        float before = second + (float)(last - first - 3) * s;
        row[last - 1] += d * (1.0f - before - tail);
    }
    row[last] += d * tail;
}

static void add_edge(pl_canvas *c, pl_point p, pl_point q)
{
    float sign = 1.0f;
    if (p.y > q.y) {
        pl_point t = p;
        p = q;
        q = t;
        sign = -1.0f;
    }
    if (q.y <= 0.0f || p.y >= (float)PL_CANVAS_H || p.y == q.y)
        return;
    float slope = (q.x - p.x) / (q.y - p.y), x = p.x, top = p.y;
    if (top < 0.0f) {
        x -= top * slope;
        top = 0.0f;
    }
    float bottom = min_f(q.y, (float)PL_CANVAS_H);
    for (int y = (int)top; (float)y < bottom; y++) {
        float dy = min_f((float)(y + 1), bottom) - max_f((float)y, top);
        float next = x + slope * dy;
        add_span(c->cover[y], clamp_x(min_f(x, next)), clamp_x(max_f(x, next)), dy * sign);
        x = next;
    }
}

static void blend(float *px, pl_color color, float a)
{
    px[0] += (color.r - px[0]) * a;
    px[1] += (color.g - px[1]) * a;
    px[2] += (color.b - px[2]) * a;
}

/* The paint at a pixel: colour and, by reference, alpha. */
static pl_color shade(const pl_paint *p, int x, int y, float *alpha)
{
    float fx = (float)x, fy = (float)y, k = 1.0f;
    switch (p->texture) {
    case PL_FLAT:
        return p->color;
    case PL_ROUND: {
        float nx = (fx - p->center.x) / p->size, ny = (fy - p->center.y) / p->size;
        float edge = nx * nx + 0.6f * ny * ny;
        k = 1.0f + p->amount * (p->light.x * nx + p->light.y * ny) - 0.12f * edge * edge;
        break;
    }
    case PL_STRANDS: {
        float t = fy * 0.045f + 8.0f;
        float part = t - (float)(int)t;
        float bend = 8.0f * part * (1.0f - part) - 1.0f; /* a parabola wave in [-1, 1] */
        bend = (int)t & 1 ? bend : -bend;
        float across = (fx + p->slant * fy + p->wave * bend) / p->size;
        k = 1.0f + p->amount * (noise(across, p->seed) +
                                0.6f * noise(across * 0.27f, p->seed ^ 77u) - 0.8f);
        break;
    }
    case PL_STIPPLE:
        *alpha *= 1.0f - p->amount * pl_canvas_hash((uint32_t)(y * PL_CANVAS_W + x), p->seed);
        return p->color;
    }
    return pl_color_scale(p->color, max_f(k, 0.0f));
}

static void fill_row(pl_canvas *c, int y, int left, int right, const pl_paint *paint)
{
    float sum = 0.0f, *row = c->cover[y];
    for (int x = left; x < right; x++) {
        sum += row[x];
        float a = min_f(sum < 0.0f ? -sum : sum, 1.0f) * paint->alpha;
        if (a < 0.004f)
            continue;
        pl_color color = shade(paint, x, y, &a);
        blend(c->rgb[y][x], color, a);
    }
    memset(row + left, 0, (size_t)(right - left + 2) * sizeof *row);
}

static int clamp_int(float v, int high)
{
    return v <= 0.0f ? 0 : v >= (float)high ? high : (int)v;
}

void pl_canvas_fill(pl_canvas *c, const pl_point *p, int n, const pl_paint *paint)
{
    float x0 = p[0].x, x1 = x0, y0 = p[0].y, y1 = y0;
    for (int i = 0; i < n; i++) {
        x0 = min_f(x0, p[i].x);
        x1 = max_f(x1, p[i].x);
        y0 = min_f(y0, p[i].y);
        y1 = max_f(y1, p[i].y);
        add_edge(c, p[i], p[i + 1 < n ? i + 1 : 0]);
    }
    int left = clamp_int(x0, PL_CANVAS_W), right = clamp_int(x1 + 1.0f, PL_CANVAS_W);
    int bottom = clamp_int(y1 + 1.0f, PL_CANVAS_H);
    for (int y = clamp_int(y0, PL_CANVAS_H); y < bottom; y++)
        fill_row(c, y, left, right, paint);
}

void pl_canvas_spot(pl_canvas *c, pl_point center, float rx, float ry, pl_color color, float alpha)
{
    int left = clamp_int(center.x - rx, PL_CANVAS_W),
        right = clamp_int(center.x + rx + 1.0f, PL_CANVAS_W);
    int bottom = clamp_int(center.y + ry + 1.0f, PL_CANVAS_H);
    float ix = 1.0f / rx, iy = 1.0f / ry;
    for (int y = clamp_int(center.y - ry, PL_CANVAS_H); y < bottom; y++) {
        float v = ((float)y + 0.5f - center.y) * iy, v2 = v * v;
        for (int x = left; x < right; x++) {
            float u = ((float)x + 0.5f - center.x) * ix, q = 1.0f - u * u - v2;
            if (q > 0.0f)
                blend(c->rgb[y][x], color, alpha * q * q);
        }
    }
}

void pl_canvas_gradient(pl_canvas *c, const pl_color corner[4])
{
    for (int y = 0; y < PL_CANVAS_H; y++) {
        float t = (float)y / (float)(PL_CANVAS_H - 1);
        pl_color a = pl_color_mix(corner[0], corner[2], t),
                 b = pl_color_mix(corner[1], corner[3], t);
        for (int x = 0; x < PL_CANVAS_W; x++) {
            pl_color m = pl_color_mix(a, b, (float)x / (float)(PL_CANVAS_W - 1));
            memcpy(c->rgb[y][x], (float[]){m.r, m.g, m.b}, 3 * sizeof(float));
        }
    }
}

/* The box mean of one line of n pixels that lie `step` floats apart, through a copy of the line. */
static void blur_line(float *line, int n, int step, int radius)
{
    float copy[PL_CANVAS_H];
    float sum = 0.0f, scale = 1.0f / (float)(2 * radius + 1);
    for (int i = 0; i < n; i++)
        copy[i] = line[i * step];
    for (int i = -radius; i <= radius; i++)
        sum += copy[i < 0 ? 0 : i];
    for (int i = 0; i < n; i++) {
        line[i * step] = sum * scale;
        int in = i + radius + 1, out = i - radius;
        sum += copy[in < n ? in : n - 1] - copy[out < 0 ? 0 : out];
    }
}

void pl_canvas_blur(pl_canvas *c, int radius)
{
    for (int channel = 0; channel < 3; channel++) {
        for (int y = 0; y < PL_CANVAS_H; y++)
            blur_line(&c->rgb[y][0][channel], PL_CANVAS_W, 3, radius);
        for (int x = 0; x < PL_CANVAS_W; x++)
            blur_line(&c->rgb[0][x][channel], PL_CANVAS_H, 3 * PL_CANVAS_W, radius);
    }
}
