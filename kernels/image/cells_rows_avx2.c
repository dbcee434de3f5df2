#include "image/cells_rows.inc"

const kn_cells_rows kn_cells_avx2 = {"cells_avx2", KN_ISA_AVX2, cells_sums, cells_scan};
