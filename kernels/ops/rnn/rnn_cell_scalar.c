#include "simd/scalar.h"

#include "ops/rnn/rnn_cell_body.inc"

const kn_rnn_impl kn_rnn_scalar = {"rnn_scalar", KN_ISA_SCALAR, KN_RNN_CELL_FUNCTIONS};
