#include "image/cells_rows.inc"

const kn_cells_rows kn_cells_avx512 = {"cells_avx512", KN_ISA_AVX512, cells_sums, cells_scan};
