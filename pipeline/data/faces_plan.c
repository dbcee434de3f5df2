#include "data/faces_plan.h"

#include <stdlib.h>

#include "base/rng.h"
#include "data/faces_traits.h"

kn_status pl_faces_plan_init(pl_faces_plan *plan, int images, uint64_t seed, kn_error *e)
{
    int tenth = images / 10;
    *plan = (pl_faces_plan){.images = images, .first = {0, images - 2 * tenth, images - tenth}};
    plan->person = malloc((size_t)images * sizeof *plan->person);
    if (!plan->person)
        return kn_fail(e, KN_ENOMEM, "no memory to plan %d images", images);
    for (int part = 0; part < 3; part++) {
        int start = plan->first[part], end = part < 2 ? plan->first[part + 1] : images;
        for (int i = start; i < end; plan->people++) {
            uint32_t who = (uint32_t)plan->people;
            for (int n = pl_face_pictures_of(seed, who); n > 0 && i < end; n--)
                plan->person[i++] = who;
        }
        kn_rng r;
        kn_rng_init(&r, seed,
                    (uint64_t)part); /* streams below 2^32: those of the faces lie above */
        kn_rng_shuffle(&r, plan->person + start, (size_t)(end - start));
    }
    return KN_OK;
}

void pl_faces_plan_clear(pl_faces_plan *plan)
{
    free(plan->person);
    *plan = (pl_faces_plan){0};
}

int pl_faces_partition(const pl_faces_plan *plan, int picture)
{
    return (picture >= plan->first[1]) + (picture >= plan->first[2]);
}
