#include "tst.h"

const tst_case tst_study_watch[] = {TST_END};
