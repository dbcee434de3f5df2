#include "framing/mining.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PLACES = 8, WRONG_KEPT = 8, EMPTY = 2, PURPOSE_MINE = 100, PURPOSE_SCORE = 120 };

kn_status pl_windows_reserve(pl_windows *w, size_t more, kn_error *e)
{
    size_t need = w->rows + more;
    if (need <= w->room)
        return KN_OK;
    uint8_t *x = realloc(w->x, need * PL_WINDOW_FEATURES);
    if (x)
        w->x = x;
    uint8_t *label = realloc(w->label, need);
    if (label)
        w->label = label;
    if (!x || !label)
        return kn_fail(e, KN_ENOMEM, "no memory for %zu windows", need);
    w->room = need;
    return KN_OK;
}

void pl_windows_add(pl_windows *w, const uint8_t x[PL_WINDOW_FEATURES], int label)
{
    memcpy(w->x + w->rows * PL_WINDOW_FEATURES, x, PL_WINDOW_FEATURES);
    w->label[w->rows++] = (uint8_t)label;
}

void pl_windows_clear(pl_windows *w)
{
    free(w->x);
    free(w->label);
    memset(w, 0, sizeof *w);
}

/* How near a place is to the right one that the judge is to accept. */
static const double RIGHT_SCALE = 0.15, RIGHT_SHIFT = 0.07, RIGHT_TURN = 10;

/* What a search of one scene leaves. label: -1 left out */
typedef struct dug {
    uint8_t coarse[PLACES][PL_WINDOW_FEATURES], judge[PLACES][PL_WINDOW_FEATURES];
    int8_t coarse_label[PLACES], judge_label[PLACES];
    int places;
    double best;
} dug;

typedef struct digging {
    const pl_scenes *s;
    const pl_framer *framer;
    size_t first, faces; /* that scenes are drawn from */
    size_t with_face;    /* scenes: the first ones have a face */
    int purpose;
    pl_finder **finder; /* by worker */
    pl_scene *scene;    /* by worker */
    dug *found;         /* by scene; NULL where scores alone are asked for */
    double *score;
    kn_status *status;
} digging;

/* Of a scan's place: 0 where no face is, -1 where one may be. */
static int coarse_label(const pl_move *off)
{
    return fabs(off->scale) > 0.4 || hypot(off->dx, off->dy) > 0.25 ? 0 : -1;
}

/* The judge is to tell faces from pictures of nothing. Wrong places at a face are many and alike, and too hard for it: all of them
 * taken, it learns them at the cost of what it is for; one in WRONG_KEPT is enough for right places to be the surest. */
static int judge_label(const pl_move *off, size_t scene, int place)
{
    double shift = hypot(off->dx, off->dy), turn = fabs(off->turn), scale = fabs(off->scale);
    if (scale < RIGHT_SCALE && shift < RIGHT_SHIFT && turn < RIGHT_TURN)
        return 1;
    bool wrong = scale > 0.25 || shift > 0.12 || turn > 18;
    return wrong && (scene + (size_t)place) % WRONG_KEPT == 0 ? 0 : -1;
}

static kn_status dig(digging *d, pl_finder *finder, const pl_scene *scene, bool face, size_t task,
                     dug *out)
{
    const pl_find_options options = pl_find_best();
    pl_found found[PLACES];
    kn_status rc = pl_find_places(finder, d->framer, &scene->level, &options, found, PLACES,
                                  &out->places, NULL);
    for (int i = 0; rc == KN_OK && i < out->places; i++) {
        pl_move off = pl_place_between(&found[i].place, &scene->truth, d->s->tall);
        out->coarse_label[i] = (int8_t)(face ? coarse_label(&off) : 0);
        pl_find_window(finder, d->framer, &found[i].place, out->coarse[i]);
        pl_face_place place = pl_find_correct(finder, d->framer, found[i].place);
        off = pl_place_between(&place, &scene->truth, d->s->tall);
        out->judge_label[i] = (int8_t)(face ? judge_label(&off, task, i) : 0);
        pl_find_window(finder, d->framer, &place, out->judge[i]);
    }
    return rc;
}

static kn_status best(digging *d, pl_finder *finder, const pl_scene *scene, double *score)
{
    const pl_find_options options = pl_find_best();
    pl_found found;
    int count = 0;
    kn_status rc = pl_find(finder, d->framer, &scene->level, &options, &found, 1, &count, NULL);
    *score = count ? found.score : -(double)INFINITY;
    return rc;
}

static void work(void *context, size_t task, int worker)
{
    digging *d = context;
    kn_rng rng = pl_scenes_rng(d->s, d->purpose, task);
    pl_scene *scene = &d->scene[worker];
    bool face = task < d->with_face;
    if (face)
        pl_scene_draw(d->s, &rng, d->first + kn_rng_below(&rng, (uint32_t)d->faces), scene);
    else
        pl_scene_draw_empty(d->s, &rng, scene);
    d->status[task] = d->found ? dig(d, d->finder[worker], scene, face, task, &d->found[task])
                               : best(d, d->finder[worker], scene, &d->score[task]);
}

static kn_status run(digging *d, size_t scenes, kn_pool *pool, kn_error *e)
{
    size_t workers = (size_t)kn_pool_size(pool);
    d->finder = calloc(workers, sizeof *d->finder);
    d->scene = malloc(workers * sizeof *d->scene);
    d->status = calloc(scenes, sizeof *d->status);
    kn_status rc = KN_OK;
    if (!d->finder || !d->scene || !d->status)
        rc = kn_fail(e, KN_ENOMEM, "no memory to search %zu scenes", scenes);
    for (size_t i = 0; rc == KN_OK && i < workers; i++)
        d->finder[i] = pl_finder_new();
    if (rc == KN_OK)
        kn_pool_run(pool, scenes, work, d);
    for (size_t i = 0; rc == KN_OK && i < scenes; i++)
        if (d->status[i] != KN_OK)
            rc = kn_fail(e, d->status[i], "no memory to search a scene");
    for (size_t i = 0; d->finder && i < workers; i++)
        pl_finder_free(d->finder[i]);
    free(d->finder);
    free(d->scene);
    free(d->status);
    return rc;
}

static kn_status gather(const dug *found, size_t scenes, pl_windows *coarse, pl_windows *judge,
                        kn_error *e)
{
    KN_TRY(pl_windows_reserve(coarse, scenes * PLACES, e));
    KN_TRY(pl_windows_reserve(judge, scenes * PLACES, e));
    for (size_t i = 0; i < scenes; i++)
        for (int k = 0; k < found[i].places; k++) {
            if (found[i].coarse_label[k] >= 0)
                pl_windows_add(coarse, found[i].coarse[k], found[i].coarse_label[k]);
            if (found[i].judge_label[k] >= 0)
                pl_windows_add(judge, found[i].judge[k], found[i].judge_label[k]);
        }
    return KN_OK;
}

kn_status pl_mine(const pl_scenes *s, const pl_framer *framer, size_t faces, size_t scenes,
                  int round, kn_pool *pool, pl_windows *coarse, pl_windows *judge, kn_error *e)
{
    digging d = {.s = s,
                 .framer = framer,
                 .faces = faces,
                 .with_face = scenes,
                 .purpose = PURPOSE_MINE + round};
    size_t all = (1 + EMPTY) * scenes;
    d.found = malloc(all * sizeof *d.found);
    kn_status rc = d.found ? run(&d, all, pool, e)
                           : kn_fail(e, KN_ENOMEM, "no memory to search %zu scenes", all);
    if (rc == KN_OK)
        rc = gather(d.found, all, coarse, judge, e);
    free(d.found);
    return rc;
}

kn_status pl_mine_scores(const pl_scenes *s, const pl_framer *framer, size_t first, bool with_face,
                         size_t scenes, kn_pool *pool, double *score, kn_error *e)
{
    digging d = {.s = s,
                 .framer = framer,
                 .first = first,
                 .faces = s->faces - first,
                 .with_face = with_face ? scenes : 0,
                 .purpose = PURPOSE_SCORE + with_face,
                 .score = score};
    return run(&d, scenes, pool, e);
}
