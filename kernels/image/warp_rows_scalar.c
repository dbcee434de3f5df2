#include "image/warp_rows.inc"

const kn_warp_rows kn_warp_scalar = {"warp_scalar", KN_ISA_SCALAR, run};
