#include "draw/sheet_palette.h"

#include <stdbool.h>

/* Bins r0..r1, g0..g1, b0..b1, both ends included. */
typedef struct box {
    int low[3], high[3];
    uint64_t many;
} box;

static int bin_of(const int at[3])
{
    return at[0] << 10 | at[1] << 5 | at[2];
}

void pl_palette_add(pl_palette *p, const uint8_t *rgb, size_t n)
{
    for (size_t i = 0; i < n; i++, rgb += 3) {
        int bin = rgb[0] >> 3 << 10 | rgb[1] >> 3 << 5 | rgb[2] >> 3;
        p->many[bin]++;
        for (int k = 0; k < 3; k++)
            p->sum[bin][k] += rgb[k];
    }
}

/* Pixels of the slice `at` of the box along an axis; with axis -1 those of the whole box. */
static uint64_t count_slice(const pl_palette *p, const box *b, int axis, int at)
{
    uint64_t n = 0;
    int low[3], high[3], v[3];
    for (int k = 0; k < 3; k++) {
        low[k] = k == axis ? at : b->low[k];
        high[k] = k == axis ? at : b->high[k];
    }
    for (v[0] = low[0]; v[0] <= high[0]; v[0]++)
        for (v[1] = low[1]; v[1] <= high[1]; v[1]++)
            for (v[2] = low[2]; v[2] <= high[2]; v[2]++)
                n += p->many[bin_of(v)];
    return n;
}

/* Cuts empty slices off the box's sides. */
static void shrink(const pl_palette *p, box *b)
{
    for (int k = 0; k < 3; k++) {
        while (b->low[k] < b->high[k] && count_slice(p, b, k, b->low[k]) == 0)
            b->low[k]++;
        while (b->high[k] > b->low[k] && count_slice(p, b, k, b->high[k]) == 0)
            b->high[k]--;
    }
}

static int longest(const box *b)
{
    int axis = 0;
    for (int k = 1; k < 3; k++)
        if (b->high[k] - b->low[k] > b->high[axis] - b->low[axis])
            axis = k;
    return axis;
}

/* Half of the pixels to each side, along the longest axis. */
static void split(const pl_palette *p, box *b, box *other)
{
    int axis = longest(b), at = b->low[axis];
    uint64_t n = count_slice(p, b, axis, at);
    while (at + 1 < b->high[axis] && 2 * n < b->many)
        n += count_slice(p, b, axis, ++at);
    *other = *b;
    b->high[axis] = at;
    other->low[axis] = at + 1;
    other->many = b->many - n;
    b->many = n;
    shrink(p, b);
    shrink(p, other);
}

/* The box whose splitting helps most: many pixels over a long axis. -1: none can be split. */
static int widest(const box *b, int count)
{
    int best = -1;
    uint64_t most = 0;
    for (int i = 0; i < count; i++) {
        int axis = longest(&b[i]);
        uint64_t weight = b[i].many * (uint64_t)(b[i].high[axis] - b[i].low[axis]);
        if (weight > most) {
            most = weight;
            best = i;
        }
    }
    return best;
}

static void take_color(pl_palette *p, const box *b)
{
    uint64_t sum[3] = {0, 0, 0};
    int v[3];
    for (v[0] = b->low[0]; v[0] <= b->high[0]; v[0]++)
        for (v[1] = b->low[1]; v[1] <= b->high[1]; v[1]++)
            for (v[2] = b->low[2]; v[2] <= b->high[2]; v[2]++) {
                p->index[bin_of(v)] = (uint8_t)p->count;
                for (int k = 0; k < 3; k++)
                    sum[k] += p->sum[bin_of(v)][k];
            }
    uint64_t n = b->many ? b->many : 1;
    p->color[p->count++] =
        (pl_rgb){(uint8_t)((sum[0] + n / 2) / n), (uint8_t)((sum[1] + n / 2) / n),
                 (uint8_t)((sum[2] + n / 2) / n)};
}

void pl_palette_choose(pl_palette *p, const pl_rgb *fixed, int count)
{
    box b[PL_PALETTE] = {{.low = {0, 0, 0}, .high = {31, 31, 31}}};
    int boxes = 1, at;
    b[0].many = count_slice(p, &b[0], -1, 0);
    shrink(p, &b[0]);
    while (boxes + count < PL_PALETTE && (at = widest(b, boxes)) >= 0) {
        split(p, &b[at], &b[boxes]);
        boxes++;
    }
    p->count = 0;
    for (p->fixed = 0; p->fixed < count; p->fixed++)
        p->color[p->count++] = fixed[p->fixed];
    for (int i = 0; i < boxes; i++)
        take_color(p, &b[i]);
}

uint8_t pl_palette_of(const pl_palette *p, const uint8_t rgb[3])
{
    for (int i = 0; i < p->fixed; i++)
        if (rgb[0] == p->color[i].r && rgb[1] == p->color[i].g && rgb[2] == p->color[i].b)
            return (uint8_t)i;
    return p->index[rgb[0] >> 3 << 10 | rgb[1] >> 3 << 5 | rgb[2] >> 3];
}
