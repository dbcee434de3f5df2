/* The part of a group's section that shows pictures: contact sheets and mean faces of its best run. */
#ifndef PL_INSIGHT_SHEETS_SECTION_H
#define PL_INSIGHT_SHEETS_SECTION_H

#include "base/status.h"
#include "draw/doc.h"
#include "insight/pixels.h"
#include "study/answers.h"
#include "study/study_data.h"

/* Makes or keeps the files of STUDY/pictures (sheets.h, mean_faces.h) for the group's run with the best validation accuracy and adds
 * them under a heading of level 4. One shelf serves all groups of a study. Where the cache has no pixels, files that are there are
 * kept and the blocks are the same; where some are missing, a sentence says how to get them. Adds nothing where the group has no
 * answers. */
kn_status pl_group_pictures_section(const pl_study_data *d, const pl_study_answers *a, int group,
                                    pl_shelf *shelf, pl_doc *doc, kn_error *e);

#endif
