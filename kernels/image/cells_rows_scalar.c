#include "image/cells_rows.inc"

const kn_cells_rows kn_cells_scalar = {"cells_scalar", KN_ISA_SCALAR, cells_sums, cells_scan};
