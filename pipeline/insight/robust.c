#include "insight/robust.h"

#include <stdlib.h>
#include <string.h>

#include "framing/find.h"
#include "image/gray.h"
#include "stages/dataset.h"
#include "util/interrupt.h"

typedef struct measuring {
    const pl_robust_input *in;
    pl_dataset data;
    pl_npy test;
    size_t images;
    kn_shape shape;
    uint8_t *x, *aligned; /* [images, shape]: as disturbed, and then aligned */
    uint8_t *label;       /* [images, targets] */
    uint8_t *face;        /* [images]: found */
    uint32_t *index;
    float *probability; /* [images, targets] */
    pl_finder **finder; /* by worker */
    uint8_t **grey;     /* by worker */
    void **scratch;     /* by worker */
    kn_status *status;  /* by image */
    pl_disturbance kind;
    double amount;
} measuring;

/* The i-th image taken. */
static uint32_t image_of(const measuring *m, size_t i)
{
    const uint32_t *index = m->test.data;
    return index[i * (size_t)m->test.dim[0] / m->images];
}

/* A cached image is a frame squeezed to the model's size: one unit of the picture is a frame's width. */
static kn_status align(measuring *m, const uint8_t *x, int worker, uint8_t *y, uint8_t *face)
{
    const pl_framer *f = m->in->framer;
    const kn_shape s = m->shape;
    const pl_find_options options = pl_find_best();
    pl_raster seen = {.w = s.w, .h = s.h, .c = 1, .qx = s.w, .qy = s.h / pl_framer_tall(f), .x = x};
    if (s.c == 3) {
        kn_gray_from_rgb((size_t)s.w * (size_t)s.h, x, m->grey[worker]);
        seen.x = m->grey[worker];
    }
    pl_found found;
    int count = 0;
    kn_status rc = pl_find(m->finder[worker], f, &seen, &options, &found, 1, &count, NULL);
    *face = rc == KN_OK && count > 0 && found.score >= f->threshold;
    if (!*face)
        return rc;
    kn_warp map = pl_place_map(&found.place, pl_framer_tall(f), 1, &seen, s.w, s.h);
    kn_warp_u8(&map, KN_BORDER_EDGE, 0, s, x, s, y);
    return KN_OK;
}

static void prepare(void *context, size_t i, int worker)
{
    measuring *m = context;
    size_t row = kn_shape_size(m->shape);
    uint32_t image = image_of(m, i);
    const uint8_t *from = (const uint8_t *)m->data.x.data + image * row;
    m->status[i] = pl_disturb(m->kind, m->amount, m->shape, image, from, m->x + i * row,
                              m->scratch[worker], NULL);
    if (m->status[i] == KN_OK && m->in->framer)
        m->status[i] = align(m, m->x + i * row, worker, m->aligned + i * row, &m->face[i]);
}

static pl_robust_point count(const measuring *m, bool aligned, size_t target)
{
    size_t targets = m->in->model->targets;
    pl_robust_point out = {0, 0, 0};
    for (size_t i = 0; i < m->images; i++) {
        uint8_t label = m->label[i * targets + target];
        bool answered = !aligned || m->face[i];
        if (label == KN_LABEL_MISSING)
            continue;
        out.images++;
        out.answered += answered;
        out.right += answered && (m->probability[i * targets + target] > 0.5f) == (label != 0);
    }
    return out;
}

/* The condition made last, by every model. */
static kn_status judge(measuring *m, bool aligned, int step, pl_robust *out, kn_error *e)
{
    const pl_predictions *p = m->in->model;
    const kn_batch batch = {
        .x = aligned ? m->aligned : m->x, .index = m->index, .count = m->images};
    for (size_t k = 0; k < p->models; k++) {
        KN_TRY(kn_trainer_predict(p->by[k].trainer, &batch, m->probability, NULL, e));
        for (size_t t = 0; t < p->targets; t++)
            out[k * p->targets + t].point[aligned][m->kind][step] = count(m, aligned, t);
    }
    return KN_OK;
}

static kn_status measure_all(measuring *m, pl_robust *out, kn_error *e)
{
    int done = 0;
    for (int k = 0; k < PL_DISTURB_COUNT; k++)
        for (int s = 0; s < PL_DISTURB_STEPS; s++) {
            m->kind = (pl_disturbance)k;
            m->amount = pl_disturbances[k].amount[s];
            kn_pool_run(m->in->pool, m->images, prepare, m);
            KN_TRY(pl_interrupt_check(e));
            for (size_t i = 0; i < m->images; i++)
                if (m->status[i] != KN_OK)
                    return kn_fail(e, m->status[i], "%s %g: an image cannot be made",
                                   pl_disturbances[k].name, m->amount);
            KN_TRY(judge(m, false, s, out, e));
            if (m->in->framer)
                KN_TRY(judge(m, true, s, out, e));
            pl_progress_update(m->in->progress, ++done);
        }
    return KN_OK;
}

static kn_status open_side(measuring *m, kn_error *e)
{
    const pl_robust_input *in = m->in;
    KN_TRY(pl_dataset_open(in->ingest, &m->data, e));
    KN_TRY(pl_dataset_check_net(&m->data, in->model->model->net, e));
    KN_TRY(pl_side_open(in->split, "test", &m->data, &m->test, e));
    m->shape = m->data.shape;
    m->images = (size_t)m->test.dim[0];
    if (m->images == 0)
        return kn_fail(e, KN_EDATA, "the run's split has no test images");
    if (in->most > 0 && m->images > in->most)
        m->images = in->most;
    return KN_OK;
}

static kn_status make_room(measuring *m, kn_error *e)
{
    size_t n = m->images, row = kn_shape_size(m->shape), targets = m->in->model->targets;
    size_t workers = (size_t)kn_pool_size(m->in->pool);
    m->x = malloc(n * row);
    m->aligned = calloc(n, row);
    m->label = malloc(n * targets);
    m->face = calloc(n, 1);
    m->index = malloc(n * sizeof *m->index);
    m->probability = malloc(n * targets * sizeof *m->probability);
    m->status = calloc(n, sizeof *m->status);
    m->finder = calloc(workers, sizeof *m->finder);
    m->grey = calloc(workers, sizeof *m->grey);
    m->scratch = calloc(workers, sizeof *m->scratch);
    bool ok = m->x && m->aligned && m->label && m->face && m->index && m->probability &&
              m->status && m->finder && m->grey && m->scratch;
    for (size_t i = 0; ok && i < workers; i++) {
        m->finder[i] = pl_finder_new();
        m->grey[i] = malloc(row);
        m->scratch[i] = malloc(pl_disturb_scratch(m->shape));
        ok = m->grey[i] && m->scratch[i];
    }
    if (!ok)
        return kn_fail(e, KN_ENOMEM, "no memory for %zu test images", n);
    for (size_t i = 0; i < n; i++) {
        m->index[i] = (uint32_t)i;
        memcpy(m->label + i * targets, (const uint8_t *)m->data.y.data + image_of(m, i) * targets,
               targets);
    }
    return KN_OK;
}

static void clear(measuring *m)
{
    size_t workers = (size_t)kn_pool_size(m->in->pool);
    for (size_t i = 0; i < workers; i++) {
        pl_finder_free(m->finder ? m->finder[i] : NULL);
        free(m->grey ? m->grey[i] : NULL);
        free(m->scratch ? m->scratch[i] : NULL);
    }
    free(m->finder);
    free(m->grey);
    free(m->scratch);
    free(m->status);
    free(m->probability);
    free(m->index);
    free(m->face);
    free(m->label);
    free(m->aligned);
    free(m->x);
    pl_npy_close(&m->test);
    pl_dataset_close(&m->data);
}

kn_status pl_robust_measure(const pl_robust_input *in, pl_robust *out, kn_error *e)
{
    measuring m = {.in = in};
    size_t curves = in->model->models * in->model->targets;
    memset(out, 0, curves * sizeof *out);
    kn_status rc = open_side(&m, e);
    if (rc == KN_OK)
        rc = make_room(&m, e);
    if (rc == KN_OK)
        rc = measure_all(&m, out, e);
    for (size_t i = 0; i < curves; i++)
        out[i].aligned = in->framer != NULL;
    clear(&m);
    return rc;
}
