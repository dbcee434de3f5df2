#include "tst.h"

const tst_case tst_study_runs_query[] = {TST_END};
