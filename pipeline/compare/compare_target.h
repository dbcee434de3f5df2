/* Which attribute a comparison is about. */
#ifndef PL_COMPARE_COMPARE_TARGET_H
#define PL_COMPARE_COMPARE_TARGET_H

#include "compare/compare_side.h"

/* side[2], by the runs' manifests. Where no run tells several attributes and none is asked for, *target is NULL. Else it is `asked` (NULL: the
 * first that all runs tell), and *others a sentence on those that could be asked for instead, NULL where there is none or one was asked for; both on the
 * heap. KN_EUSAGE where a run does not tell it, or where the runs have none in common. */
kn_status pl_compare_target(const pl_compare_side *side, const char *asked, char **target,
                            char **others, kn_error *e);

#endif
