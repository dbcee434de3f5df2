#include "data/ingest.h"

#include <stdlib.h>
#include <string.h>

#include "data/ingest_state.h"
#include "data/pump.h"
#include "util/digest.h"
#include "util/fs.h"
#include "util/str.h"

/* Written pages are dropped from memory each time this many bytes were added. */
static const size_t FLUSH_BYTES = (size_t)32 << 20;

static void *must(void *p)
{
    if (!p)
        abort();
    return p;
}

/* The table, and the columns that are told: named, or all of them. */
static kn_status read_labels(pl_ingest *g, kn_error *e)
{
    const pl_ingest_request *q = g->request;
    KN_TRY(q->targets == 1 ? pl_labels_read(q->labels, &g->labels, e)
                           : pl_labels_read_gaps(q->labels, &g->labels, e));
    g->targets = q->targets ? (size_t)q->targets : g->labels.columns;
    if (g->targets > PL_INGEST_TARGETS)
        return kn_fail(e, KN_EUSAGE,
                       "%s has %zu columns, more than the %d attributes that one model tells; name "
                       "those that data.target is to have",
                       q->labels, g->labels.columns, PL_INGEST_TARGETS);
    for (size_t k = 0; k < g->targets; k++) {
        g->target[k] = k;
        if (q->targets)
            KN_TRY(pl_labels_column(&g->labels, q->target[k], &g->target[k], e));
    }
    return KN_OK;
}

/* Its row; of one target only where that is known. */
static ptrdiff_t labelled_row(const pl_ingest *g, const char *name)
{
    ptrdiff_t row = pl_names_find(&g->labels.names, name);
    if (row < 0 || g->targets > 1)
        return row;
    return g->labels.value[(size_t)row * g->labels.columns + g->target[0]] ? row : -1;
}

/* Gives each labelled picture its place, in order of names. */
static kn_status match(pl_ingest *g, kn_error *e)
{
    const pl_ingest_request *q = g->request;
    size_t all = pl_source_count(g->source), found = 0;
    g->pictures = q->limit > 0 && (size_t)q->limit < all ? (size_t)q->limit : all;
    g->row = must(malloc(g->pictures * sizeof *g->row));
    g->slot = must(malloc(g->pictures * sizeof *g->slot));
    for (size_t i = 0; i < g->pictures; i++) {
        g->row[i] = labelled_row(g, pl_source_name(g->source, i));
        g->slot[i] = g->slots;
        g->slots += g->row[i] >= 0;
    }
    for (size_t i = 0; i < all; i++)
        found += pl_names_find(&g->labels.names, pl_source_name(g->source, i)) >= 0;
    g->counts.pictures = (int64_t)g->pictures;
    g->counts.unlabelled = (int64_t)(g->pictures - g->slots);
    g->counts.labels_without_image = (int64_t)(g->labels.names.count - found);
    if (g->slots == 0)
        return kn_fail(e, KN_EDATA,
                       "no picture of '%s' has a row in '%s'; the first picture is '%s', the first "
                       "row is '%s'",
                       q->images, q->labels, pl_source_name(g->source, 0),
                       pl_names_get(&g->labels.names, 0));
    return KN_OK;
}

static unsigned nibble(char hex)
{
    return (unsigned)(hex <= '9' ? hex - '0' : hex - 'a' + 10);
}

/* Half of the SHA-256: two of 200,000 pictures share it by chance once in 10^28 data sets. */
static void note_file(pl_ingest *g, const pl_picture *picture, int worker)
{
    pl_ingest_file *file = &g->file[g->slot[picture->index]];
    int w, h;
    pl_fit_size(g->fit[worker], &w, &h);
    file->facts[0] = (uint32_t)w;
    file->facts[1] = (uint32_t)h;
    file->facts[2] = (uint32_t)picture->size;
    pl_digest d = pl_digest_bytes(picture->bytes, picture->size);
    for (int i = 0; i < PL_INGEST_DIGEST; i++)
        file->digest[i] = (uint8_t)(nibble(d.hex[2 * i]) << 4 | nibble(d.hex[2 * i + 1]));
}

static kn_status create_arrays(pl_ingest *g, kn_error *e)
{
    const pl_ingest_request *q = g->request;
    g->x = must(calloc((size_t)q->output_count, sizeof *g->x));
    g->file = must(calloc(g->slots, sizeof *g->file));
    for (int i = 0; i < q->output_count; i++)
        g->x[i].fd = -1;
    for (int i = 0; i < q->output_count; i++) {
        const pl_ingest_output *o = &q->outputs[i];
        const int64_t dim[] = {(int64_t)g->slots, o->h, o->w, o->channels};
        char *path = pl_path_join(o->dir, "X.npy");
        kn_status rc = pl_npy_create(path, PL_NPY_U1, 4, dim, &g->x[i], e);
        free(path);
        KN_TRY(rc);
    }
    return KN_OK;
}

static void create_fits(pl_ingest *g)
{
    const pl_ingest_request *q = g->request;
    size_t workers = (size_t)kn_pool_size(q->pool), count = (size_t)q->output_count;
    pl_fit_target *targets = must(calloc(count, sizeof *targets));
    for (size_t i = 0; i < count; i++)
        targets[i] = (pl_fit_target){q->outputs[i].w, q->outputs[i].h, q->outputs[i].channels,
                                     q->outputs[i].filter};
    g->fit = must(calloc(workers, sizeof(pl_fit *)));
    for (size_t i = 0; i < workers; i++)
        g->fit[i] = pl_fit_new(targets, q->output_count);
    free(targets);
}

static bool wants(void *context, size_t index)
{
    const pl_ingest *g = context;
    return index < g->pictures && g->row[index] >= 0;
}

static size_t row_bytes(const pl_npy *x)
{
    return (size_t)x->dim[1] * (size_t)x->dim[2] * (size_t)x->dim[3];
}

/* Under the mutex. */
static void note_broken(pl_ingest *g, size_t index, const char *reason)
{
    size_t n = (size_t)g->counts.broken++;
    if (n == g->broken_room) {
        g->broken_room = n ? n * 2 : 16;
        g->broken = must(realloc(g->broken, g->broken_room * sizeof *g->broken));
    }
    g->broken[n] = (pl_broken){index, pl_strdup(reason)};
}

static void work(void *context, const pl_picture *picture, int worker)
{
    enum { FEW = 16 };
    pl_ingest *g = context;
    size_t count = (size_t)g->request->output_count;
    uint8_t *few[FEW], **out = count <= FEW ? few : must(malloc(count * sizeof *out));
    kn_error error;
    for (size_t i = 0; i < count; i++)
        out[i] = (uint8_t *)g->x[i].data + g->slot[picture->index] * row_bytes(&g->x[i]);
    kn_status rc = pl_fit_run(g->fit[worker], picture, out, &error);
    if (rc == KN_OK)
        note_file(g, picture, worker);
    pthread_mutex_lock(&g->mutex);
    g->counts.bytes_read += (int64_t)picture->size;
    if (rc == KN_EFORMAT) {
        note_broken(g, picture->index, error.text);
    } else if (rc != KN_OK && g->failure == KN_OK) {
        g->failure = rc;
        g->failure_error = error;
    }
    pthread_mutex_unlock(&g->mutex);
    if (out != few)
        free(out);
}

static void batch_end(void *context, size_t done)
{
    pl_ingest *g = context;
    size_t bytes = 0;
    pl_progress_update(g->request->progress, (double)done);
    for (int i = 0; i < g->request->output_count; i++)
        bytes += (done - g->flushed) * row_bytes(&g->x[i]);
    if (bytes < FLUSH_BYTES)
        return;
    g->flushed = done;
    for (int i = 0; i < g->request->output_count; i++)
        pl_npy_flush(&g->x[i], g->x[i].data_size);
}

static int by_index(const void *a, const void *b)
{
    const pl_broken *x = a, *y = b;
    return x->index < y->index ? -1 : x->index > y->index;
}

static kn_status too_many_broken(const pl_ingest *g, kn_error *e)
{
    enum { NAMED = 3 };
    size_t broken = (size_t)g->counts.broken;
    pl_str s;
    pl_str_init(&s);
    for (size_t i = 0; i < broken && i < NAMED; i++)
        pl_str_addf(&s, "%s'%s' (%s)", i > 0 ? ", " : "",
                    pl_source_path(g->source, g->broken[i].index), g->broken[i].reason);
    if (broken > NAMED)
        pl_str_addf(&s, " and %zu more", broken - NAMED);
    if (broken == g->slots)
        kn_fail(e, KN_EDATA, "all %zu pictures are broken: %s", broken, s.text);
    else
        kn_fail(e, KN_EDATA,
                "%zu of %zu pictures (%.2f %%) are broken, more than data.max_bad = %g: %s", broken,
                g->slots, 100.0 * (double)broken / (double)g->slots, g->request->max_bad, s.text);
    pl_str_clear(&s);
    return KN_EDATA;
}

static void count_labels(pl_ingest *g, const int8_t *value)
{
    g->counts.positives += value[g->target[0]] == 1;
    for (size_t k = 0; k < g->targets; k++) {
        g->unknown[k] += value[g->target[k]] == 0;
        g->counts.unknown += value[g->target[k]] == 0;
    }
}

/* Decides which pictures become rows. */
static kn_status settle(pl_ingest *g, kn_error *e)
{
    size_t broken = (size_t)g->counts.broken, next = 0, rows = 0;
    if (broken > 1)
        qsort(g->broken, broken, sizeof *g->broken, by_index);
    if ((double)broken > g->request->max_bad * (double)g->slots || broken == g->slots)
        return too_many_broken(g, e);
    g->kept = must(malloc(g->slots * sizeof *g->kept));
    for (size_t i = 0; i < g->pictures; i++) {
        bool is_broken = next < broken && g->broken[next].index == i;
        next += is_broken;
        if (g->row[i] < 0 || is_broken)
            continue;
        g->kept[rows++] = i;
        count_labels(g, g->labels.value + (size_t)g->row[i] * g->labels.columns);
    }
    g->counts.images = (int64_t)rows;
    return KN_OK;
}

/* Closes the gaps that broken pictures left, and the file. */
static kn_status finish_array(pl_ingest *g, pl_npy *x, kn_error *e)
{
    size_t row = row_bytes(x), dropped = 0;
    uint8_t *data = x->data;
    for (size_t i = 0; i < (size_t)g->counts.images; i++) {
        size_t from = g->slot[g->kept[i]];
        if (from != i)
            memmove(data + i * row, data + from * row, row);
        if ((i - dropped) * row > FLUSH_BYTES && from != i) {
            pl_npy_flush(x, x->data_size);
            dropped = i;
        }
    }
    return pl_npy_finish(x, g->counts.images, e);
}

static kn_status run(pl_ingest *g, kn_error *e)
{
    const pl_ingest_request *q = g->request;
    KN_TRY(read_labels(g, e));
    KN_TRY(pl_source_open(q->images, &g->source, e));
    KN_TRY(match(g, e));
    KN_TRY(create_arrays(g, e));
    create_fits(g);
    pl_pump pump = {.wants = wants, .work = work, .batch_end = batch_end, .context = g};
    KN_TRY(pl_pump_run(g->source, q->pool, &pump, e));
    if (g->failure != KN_OK)
        return kn_fail(e, g->failure, "%s", g->failure_error.text);
    KN_TRY(settle(g, e));
    for (int i = 0; i < q->output_count; i++) {
        KN_TRY(finish_array(g, &g->x[i], e));
        KN_TRY(pl_ingest_write_tables(g, q->outputs[i].dir, e));
    }
    return KN_OK;
}

static void clear(pl_ingest *g)
{
    for (int i = 0; g->fit && i < kn_pool_size(g->request->pool); i++)
        pl_fit_free(g->fit[i]);
    for (int i = 0; g->x && i < g->request->output_count; i++)
        pl_npy_close(&g->x[i]);
    for (size_t i = 0; i < (size_t)g->counts.broken; i++)
        free(g->broken[i].reason);
    free(g->fit);
    free(g->x);
    free(g->broken);
    free(g->row);
    free(g->slot);
    free(g->file);
    free(g->kept);
    if (g->labels.path)
        pl_labels_clear(&g->labels);
    pl_source_close(g->source);
    pthread_mutex_destroy(&g->mutex);
}

kn_status pl_ingest_run(const pl_ingest_request *request, pl_ingest_counts *counts, kn_error *e)
{
    pl_ingest *g = must(calloc(1, sizeof *g));
    g->request = request;
    pthread_mutex_init(&g->mutex, NULL);
    kn_status rc = run(g, e);
    if (request->log && g->source)
        pl_ingest_write_log(g, request->log);
    if (counts)
        *counts = g->counts;
    clear(g);
    free(g);
    return rc;
}
