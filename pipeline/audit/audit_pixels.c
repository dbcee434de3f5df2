#include "audit/audit_pixels.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "audit/picture_hash.h"
#include "data/picture_facts.h"
#include "util/clock.h"
#include "util/interrupt.h"
#include "util/log.h"

enum { IMAGES_PER_TASK = 64, TASKS_AT_ONCE = 64 };

const char *const pl_measure_names[PL_MEASURES] = {
    "width", "height", "aspect", "bytes", "brightness", "contrast", "sharpness", "saturation"};

typedef struct pass {
    const pl_audit_data *d;
    pl_audit_pixels *out;
    size_t first;
    pthread_mutex_t mutex; /* of sum */
    int64_t sum[PL_CELLS_SIDE][PL_CELLS_SIDE];
} pass;

static void look_at(const pl_audit_data *d, pl_audit_pixels *out, size_t i,
                    int64_t sum[PL_CELLS_SIDE][PL_CELLS_SIDE])
{
    size_t bytes = (size_t)d->w * (size_t)d->h * (size_t)d->c;
    const uint8_t *x = (const uint8_t *)d->x.data + i * bytes;
    const uint32_t *file = (const uint32_t *)d->files.data + 3 * i;
    pl_facts facts;
    pl_cells cells;
    uint64_t hash[KN_HASH_WORDS];
    pl_picture_facts(x, d->w, d->h, d->c, &facts);
    pl_cells_of(x, d->w, d->h, d->c, &cells);
    pl_picture_hash(&cells, hash);
    const double value[PL_MEASURES] = {file[0],         file[1],          (double)file[0] / file[1],
                                       file[2],         facts.brightness, facts.contrast,
                                       facts.sharpness, facts.saturation};
    for (int m = 0; m < PL_MEASURES; m++)
        out->value[m][i] = value[m];
    for (int k = 0; k < KN_HASH_WORDS; k++)
        out->word[k][i] = hash[k];
    for (int y = 0; y < PL_CELLS_SIDE; y++)
        for (int k = 0; k < PL_CELLS_SIDE; k++)
            sum[y][k] += cells.v[y][k];
}

/* Sums of integers: in any order the same. */
static void run_task(void *context, size_t task, int worker)
{
    pass *p = context;
    size_t from = p->first + task * IMAGES_PER_TASK, to = from + IMAGES_PER_TASK;
    int64_t sum[PL_CELLS_SIDE][PL_CELLS_SIDE] = {{0}};
    (void)worker;
    for (size_t i = from; i < to && i < p->d->count; i++)
        look_at(p->d, p->out, i, sum);
    pthread_mutex_lock(&p->mutex);
    for (int y = 0; y < PL_CELLS_SIDE; y++)
        for (int x = 0; x < PL_CELLS_SIDE; x++)
            p->sum[y][x] += sum[y][x];
    pthread_mutex_unlock(&p->mutex);
}

static void find_common(pass *p)
{
    int64_t n = (int64_t)p->d->count;
    for (int y = 0; y < PL_CELLS_SIDE; y++)
        for (int x = 0; x < PL_CELLS_SIDE; x++)
            p->out->common.v[y][x] = (int16_t)((p->sum[y][x] + n / 2) / n);
}

kn_status pl_audit_pixels_read(const pl_audit_data *d, kn_pool *pool, double deadline,
                               pl_audit_pixels *out, kn_error *e)
{
    kn_status rc = KN_OK;
    memset(out, 0, sizeof *out);
    for (int k = 0; k < KN_HASH_WORDS; k++)
        out->word[k] = calloc(d->count, sizeof *out->word[k]);
    for (int m = 0; m < PL_MEASURES; m++)
        out->value[m] = calloc(d->count, sizeof *out->value[m]);
    for (int k = 0; k < KN_HASH_WORDS + PL_MEASURES; k++)
        if (k < KN_HASH_WORDS ? !out->word[k] : !out->value[k - KN_HASH_WORDS])
            rc = kn_fail(e, KN_ENOMEM, "no memory to look at %zu images", d->count);
    pass p = {.d = d, .out = out};
    pthread_mutex_init(&p.mutex, NULL);
    pl_progress *progress = d->count < PL_AUDIT_LONG
                                ? NULL
                                : pl_progress_new("audit: pictures", "images", (double)d->count);
    while (rc == KN_OK && p.first < d->count) {
        size_t left = (d->count - p.first + IMAGES_PER_TASK - 1) / IMAGES_PER_TASK;
        size_t tasks = left < TASKS_AT_ONCE ? left : TASKS_AT_ONCE;
        kn_pool_run(pool, tasks, run_task, &p);
        p.first += tasks * IMAGES_PER_TASK;
        pl_progress_update(progress, (double)(p.first < d->count ? p.first : d->count));
        rc = pl_interrupt_check(e);
        if (rc == KN_OK && deadline > 0 && pl_now() >= deadline)
            rc = kn_fail(e, KN_EPAUSED, "the time is up");
    }
    pl_progress_end(progress);
    find_common(&p);
    pthread_mutex_destroy(&p.mutex);
    if (rc != KN_OK)
        pl_audit_pixels_clear(out);
    return rc;
}

void pl_audit_pixels_clear(pl_audit_pixels *p)
{
    for (int k = 0; k < KN_HASH_WORDS; k++)
        free(p->word[k]);
    for (int m = 0; m < PL_MEASURES; m++)
        free(p->value[m]);
    memset(p, 0, sizeof *p);
}
