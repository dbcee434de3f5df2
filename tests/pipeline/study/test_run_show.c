#include "tst.h"

const tst_case tst_study_run_show[] = {TST_END};
