#include "run/cost_work.h"

#include <stdlib.h>
#include <string.h>

#include "nn/net.h"
#include "stages/views.h"
#include "util/fs.h"
#include "util/str.h"

enum { MAX_TABLE = 1 << 30 };

void pl_work_book_clear(pl_work_book *b)
{
    for (int i = 0; i < b->tables; i++)
        free(b->table[i].path);
    free(b->table);
    free(b->net);
    pl_hash_index_clear(&b->by_class);
    *b = (pl_work_book){.table = NULL};
}

static void *grown(void *list, int count, size_t size)
{
    void *bigger =
        (count & (count - 1)) == 0 ? realloc(list, (size_t)(count ? 2 * count : 1) * size) : list;
    if (!bigger)
        abort();
    return bigger;
}

static uint64_t hash_list(uint64_t h, const kn_int_list *list)
{
    h = pl_hash_number(h, list->count);
    for (int i = 0; i < list->count; i++)
        h = pl_hash_number(h, list->item[i]);
    return h;
}

/* Configurations are zero-filled before they are read, so their bytes have no noise in them. */
static uint64_t hash_layers(uint64_t h, const pl_model_spec *m)
{
    for (int i = 0; i < m->layer_count; i++) {
        const kn_layer_spec *layer = &m->layers[i];
        h = pl_hash_text(h, layer->kind->name);
        if (layer->config)
            h = pl_hash_bytes(h, layer->config, layer->kind->config_size);
        h = pl_hash_number(h, (layer->l1 > 0) + 2 * (layer->l2 > 0));
    }
    return h;
}

/* What the net is built from: two runs of equal hash have the same layers and shapes. */
static uint64_t hash_net(uint64_t h, const pl_run_spec *spec)
{
    const pl_model_spec *m = &spec->model;
    const int64_t numbers[] = {spec->data.width, spec->data.height, spec->data.channels,
                               (int64_t)m->type, (int64_t)m->output};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        h = pl_hash_number(h, numbers[i]);
    if (spec->data.target.count != 1)
        h = pl_hash_number(h, spec->data.target.count);
    if (m->type == PL_MODEL_LAYERS)
        return hash_layers(h, m);
    if (m->type == PL_MODEL_LOGREG)
        return h;
    h = hash_list(h, m->type == PL_MODEL_CNN ? &m->filters : &m->hidden);
    h = hash_list(h, &m->units);
    h = pl_hash_number(h, m->type == PL_MODEL_CNN ? 16 * m->kernel + m->pool : (int64_t)m->cell);
    h = pl_hash_number(h, (int64_t)m->act.kind);
    return pl_hash_number(h, m->dropout > 0);
}

/* What training costs beside the net. */
static uint64_t hash_training(uint64_t h, const pl_run_spec *spec)
{
    const pl_model_spec *m = &spec->model;
    const pl_train_spec *t = &spec->train;
    bool lbfgs = m->type == PL_MODEL_LOGREG && m->solver == PL_SOLVER_LBFGS;
    h = pl_hash_number(h, (m->l1 > 0) + 2 * (m->l2 > 0) + 4 * lbfgs);
    if (lbfgs)
        return h;
    h = pl_hash_number(h, (int64_t)t->optimizer.kind);
    h = pl_hash_number(h, t->batch);
    if (kn_augment_does(&spec->augment))
        h = pl_hash_text(h, "augment");
    return pl_hash_number(h, t->early.on ? t->early.patience + 1 : 0); /* how soon it ends */
}

uint64_t pl_work_class(pl_stage_id stage, const pl_run_spec *spec)
{
    const pl_data_spec *d = &spec->data;
    uint64_t h = pl_hash_number(PL_HASH_START, (int64_t)stage);
    if (stage == PL_INGEST) {
        h = pl_hash_number(h, d->width);
        h = pl_hash_number(h, d->height);
        h = pl_hash_number(h, d->channels);
        return pl_hash_number(h, (int64_t)d->filter);
    }
    if (stage == PL_SPLIT)
        return pl_hash_number(h, (int64_t)spec->split.method);
    h = hash_net(h, spec);
    if (spec->train.precision != KN_PRECISION_F32)
        h = pl_hash_number(h, (int64_t)spec->train.precision);
    return stage == PL_TRAIN ? hash_training(h, spec) : h;
}

const char *pl_work_kind(pl_stage_id stage, const pl_run_spec *spec)
{
    static const char *const kinds[] = {"cnn", "logreg", "rnn", "layers"};
    return stage == PL_TRAIN || stage == PL_EVALUATE ? kinds[spec->model.type] : "-";
}

/* Lines of the table that hold something, without a header or the count that CelebA's text tables
 * begin with. Names alone are not looked at: it is an estimate, and of 200,000 rows. */
static double count_rows(const char *path)
{
    char *text = NULL;
    size_t size = 0;
    double lines = 0;
    if (!path || pl_read_file(path, MAX_TABLE, &text, &size, NULL) != KN_OK)
        return 0;
    size_t first = strcspn(text, "\r\n");
    bool counted = first > 0 && strspn(text, "0123456789 ") == first;
    for (const char *p = text, *end = text + size; p < end;) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        stop = stop ? stop : end;
        lines += stop > p + (*p == '\r');
        p = stop + 1;
    }
    free(text);
    lines -= counted ? 2 : 1;
    return lines > 0 ? lines : 0;
}

double pl_work_images(pl_work_book *b, const pl_data_spec *data)
{
    int at = 0;
    if (!data->labels)
        return 0;
    while (at < b->tables && strcmp(b->table[at].path, data->labels) != 0)
        at++;
    if (at == b->tables) {
        b->table = grown(b->table, b->tables, sizeof *b->table);
        b->table[b->tables].path = pl_strdup(data->labels);
        b->table[b->tables++].rows = count_rows(data->labels);
    }
    double rows = b->table[at].rows;
    return data->limit > 0 && data->limit < rows ? data->limit : rows;
}

static const struct pl_work_net *net_of(pl_work_book *b, const pl_run_spec *spec)
{
    uint64_t key = hash_net(PL_HASH_START, spec);
    int at = pl_hash_index_get(&b->by_class, key);
    if (at >= 0)
        return &b->net[at];
    kn_arena arena;
    kn_net_desc desc;
    kn_net *net = NULL;
    kn_arena_init(&arena);
    struct pl_work_net fresh = {0, 0};
    if (pl_spec_net(spec, &arena, &desc, NULL) == KN_OK && kn_net_new(&desc, &net, NULL) == KN_OK)
        fresh = (struct pl_work_net){kn_net_macs(net), (double)kn_net_params(net)};
    kn_net_free(net);
    kn_arena_clear(&arena);
    b->net = grown(b->net, b->nets, sizeof *b->net);
    b->net[b->nets] = fresh;
    pl_hash_index_put(&b->by_class, key, b->nets);
    return &b->net[b->nets++];
}

double pl_work_params(pl_work_book *b, const pl_run_spec *spec)
{
    return net_of(b, spec)->params;
}

double pl_work_amount(pl_work_book *b, pl_stage_id stage, const pl_run_spec *spec)
{
    const pl_model_spec *m = &spec->model;
    double images = pl_work_images(b, &spec->data);
    switch (stage) {
    case PL_INGEST:
        return images * spec->data.width * spec->data.height;
    case PL_TRAIN: {
        bool lbfgs = m->type == PL_MODEL_LOGREG && m->solver == PL_SOLVER_LBFGS;
        return images * net_of(b, spec)->macs * (lbfgs ? m->max_iter : spec->train.epochs);
    }
    case PL_EVALUATE: {
        kn_view view[PL_VIEWS_MAX];
        int views = pl_views_of(&spec->evaluate, view);
        return images * net_of(b, spec)->macs * (views ? views : 1);
    }
    default:
        return images;
    }
}
