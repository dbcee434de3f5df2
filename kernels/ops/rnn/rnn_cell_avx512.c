#include "simd/avx512.h"

#include "ops/rnn/rnn_cell_body.inc"

const kn_rnn_impl kn_rnn_avx512 = {"rnn_avx512", KN_ISA_AVX512, KN_RNN_CELL_FUNCTIONS};
