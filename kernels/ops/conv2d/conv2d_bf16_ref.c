/* The reference with both factors of every product rounded to bf16. */
#include "ops/bf16/bf16_round.h"

#define OPERAND(v) kn_bf16_round(v)
#include "ops/conv2d/conv2d_ref_body.inc"

const kn_conv2d_impl kn_conv2d_bf16_ref = {
    .name = "conv2d_bf16_ref",
    .isa = KN_ISA_SCALAR,
    .images = ref_images,
    .packed_bytes = ref_packed_bytes,
    .saved_bytes = planes_bytes,
    .scratch_bytes = ref_scratch_bytes,
    .pack = ref_pack,
    .forward = ref_forward,
    .backward = ref_backward,
    .finish = ref_finish,
};
