#include "tst.h"

#include <string.h>

#include "base/rng.h"
#include "ops/gemm/gemm_panel.h"
#include "ops/rnn/rnn_cell.h"

/* One step of every cell, forward and backward, by each variant this machine runs, against the
 * plain reference. */

enum { MB = 3, HC_MAX = 37, BUFFERS = 10 };

/* What a step reads and writes: MB rows of hc, of all gates, or of all gates' panels. */
enum { GATES, REC, EXTRA, H, BEFORE_EXTRA, BEFORE_H, DH, DC, DGX, DGH };

typedef struct step {
    kn_rnn_cell cell;
    size_t hc, width, gate, size[BUFFERS];
    tst_guard buffer[BUFFERS];
    float dy[2 * MB * HC_MAX];
} step;

static step step_new(kn_rnn_cell cell, size_t hc, size_t width)
{
    step s = {.cell = cell, .hc = hc, .width = width};
    s.gate = MB * ((hc + width - 1) / width * width);
    kn_rng r;
    kn_rng_init(&r, 8, hc);
    for (int i = 0; i < BUFFERS; i++) {
        size_t gates = (size_t)kn_rnn_cells[cell].gates;
        bool panels = i == DGX || i == DGH, wide = i == GATES || i == REC;
        s.size[i] = panels ? gates * s.gate : MB * hc * (wide ? gates : 1);
        s.buffer[i] = tst_guard_new(s.size[i], (size_t)i % 3);
        for (size_t k = 0; k < s.size[i]; k++)
            s.buffer[i].data[k] = (float)kn_rng_normal(&r);
    }
    for (size_t k = 0; k < 2 * MB * HC_MAX; k++)
        s.dy[k] = (float)kn_rng_normal(&r);
    return s;
}

static bool step_free(step *s)
{
    bool ok = true;
    for (int i = 0; i < BUFFERS; i++) {
        ok &= tst_guard_ok(&s->buffer[i]);
        tst_guard_free(&s->buffer[i]);
    }
    return ok;
}

static void run(step *s, const kn_rnn_impl *impl, bool first)
{
    bool apart = kn_rnn_cells[s->cell].recurrent_bias;
    float *p[BUFFERS];
    for (int i = 0; i < BUFFERS; i++)
        p[i] = s->buffer[i].data;
    kn_rnn_forward_args f = {.mb = MB,
                             .hc = s->hc,
                             .gates = p[GATES],
                             .extra = p[EXTRA],
                             .h = p[H],
                             .rec = apart ? p[REC] : NULL,
                             .before_extra = first ? NULL : p[BEFORE_EXTRA],
                             .before_h = first ? NULL : p[BEFORE_H]};
    kn_rnn_backward_args b = {.mb = MB,
                              .hc = s->hc,
                              .dy_row = 2 * s->hc,
                              .width = s->width,
                              .gate = s->gate,
                              .gates = p[GATES],
                              .extra = p[EXTRA],
                              .h = p[H],
                              .before_extra = f.before_extra,
                              .before_h = f.before_h,
                              .dy = first ? NULL : s->dy,
                              .dh = p[DH],
                              .dc = p[DC],
                              .dgx = p[DGX],
                              .dgh = p[DGH]};
    impl->forward[s->cell](&f);
    impl->backward[s->cell](&b);
}

static bool agree(const step *a, const step *b)
{
    bool ok = true;
    for (int i = 0; i < BUFFERS; i++)
        ok &= tst_near_f32(a->buffer[i].data, b->buffer[i].data, a->size[i], 1e-6, 1e-5);
    return ok;
}

static void test_steps_of_every_width_agree(void)
{
    const size_t widths[] = {1, 7, 8, 9, 15, 16, 17, 33, HC_MAX};
    for (int isa = 0; isa <= (int)kn_isa_detect(); isa++)
        for (int cell = 0; cell < KN_RNN_CELL_COUNT; cell++)
            for (size_t w = 0; w < sizeof widths / sizeof *widths; w++)
                for (int first = 0; first < 2; first++) {
                    size_t width = kn_panel_impls[isa]->width;
                    step want = step_new((kn_rnn_cell)cell, widths[w], width);
                    step got = step_new((kn_rnn_cell)cell, widths[w], width);
                    run(&want, &kn_rnn_ref, first);
                    run(&got, kn_rnn_impls[isa], first);
                    CU_ASSERT_TRUE(agree(&got, &want));
                    CU_ASSERT_TRUE(step_free(&want));
                    CU_ASSERT_TRUE(step_free(&got));
                }
}

static void test_a_changed_number_is_refused(void)
{
    step want = step_new(KN_RNN_GRU, 5, 1), got = step_new(KN_RNN_GRU, 5, 1);
    run(&want, &kn_rnn_ref, false);
    run(&got, kn_rnn_impls[0], false);
    got.buffer[DGH].data[7] += 1e-3f;
    CU_ASSERT_FALSE(agree(&got, &want));
    step_free(&want);
    step_free(&got);
}

static void test_rows_are_added_in_order(void)
{
    enum { ROWS = 5, COLUMNS = 35, PADDED = 48 };
    float a[ROWS * PADDED], want[COLUMNS], got[COLUMNS];
    kn_rng r;
    kn_rng_init(&r, 8, 0);
    for (int i = 0; i < ROWS * PADDED; i++)
        a[i] = (float)kn_rng_normal(&r);
    for (int isa = 0; isa <= (int)kn_isa_detect(); isa++) {
        size_t width = kn_panel_impls[isa]->width;
        memcpy(want, a, sizeof want);
        memcpy(got, a, sizeof got);
        kn_rnn_ref.add_rows(ROWS, COLUMNS, width, a, want);
        kn_rnn_impls[isa]->add_rows(ROWS, COLUMNS, width, a, got);
        CU_ASSERT_EQUAL(memcmp(want, got, sizeof want), 0);
        a[ROWS * width - 1] += 1.0f;
        kn_rnn_impls[isa]->add_rows(ROWS, COLUMNS, width, a, got);
        CU_ASSERT_NOT_EQUAL(memcmp(want, got, sizeof want), 0);
    }
}

const tst_case tst_ops_rnn_variants[] = {TST(test_steps_of_every_width_agree),
                                         TST(test_a_changed_number_is_refused),
                                         TST(test_rows_are_added_in_order), TST_END};
