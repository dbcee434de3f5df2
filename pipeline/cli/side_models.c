#include "cli/side_models.h"

#include <stdlib.h>

#include "util/log.h"

kn_status pl_side_models_open(const pl_compare_side *side, kn_pool *pool, pl_predictions *out,
                              kn_error *e)
{
    const char **dir = calloc((size_t)side->runs, sizeof *dir);
    if (!dir)
        return kn_fail(e, KN_ENOMEM, "no memory for %d runs", side->runs);
    for (int k = 0; k < side->runs; k++)
        dir[k] = side->run[k].dir;
    kn_status rc = pl_predictions_open(dir, (size_t)side->runs, pool, out, e);
    free(dir);
    if (rc == KN_OK && side->group && side->not_done > 0)
        pl_warn("%s: %d of %d runs %s not done and left out", side->name, side->not_done,
                side->not_done + side->runs, side->not_done == 1 ? "is" : "are");
    return rc;
}
