#include "framing/learn.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "framing/judge_fit.h"
#include "framing/linear_fit.h"
#include "framing/mining.h"
#include "framing/scenes.h"
#include "framing/texture.h"
#include "util/interrupt.h"

enum {
    ROUNDS = 3,
    SCENES = 1000, /* of each round with a face, where there are as many faces */
    SAMPLES = 3,   /* of each face for each regression */
    MOVES = 4,
    SEED = 20
};

/* Purposes of random numbers (framing/scenes.h). */
enum { TO_DRAW = 1, TO_STEP = 10, TO_ACCEPT = 20, TO_REFUSE = 21, TO_JUDGE = 22 };

/* How far off the windows of a regression are: what the one before leaves. */
static const struct {
    double scale, shift, turn;
} reach[PL_FRAMER_STEPS] = {{0.35, 0.14, 22}, {0.2, 0.08, 12}, {0.1, 0.05, 7}, {0.06, 0.025, 4}};

/* Of a scan's place that is nearest to a face: half a step of size, half a step of place, and as upright as the picture. */
static const double COARSE_SCALE = 0.13, COARSE_SHIFT = 0.045;

/* Of a place after its corrections. */
static const double JUDGE_SCALE = 0.12, JUDGE_SHIFT = 0.05, JUDGE_TURN = 8;

/* Weights of the losses; chosen on training faces held back. */
static const double RIDGE = 20, COARSE_C = 0.1;

/* Of scenes with faces held back this share is refused: they are harder than most pictures, of which fewer are. */
static const double REFUSE = 0.03;

typedef struct learning {
    pl_scenes scenery;
    size_t taught;         /* faces that are learned from: the first ones */
    size_t scenes;         /* of a round; and that set the threshold, with a face and without one */
    size_t textures, held; /* drawn to be learned from, and more that set the threshold */
    kn_pool *pool;
    pl_framer *framer;
    pl_scene *scene; /* by worker */
    uint8_t *texture;
    int purpose;
    int step;   /* regression in work */
    uint8_t *x; /* [tasks, PL_WINDOW_FEATURES]: windows in work */
    float *y;   /* [tasks, MOVES] */
} learning;

static void draw_texture(void *context, size_t task, int worker)
{
    learning *l = context;
    (void)worker;
    kn_rng rng = pl_scenes_rng(&l->scenery, TO_DRAW, task);
    pl_texture_draw(&rng, PL_TEXTURE_SIDE, l->texture + task * PL_TEXTURE_SIDE * PL_TEXTURE_SIDE);
}

static void take_window(learning *l, const pl_scene *scene, const pl_face_place *place, size_t task)
{
    pl_window_scratch scratch;
    pl_window_features(&scene->level, place, l->scenery.tall, l->x + task * PL_WINDOW_FEATURES,
                       &scratch);
}

/* A window off its face, and the move that would put it right. */
static void step_sample(void *context, size_t task, int worker)
{
    learning *l = context;
    pl_scene *scene = &l->scene[worker];
    kn_rng rng = pl_scenes_rng(&l->scenery, l->purpose, task);
    pl_scene_draw(&l->scenery, &rng, task / SAMPLES, scene);
    pl_face_place from = pl_place_shaken(&scene->truth, l->scenery.tall, reach[l->step].scale,
                                         reach[l->step].shift, reach[l->step].turn, &rng);
    pl_move by = pl_place_between(&from, &scene->truth, l->scenery.tall);
    const double move[MOVES] = {by.scale, by.dx, by.dy, by.turn};
    for (int i = 0; i < MOVES; i++)
        l->y[task * MOVES + (size_t)i] = (float)move[i];
    take_window(l, scene, &from, task);
}

/* Draws the scene of a face; a place off it. */
static pl_face_place draw_face(learning *l, int purpose, size_t task, int worker, double scale,
                               double shift, double turn)
{
    pl_scene *scene = &l->scene[worker];
    kn_rng rng = pl_scenes_rng(&l->scenery, purpose, task);
    pl_scene_draw(&l->scenery, &rng, task, scene);
    return pl_place_shaken(&scene->truth, l->scenery.tall, scale, shift, turn, &rng);
}

/* A face as the scan sees it. */
static void accept_sample(void *context, size_t task, int worker)
{
    learning *l = context;
    pl_face_place place = draw_face(l, TO_ACCEPT, task, worker, COARSE_SCALE, COARSE_SHIFT, 0);
    place.turn = 0;
    take_window(l, &l->scene[worker], &place, task);
}

/* A face as it is judged. */
static void judge_sample(void *context, size_t task, int worker)
{
    learning *l = context;
    pl_face_place place =
        draw_face(l, TO_JUDGE, task, worker, JUDGE_SCALE, JUDGE_SHIFT, JUDGE_TURN);
    take_window(l, &l->scene[worker], &place, task);
}

/* A window anywhere in a texture. */
static void refuse_sample(void *context, size_t task, int worker)
{
    learning *l = context;
    pl_scene *scene = &l->scene[worker];
    kn_rng rng = pl_scenes_rng(&l->scenery, TO_REFUSE, task);
    pl_scene_draw_empty(&l->scenery, &rng, scene);
    const pl_face_place place = {.x = scene->level.w * kn_rng_uniform64(&rng),
                                 .y = scene->level.h * l->scenery.tall * kn_rng_uniform64(&rng),
                                 .side = PL_FRAME_PIXELS * (0.7 + 2 * kn_rng_uniform64(&rng))};
    take_window(l, scene, &place, task);
}

static kn_status learn_step(learning *l, int step, kn_error *e)
{
    pl_step *s = &l->framer->step[step];
    pl_linear *const out[MOVES] = {&s->scale, &s->dx, &s->dy, &s->turn};
    l->step = step;
    l->purpose = TO_STEP + step;
    kn_pool_run(l->pool, l->taught * SAMPLES, step_sample, l);
    KN_TRY(pl_interrupt_check(e));
    return pl_linear_fit_values(l->x, l->y, l->taught * SAMPLES, MOVES, RIDGE, out, e);
}

static kn_status add_samples(learning *l, kn_task_fn sample, int label, pl_windows *to, kn_error *e)
{
    kn_pool_run(l->pool, l->taught, sample, l);
    KN_TRY(pl_windows_reserve(to, l->taught, e));
    for (size_t i = 0; i < l->taught; i++)
        pl_windows_add(to, l->x + i * PL_WINDOW_FEATURES, label);
    return pl_interrupt_check(e);
}

static kn_status fit(learning *l, const pl_windows *w, double c, pl_linear *out, kn_error *e)
{
    return pl_linear_fit_classes(w->x, w->label, w->rows, c, l->pool, out, e);
}

/* The scan's scorer and the judge: each round looks where the last one's scorers would. */
static kn_status learn_scorers(learning *l, pl_windows *coarse, pl_windows *judge, kn_error *e)
{
    KN_TRY(add_samples(l, accept_sample, 1, coarse, e));
    KN_TRY(add_samples(l, refuse_sample, 0, coarse, e));
    KN_TRY(fit(l, coarse, COARSE_C, &l->framer->coarse, e));
    KN_TRY(add_samples(l, judge_sample, 1, judge, e));
    for (int round = 0; round < ROUNDS; round++) {
        KN_TRY(pl_mine(&l->scenery, l->framer, l->taught, l->scenes, round, l->pool, coarse, judge,
                       e));
        KN_TRY(pl_interrupt_check(e));
        KN_TRY(fit(l, coarse, COARSE_C, &l->framer->coarse, e));
    }
    return pl_judge_fit(judge->x, judge->label, judge->rows, l->pool, &l->framer->judge, e);
}

static int by_value(const void *a, const void *b)
{
    const double *p = a, *q = b;
    return (*p > *q) - (*p < *q);
}

/* The threshold, on faces that were held back; and what it does. */
static kn_status set_threshold(learning *l, kn_error *e)
{
    const size_t checked = l->scenes;
    double faces[SCENES], empty[SCENES];
    pl_scenes held = l->scenery;
    held.texture += l->textures * PL_TEXTURE_SIDE * PL_TEXTURE_SIDE;
    held.textures = l->held;
    KN_TRY(pl_mine_scores(&held, l->framer, l->taught, true, checked, l->pool, faces, e));
    KN_TRY(pl_mine_scores(&held, l->framer, 0, false, checked, l->pool, empty, e));
    qsort(faces, checked, sizeof *faces, by_value);
    size_t below = (size_t)(REFUSE * (double)checked), refused = 0;
    double t = faces[below];
    for (size_t i = 0; i < checked; i++)
        refused += empty[i] < t;
    l->framer->threshold = t;
    l->framer->kept = 1 - (double)below / (double)checked;
    l->framer->refused = (double)refused / (double)checked;
    return KN_OK;
}

static kn_status learn(learning *l, kn_error *e)
{
    pl_windows coarse = {0}, judge = {0};
    size_t rows = l->taught * SAMPLES;
    l->texture = malloc((l->textures + l->held) * PL_TEXTURE_SIDE * PL_TEXTURE_SIDE);
    l->scene = malloc((size_t)kn_pool_size(l->pool) * sizeof *l->scene);
    l->x = malloc(rows * PL_WINDOW_FEATURES);
    l->y = malloc(rows * MOVES * sizeof *l->y);
    kn_status rc = KN_OK;
    if (!l->texture || !l->scene || !l->x || !l->y)
        rc = kn_fail(e, KN_ENOMEM, "no memory to learn framing from %zu faces", l->taught);
    if (rc == KN_OK)
        kn_pool_run(l->pool, l->textures + l->held, draw_texture, l);
    l->scenery.texture = l->texture;
    l->scenery.textures = l->textures;
    for (int step = 0; rc == KN_OK && step < PL_FRAMER_STEPS; step++)
        rc = learn_step(l, step, e);
    if (rc == KN_OK)
        rc = learn_scorers(l, &coarse, &judge, e);
    if (rc == KN_OK)
        rc = set_threshold(l, e);
    pl_windows_clear(&coarse);
    pl_windows_clear(&judge);
    free(l->texture);
    free(l->scene);
    free(l->x);
    free(l->y);
    return rc;
}

kn_status pl_framer_learn(const uint8_t *face, size_t faces, int width, int height, kn_pool *pool,
                          pl_framer *out, kn_error *e)
{
    memset(out, 0, sizeof *out);
    if (faces < PL_LEARN_FACES_MIN)
        return kn_fail(e, KN_EDATA,
                       "%zu training pictures are too few to learn their framing: %d are needed",
                       faces, PL_LEARN_FACES_MIN);
    faces = faces > PL_LEARN_FACES_MAX ? PL_LEARN_FACES_MAX : faces;
    out->width = width;
    out->height = height;
    out->faces = (long long)faces;
    learning l = {
        .scenery = {.face = face, .faces = faces, .tall = (double)height / width, .seed = SEED},
        .taught = faces - faces / 10,
        .pool = pool,
        .framer = out};
    l.scenes = l.taught < SCENES ? l.taught : SCENES;
    l.textures = l.scenes + l.scenes / 5;
    l.held = l.scenes * 2 / 5;
    return learn(&l, e);
}
