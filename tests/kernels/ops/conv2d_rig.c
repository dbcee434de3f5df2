#include "kernels/ops/conv2d_rig.h"

#include "base/arena.h"
#include "base/rng.h"
#include "base/size.h"

static size_t size3(int a, int b, int c)
{
    return (size_t)a * (size_t)b * (size_t)c;
}

static tst_guard fill(size_t n, size_t offset, bool on_lattice, kn_rng *r)
{
    tst_guard g = tst_guard_new(n, offset);
    for (size_t i = 0; i < n; i++)
        g.data[i] = on_lattice ? ((float)kn_rng_below(r, 17) - 8) / 8 : 2 * kn_rng_uniform(r) - 1;
    return g;
}

block_in conv2d_inputs_new(const kn_conv2d *c, int mb, bool on_lattice)
{
    kn_rng r;
    kn_rng_init(&r, 11, (uint64_t)c->oc);
    block_in in = {.mb = mb};
    const size_t n = (size_t)mb;
    in.x = fill(n * size3(c->ih, c->iw, c->ic), 1, on_lattice, &r);
    in.w = fill(size3(c->kh * c->kw, c->ic, c->oc), 3, on_lattice, &r);
    in.b = fill((size_t)c->oc, 5, on_lattice, &r);
    in.dy = fill(n * size3(c->ph, c->pw, c->oc), 7, on_lattice, &r);
    return in;
}

void conv2d_inputs_free(block_in *in)
{
    tst_guard_free(&in->x);
    tst_guard_free(&in->w);
    tst_guard_free(&in->b);
    tst_guard_free(&in->dy);
}

void conv2d_run_free(block_run *r)
{
    tst_guard_free(&r->y);
    tst_guard_free(&r->dx);
    tst_guard_free(&r->dw);
    tst_guard_free(&r->db);
}

static tst_guard filled_with(size_t n, size_t offset, float value)
{
    tst_guard g = tst_guard_new(n, offset);
    for (size_t i = 0; i < n; i++)
        g.data[i] = value;
    return g;
}

block_run conv2d_run_block(const kn_conv2d_impl *k, const kn_conv2d *c, const block_in *in,
                           bool train, bool want_dx)
{
    const int mb = in->mb;
    const size_t n = (size_t)mb;
    block_run r = {
        .y = tst_guard_new(n * size3(c->ph, c->pw, c->oc), 1),
        .dx = tst_guard_new(n * size3(c->ih, c->iw, c->ic), 3),
        .dw = filled_with(size3(c->kh * c->kw, c->ic, c->oc), 5, 0.5f),
        .db = filled_with((size_t)c->oc, 7, 0.25f),
    };
    tst_guard packed = tst_guard_new((k->packed_bytes(c) + 3) / 4, 0);
    tst_guard saved = tst_guard_new(n * kn_size_round_up(k->saved_bytes(c), KN_ALIGN) / 4, 0);
    tst_guard scratch = tst_guard_new((k->scratch_bytes(c) + 3) / 4, 0);
    k->pack(c, in->w.data, packed.data);
    k->forward(c, mb, in->x.data, in->w.data, packed.data, in->b.data, r.y.data,
               train ? saved.data : NULL, scratch.data);
    if (train) {
        k->backward(c, mb, in->x.data, in->w.data, packed.data, r.y.data, saved.data, in->dy.data,
                    want_dx ? r.dx.data : NULL, r.dw.data, r.db.data, scratch.data);
        k->finish(c, r.dw.data, scratch.data);
    }
    const tst_guard *all[] = {&r.y,     &r.dx,  &r.dw,  &r.db,  &packed, &saved,
                              &scratch, &in->x, &in->w, &in->b, &in->dy};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        CU_ASSERT_TRUE(tst_guard_ok(all[i]));
    tst_guard_free(&packed);
    tst_guard_free(&saved);
    tst_guard_free(&scratch);
    return r;
}

bool conv2d_near(const char *what, const tst_guard *got, const tst_guard *want, double tol)
{
    if (tst_near_f32(got->data, want->data, got->n, tol, tol > 0 ? 1e-6 : 0))
        return true;
    tst_note("^ %s", what);
    return false;
}

bool conv2d_agrees(const kn_conv2d_impl *k, const kn_conv2d_impl *reference, const kn_conv2d *c,
                   int mb, bool on_lattice, conv2d_tolerance t)
{
    block_in in = conv2d_inputs_new(c, mb, on_lattice);
    block_run want = conv2d_run_block(reference, c, &in, true, true);
    block_run got = conv2d_run_block(k, c, &in, true, true);
    block_run no_dx = conv2d_run_block(k, c, &in, true, false);
    block_run inference = conv2d_run_block(k, c, &in, false, false);
    bool ok =
        conv2d_near("y", &got.y, &want.y, t.y) && conv2d_near("dx", &got.dx, &want.dx, t.dx) &&
        conv2d_near("dw", &got.dw, &want.dw, t.dw) && conv2d_near("db", &got.db, &want.db, t.dw) &&
        conv2d_near("dw without dx", &no_dx.dw, &got.dw, 0) &&
        conv2d_near("db without dx", &no_dx.db, &got.db, 0) &&
        conv2d_near("y of inference", &inference.y, &got.y, 0);
    conv2d_run_free(&want);
    conv2d_run_free(&got);
    conv2d_run_free(&no_dx);
    conv2d_run_free(&inference);
    conv2d_inputs_free(&in);
    return ok;
}
