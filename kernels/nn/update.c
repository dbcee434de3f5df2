#include "nn/update.h"

#include <math.h>
#include <string.h>

#include "base/size.h"

/* At most 8 KB a block: gradient, weights and moments of a piece stay in L1, and even the weights of
 * a logistic regression are work for two threads. Pieces begin at cache lines. */
enum { PIECE_FLOATS = 2048, LINE_FLOATS = 16 };

static size_t pieces_of(const kn_tensor *t)
{
    return (kn_tensor_size(t) + PIECE_FLOATS - 1) / PIECE_FLOATS;
}

/* Floats of a piece: equal parts. */
static size_t piece_floats(const kn_tensor *t)
{
    size_t pieces = pieces_of(t);
    return kn_size_round_up((kn_tensor_size(t) + pieces - 1) / pieces, LINE_FLOATS);
}

static void cut_tensor(kn_update *u, const kn_layer *l, int index, size_t shard_at)
{
    size_t size = kn_tensor_size(&l->tensor[index]), start = l->offset[index];
    size_t part = piece_floats(&l->tensor[index]);
    for (size_t at = 0; at < size; at += part) {
        kn_update_piece *p = &u->piece[u->pieces++];
        *p = (kn_update_piece){.offset = l->block_offset + start + at,
                               .count = size - at < part ? size - at : part,
                               .sharded = kn_layer_is_sharded(l),
                               .is_state = l->is_state[index],
                               .shard_offset = shard_at + start + at};
        if (l->is_kernel[index]) {
            p->l1 = l->l1;
            p->l2 = l->l2;
        }
    }
}

kn_status kn_update_cut(kn_update *u, const kn_net *net, const size_t *shard_at, kn_arena *arena,
                        kn_error *e)
{
    size_t total = 0;
    for (int i = 0; i < kn_net_layer_count(net); i++)
        for (int k = 0; k < kn_net_layer(net, i)->tensors; k++)
            total += pieces_of(&kn_net_layer(net, i)->tensor[k]);
    u->piece = kn_arena_alloc(arena, total, sizeof *u->piece);
    if (!u->piece)
        return kn_fail(e, KN_ENOMEM, "no memory for %zu pieces of the parameter block", total);
    u->pieces = 0;
    for (int i = 0; i < kn_net_layer_count(net); i++)
        for (int k = 0; k < kn_net_layer(net, i)->tensors; k++)
            cut_tensor(u, kn_net_layer(net, i), k, shard_at[i]);
    return KN_OK;
}

/* g may be NULL: the gradient is not wanted. */
static double penalty_of(const kn_update_piece *p, const float *w, float *g)
{
    return p->l1 > 0 || p->l2 > 0 ? kn_regularize(p->count, p->l1, p->l2, w, g) : 0.0;
}

static void collect(const kn_update *u, kn_update_piece *p)
{
    float *g = u->gradient + p->offset;
    if (p->sharded)
        kn_gradient_sum(u->shards, u->shard, p->shard_offset, p->count, g);
    p->penalty = penalty_of(p, u->params + p->offset, g);
}

void kn_update_piece_collect(const kn_update *u, kn_update_piece *p)
{
    p->square = 0.0;
    if (p->is_state)
        return;
    collect(u, p);
    const float *g = u->gradient + p->offset;
    for (size_t i = 0; i < p->count; i++)
        p->square += (double)g[i] * (double)g[i];
}

void kn_update_clip(kn_update *u)
{
    u->factor = 1.0;
    if (u->clip_norm <= 0)
        return;
    double sum = 0.0;
    for (size_t i = 0; i < u->pieces; i++)
        sum += u->piece[i].square;
    double norm = sqrt(sum);
    if (norm > u->clip_norm)
        u->factor = u->clip_norm / norm;
}

static void follow(const kn_update *u, const kn_update_piece *p)
{
    double early = (1.0 + (double)u->step) / (10.0 + (double)u->step);
    float rest = (float)(1.0 - (early < u->decay ? early : u->decay));
    const float *w = u->params + p->offset;
    float *a = u->average + p->offset;
    for (size_t i = 0; i < p->count; i++)
        a[i] += rest * (w[i] - a[i]);
}

static void move(const kn_update *u, const kn_update_piece *p)
{
    float *g = u->gradient + p->offset, *w = u->params + p->offset;
    if (u->factor < 1.0)
        for (size_t i = 0; i < p->count; i++)
            g[i] *= (float)u->factor;
    kn_optimizer_step(u->optimizer, p->count, u->lr, u->step, g, w, u->m ? u->m + p->offset : NULL,
                      u->v ? u->v + p->offset : NULL);
    memset(g, 0, p->count * sizeof *g);
}

void kn_update_piece_run(const kn_update *u, kn_update_piece *p)
{
    if (!p->is_state) {
        if (u->clip_norm <= 0)
            collect(u, p);
        move(u, p);
    }
    if (u->average)
        follow(u, p);
}

double kn_update_penalty(const kn_update *u)
{
    double sum = 0.0;
    for (size_t i = 0; i < u->pieces; i++)
        sum += u->piece[i].penalty;
    return sum;
}

double kn_update_penalty_at(const kn_update *u, const float *params)
{
    double sum = 0.0;
    for (size_t i = 0; i < u->pieces; i++)
        sum += penalty_of(&u->piece[i], params + u->piece[i].offset, NULL);
    return sum;
}
