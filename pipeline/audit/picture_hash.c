#include "audit/picture_hash.h"

#include <assert.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "image/gray.h"

enum { SIDE = PL_CELLS_SIDE, WAVES = 16, ONE = 4096 };

/* Sums of a line's pixels over SIDE equal parts of it, each pixel counted by its share, in units of 1 / SIDE pixel: part i is
 * [i n, (i + 1) n), pixel x is [SIDE x, SIDE (x + 1)). The same seen from the other end. */
static void add_parts(const uint8_t *line, int n, int64_t sum[SIDE])
{
    for (int i = 0; i < SIDE; i++) {
        int from = i * n, to = from + n;
        for (int x = from / SIDE; x * SIDE < to; x++) {
            int low = x * SIDE > from ? x * SIDE : from;
            int high = (x + 1) * SIDE < to ? (x + 1) * SIDE : to;
            sum[i] += (int64_t)(high - low) * line[x];
        }
    }
}

void pl_cells_of(const uint8_t *x, int w, int h, int c, pl_cells *out)
{
    assert(w > 0 && h > 0 && (c == 1 || c == 3));
    uint8_t *gray = malloc((size_t)w);
    int64_t(*rows)[SIDE] = calloc((size_t)h, sizeof *rows);
    if (!gray || !rows)
        abort();
    for (int y = 0; y < h; y++) {
        const uint8_t *line = x + (size_t)y * (size_t)w * (size_t)c;
        if (c == 3)
            kn_gray_from_rgb((size_t)w, line, gray);
        add_parts(c == 3 ? gray : line, w, rows[y]);
    }
    int64_t area = (int64_t)w * h;
    for (int i = 0; i < SIDE; i++) {
        int64_t sum[SIDE] = {0};
        int from = i * h, to = from + h;
        for (int y = from / SIDE; y * SIDE < to; y++) {
            int low = y * SIDE > from ? y * SIDE : from;
            int high = (y + 1) * SIDE < to ? (y + 1) * SIDE : to;
            for (int k = 0; k < SIDE; k++)
                sum[k] += (int64_t)(high - low) * rows[y][k];
        }
        for (int k = 0; k < SIDE; k++)
            out->v[i][k] = (int16_t)((sum[k] * 16 + area / 2) / area);
    }
    free(gray);
    free(rows);
}

/* wave[u][x] = cos(pi (2 x + 1) u / 64) in units of 1 / ONE. Half of them are computed, the others follow by symmetry, so that a
 * mirrored picture has exactly the same numbers with other signs. */
static int32_t wave[WAVES + 1][SIDE];
static pthread_once_t made = PTHREAD_ONCE_INIT;

static void make_waves(void)
{
    const double pi = 3.14159265358979323846;
    for (int u = 0; u <= WAVES; u++)
        for (int x = 0; x < SIDE / 2; x++) {
            wave[u][x] = (int32_t)lround(ONE * cos(pi * (2 * x + 1) * u / (2 * SIDE)));
            wave[u][SIDE - 1 - x] = u % 2 ? -wave[u][x] : wave[u][x];
        }
}

/* Bit 16 v + u is set where the wave u across, v down is positive. The mean (0, 0) says nothing of the look; its bit is the wave
 * (0, 16). */
void pl_picture_hash(const pl_cells *cells, uint64_t hash[KN_HASH_WORDS])
{
    int64_t across[SIDE][WAVES]; /* at most 32 * 4080 * 4096 */
    pthread_once(&made, make_waves);
    for (int y = 0; y < SIDE; y++)
        for (int u = 0; u < WAVES; u++) {
            int64_t sum = 0;
            for (int x = 0; x < SIDE; x++)
                sum += (int64_t)wave[u][x] * cells->v[y][x];
            across[y][u] = sum;
        }
    memset(hash, 0, KN_HASH_WORDS * sizeof *hash);
    for (int bit = 0; bit < WAVES * WAVES; bit++) {
        int u = bit % WAVES, v = bit ? bit / WAVES : WAVES;
        int64_t sum = 0;
        for (int y = 0; y < SIDE; y++)
            sum += wave[v][y] * across[y][u];
        if (sum > 0)
            hash[bit / 64] |= 1ull << bit % 64;
    }
}

void pl_hash_mirror(const uint64_t hash[KN_HASH_WORDS], uint64_t mirrored[KN_HASH_WORDS])
{
    for (int k = 0; k < KN_HASH_WORDS; k++)
        mirrored[k] = hash[k] ^ 0xaaaaaaaaaaaaaaaaull;
}

typedef struct sums {
    int64_t n, a, b, aa, bb, ab;
} sums;

static void add(sums *s, int a, int b)
{
    s->n++;
    s->a += a;
    s->b += b;
    s->aa += (int64_t)a * a;
    s->bb += (int64_t)b * b;
    s->ab += (int64_t)a * b;
}

double pl_cells_likeness(const pl_cells *a, const pl_cells *b, bool mirrored,
                         const pl_cells *common)
{
    static const pl_cells nothing;
    const pl_cells *m = common ? common : &nothing;
    sums s = {0};
    bool equal = true;
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            int at = mirrored ? SIDE - 1 - x : x, next = mirrored ? at - 1 : at + 1;
            equal = equal && a->v[y][x] == b->v[y][at];
            if (x + 1 < SIDE) {
                int shared = m->v[y][x + 1] - m->v[y][x];
                add(&s, a->v[y][x + 1] - a->v[y][x] - shared, b->v[y][next] - b->v[y][at] - shared);
            }
            if (y + 1 < SIDE) {
                int shared = m->v[y + 1][x] - m->v[y][x];
                add(&s, a->v[y + 1][x] - a->v[y][x] - shared,
                    b->v[y + 1][at] - b->v[y][at] - shared);
            }
        }
    double va = (double)(s.n * s.aa - s.a * s.a), vb = (double)(s.n * s.bb - s.b * s.b);
    if (!(va > 0) || !(vb > 0))
        return equal ? 1 : 0;
    return (double)(s.n * s.ab - s.a * s.b) / (sqrt(va) * sqrt(vb));
}
