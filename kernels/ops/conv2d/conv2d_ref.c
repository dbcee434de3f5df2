#define OPERAND(v) (v)
#include "ops/conv2d/conv2d_ref_body.inc"

const kn_conv2d_impl kn_conv2d_f32_ref = {
    .name = "conv2d_f32_ref",
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
