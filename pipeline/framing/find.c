#include "framing/find.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "framing/pyramid.h"

enum {
    PAD = PL_WINDOW_PIXELS / 2, /* so that windows look around every pixel of the picture */
    KEPT = 400,                 /* places of a scan that are sorted */
    CORRECTIONS = 6
};

/* A scan's places of one face: nearer than this share of the smaller frame, sizes within this factor. */
static const double NEAR = 0.2, ALIKE = 1.5, OVERLAP = 0.4;

/* Farther than this a regression is not believed at once: its windows were no farther off. */
static const double STEP_SCALE = 0.4, STEP_SHIFT = 0.3, STEP_TURN = 25;

struct pl_finder {
    pl_pyramid pyramid;
    uint8_t *padded, *cells;
    int32_t *score;
    void *scratch;
    size_t padded_room, cells_room, score_room, scratch_room;
    pl_found kept[KEPT];
    int kept_count;
    pl_window_scratch window;
};

pl_find_options pl_find_best(void)
{
    return (pl_find_options){.smallest = 0.2, .candidates = 8};
}

pl_find_options pl_find_many(void)
{
    return (pl_find_options){.smallest = 0.06, .candidates = 64};
}

static void *must(void *p)
{
    if (!p)
        abort();
    return p;
}

pl_finder *pl_finder_new(void)
{
    return must(calloc(1, sizeof(pl_finder)));
}

void pl_finder_free(pl_finder *f)
{
    if (!f)
        return;
    pl_pyramid_clear(&f->pyramid);
    free(f->padded);
    free(f->cells);
    free(f->score);
    free(f->scratch);
    free(f);
}

static void *grown(void *p, size_t *room, size_t need)
{
    if (need <= *room)
        return p;
    free(p);
    *room = need;
    return must(malloc(need));
}

/* The scorer in whole numbers, as large as kn_cells_scan allows. Returns what a score is to be multiplied by. */
static double quantise(const pl_linear *l, int16_t out[PL_WINDOW_FEATURES])
{
    float most = 1e-9f;
    double total = 0;
    for (int i = 0; i < PL_WINDOW_FEATURES; i++) {
        most = fmaxf(most, fabsf(l->weight[i]));
        total += fabs((double)l->weight[i]);
    }
    double factor = fmin(32000 / (double)most, 8000000 / fmax(total, 1e-9));
    for (int i = 0; i < PL_WINDOW_FEATURES; i++)
        out[i] = (int16_t)lrint((double)l->weight[i] * factor);
    return 1 / (255 * factor);
}

/* The least of the kept goes when there are too many. */
static void keep(pl_finder *f, const pl_found *found)
{
    if (f->kept_count < KEPT) {
        f->kept[f->kept_count++] = *found;
        return;
    }
    int least = 0;
    for (int i = 1; i < KEPT; i++)
        if (f->kept[i].score < f->kept[least].score)
            least = i;
    if (found->score > f->kept[least].score)
        f->kept[least] = *found;
}

static bool is_peak(const int32_t *score, int w, int h, int x, int y)
{
    int32_t here = score[y * w + x];
    for (int dy = -1; dy <= 1; dy++)
        for (int dx = -1; dx <= 1; dx++) {
            int px = x + dx, py = y + dy;
            if (px < 0 || py < 0 || px >= w || py >= h || (dx == 0 && dy == 0))
                continue;
            int32_t there = score[py * w + px];
            if (there > here || (there == here && (dy < 0 || (dy == 0 && dx < 0))))
                return false;
        }
    return true;
}

static void scan(pl_finder *f, const pl_raster *l, const int16_t *weight)
{
    const kn_shape in = {l->h, l->w, 1}, padded = {l->h + 2 * PAD, l->w + 2 * PAD, 1};
    const kn_warp shift = {.a = 1, .c = -PAD, .e = 1, .f = -PAD};
    int cw = kn_cells_along(padded.w), ch = kn_cells_along(padded.h);
    int w = cw - PL_WINDOW_CELLS + 1, h = ch - PL_WINDOW_CELLS + 1;
    size_t cells = (size_t)cw * (size_t)ch * KN_CELL_WAYS;
    f->padded = grown(f->padded, &f->padded_room, kn_shape_size(padded));
    f->cells = grown(f->cells, &f->cells_room, cells);
    f->score = grown(f->score, &f->score_room, (size_t)w * (size_t)h * sizeof *f->score);
    f->scratch = grown(f->scratch, &f->scratch_room, kn_cells_scratch(padded.w, padded.h));
    kn_warp_u8(&shift, KN_BORDER_EDGE, 0, in, l->x, padded, f->padded);
    kn_cells_u8(padded.w, padded.h, f->padded, f->cells, f->scratch);
    kn_cells_scan(cw, ch, f->cells, PL_WINDOW_CELLS, weight, f->score);
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
            if (is_peak(f->score, w, h, x, y)) {
                const int middle = KN_CELL + PL_WINDOW_CELLS * KN_CELL / 2 - PAD;
                const pl_found found = {{(x * KN_CELL + middle) / l->qx,
                                         (y * KN_CELL + middle) / l->qy, PL_FRAME_PIXELS / l->qx,
                                         0},
                                        f->score[y * w + x]};
                keep(f, &found);
            }
}

/* Surest first; of equal ones the upper, then the left, then the smaller. */
static int by_score(const void *a, const void *b)
{
    const pl_found *p = a, *q = b;
    if (p->score != q->score)
        return p->score > q->score ? -1 : 1;
    if (p->place.y != q->place.y)
        return p->place.y < q->place.y ? -1 : 1;
    if (p->place.x != q->place.x)
        return p->place.x < q->place.x ? -1 : 1;
    return (p->place.side > q->place.side) - (p->place.side < q->place.side);
}

static bool is_same(const pl_face_place *a, const pl_face_place *b)
{
    double least = fmin(a->side, b->side), most = fmax(a->side, b->side);
    return hypot(a->x - b->x, a->y - b->y) < NEAR * least && most < ALIKE * least;
}

kn_status pl_find_places(pl_finder *f, const pl_framer *framer, const pl_raster *picture,
                         const pl_find_options *options, pl_found *out, int room, int *count,
                         kn_error *e)
{
    int16_t weight[PL_WINDOW_FEATURES];
    assert(picture->c == 1 && room > 0);
    *count = f->kept_count = 0;
    KN_TRY(pl_pyramid_make(&f->pyramid, picture, pl_framer_tall(framer), options->smallest, e));
    double unit = quantise(&framer->coarse, weight);
    for (int i = 0; i < f->pyramid.count; i++)
        scan(f, &f->pyramid.level[i], weight);
    qsort(f->kept, (size_t)f->kept_count, sizeof f->kept[0], by_score);
    int most = options->candidates < room ? options->candidates : room;
    for (int i = 0; i < f->kept_count && *count < most; i++) {
        bool fresh = true;
        for (int k = 0; k < *count && fresh; k++)
            fresh = !is_same(&out[k].place, &f->kept[i].place);
        if (fresh) {
            out[*count] = f->kept[i];
            out[(*count)++].score = f->kept[i].score * unit + (double)framer->coarse.bias;
        }
    }
    return KN_OK;
}

void pl_find_window(pl_finder *f, const pl_framer *framer, const pl_face_place *place,
                    uint8_t out[PL_WINDOW_FEATURES])
{
    pl_window_features(pl_pyramid_at(&f->pyramid, place->side), place, pl_framer_tall(framer), out,
                       &f->window);
}

static double within(double v, double limit)
{
    return v > limit ? limit : v < -limit ? -limit : v;
}

pl_face_place pl_find_correct(pl_finder *f, const pl_framer *framer, pl_face_place place)
{
    static const int order[CORRECTIONS] = {0, 1, 1, 2, 2, 3};
    const pl_raster *finest = &f->pyramid.level[0],
                    *coarsest = &f->pyramid.level[f->pyramid.count - 1];
    for (int i = 0; i < CORRECTIONS; i++) {
        const pl_step *s = &framer->step[order[i]];
        uint8_t x[PL_WINDOW_FEATURES];
        pl_find_window(f, framer, &place, x);
        const pl_move by = {within(pl_linear_score(&s->scale, x), STEP_SCALE),
                            within(pl_linear_score(&s->dx, x), STEP_SHIFT),
                            within(pl_linear_score(&s->dy, x), STEP_SHIFT),
                            within(pl_linear_score(&s->turn, x), STEP_TURN)};
        place = pl_place_moved(&place, pl_framer_tall(framer), &by);
        /* a frame that has run out of what was searched is no face; it stays where windows can be made */
        place.side = fmax(0.5 * PL_FRAME_PIXELS / finest->qx,
                          fmin(place.side, 2 * PL_FRAME_PIXELS / coarsest->qx));
        place.x = fmax(-place.side, fmin(place.x, finest->w / finest->qx + place.side));
        place.y = fmax(-place.side, fmin(place.y, finest->h / finest->qy + place.side));
    }
    return place;
}

/* Leaves out what overlaps a surer one. */
static int thin_out(pl_found *found, int count, double tall, int room)
{
    int kept = 0;
    qsort(found, (size_t)count, sizeof *found, by_score);
    for (int i = 0; i < count && kept < room; i++) {
        bool fresh = true;
        for (int k = 0; k < kept && fresh; k++)
            fresh = pl_place_overlap(&found[k].place, &found[i].place, tall) <= OVERLAP;
        if (fresh)
            found[kept++] = found[i];
    }
    return kept;
}

kn_status pl_find(pl_finder *f, const pl_framer *framer, const pl_raster *picture,
                  const pl_find_options *options, pl_found *out, int room, int *count, kn_error *e)
{
    pl_found near[64];
    int n = 0;
    assert(options->candidates <= 64);
    KN_TRY(pl_find_places(f, framer, picture, options, near, 64, &n, e));
    for (int i = 0; i < n; i++) {
        uint8_t x[PL_WINDOW_FEATURES];
        near[i].place = pl_find_correct(f, framer, near[i].place);
        pl_find_window(f, framer, &near[i].place, x);
        near[i].score += pl_judge_score(&framer->judge, x);
    }
    n = thin_out(near, n, pl_framer_tall(framer), room);
    memcpy(out, near, (size_t)n * sizeof *out);
    *count = n;
    return KN_OK;
}
