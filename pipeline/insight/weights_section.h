/* The part of a group's section that shows what its model looks for in the pixels (weights.h). */
#ifndef PL_INSIGHT_WEIGHTS_SECTION_H
#define PL_INSIGHT_WEIGHTS_SECTION_H

#include "base/status.h"
#include "draw/doc.h"
#include "study/study_data.h"

/* Writes STUDY/pictures/RUN-weights.png and .csv, where they have changed, of the group's run with the best validation accuracy, the
 * first of equals, and adds them under a heading of level 4. Needs the results folder alone (RUN's model.safetensors). Adds nothing where
 * the group has no run that is done, the run has no model file, its first layer has no weights on pixels (recurrent nets), or one of
 * them is not finite. KN_EFORMAT: the model file is damaged. */
kn_status pl_group_weights_section(const pl_study_data *d, int group, pl_doc *doc, kn_error *e);

#endif
