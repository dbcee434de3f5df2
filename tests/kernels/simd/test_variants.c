#include "tst.h"

#include <stdio.h>

#include "ops/activation/activation_impl.h"
#include "ops/dense/dense_impl.h"
#include "ops/optimizer/optimizer_impl.h"
#include "ops/pixels/pixels_impl.h"
#include "ops/probe/probe_impl.h"
#include "ops/rnn/rnn_cell.h"

/* The tables made from simd/variants.def are indexed by kn_isa, and names end in the instruction
 * set. */
static void check(kn_isa isa, kn_isa got, const char *name, const char *operation)
{
    char want[64];
    snprintf(want, sizeof want, "%s_%s", operation, kn_isa_name(isa));
    CU_ASSERT_EQUAL(got, isa);
    TST_TEXT(name, want);
}

static void test_tables_are_in_the_order_of_the_levels(void)
{
    for (int i = 0; i < KN_ISA_COUNT; i++) {
        kn_isa isa = (kn_isa)i;
        check(isa, kn_act_impls[i]->isa, kn_act_impls[i]->name, "activation");
        check(isa, kn_dense_impls[i]->isa, kn_dense_impls[i]->name, "dense");
        check(isa, kn_opt_impls[i]->isa, kn_opt_impls[i]->name, "optimizer");
        check(isa, kn_pixels_impls[i]->isa, kn_pixels_impls[i]->name, "pixels");
        check(isa, kn_probe_impls[i]->isa, kn_probe_impls[i]->name, "probe");
        check(isa, kn_rnn_impls[i]->isa, kn_rnn_impls[i]->name, "rnn");
    }
}

const tst_case tst_simd_variants[] = {TST(test_tables_are_in_the_order_of_the_levels), TST_END};
