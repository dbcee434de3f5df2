#include "simd/scalar.h"

#include "image/resize_sums.inc"

const kn_resize_sums kn_resize_scalar = {"resize_scalar", KN_ISA_SCALAR, rows,
                                         columns,         across,        down};
