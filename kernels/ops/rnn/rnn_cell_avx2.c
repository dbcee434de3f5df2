#include "simd/avx2.h"

#include "ops/rnn/rnn_cell_body.inc"

const kn_rnn_impl kn_rnn_avx2 = {"rnn_avx2", KN_ISA_AVX2, KN_RNN_CELL_FUNCTIONS};
