#include "compare/figure_source.h"

#include <string.h>

#include "study/attributes.h"

/* How many different data the runs that are done have, as far as known; `id` gets the first. */
static int count_data(const pl_study_data *d, char id[PL_DATA_ID])
{
    int different = 0;
    id[0] = '\0';
    for (int i = 0; i < d->run_count; i++) {
        char own[PL_DATA_ID];
        if (!d->run[i].done)
            continue;
        pl_data_id_of(d->run[i].manifest, own);
        if (!own[0] || strcmp(own, id) == 0)
            continue;
        different++;
        if (!id[0])
            memcpy(id, own, sizeof own);
    }
    return different;
}

void pl_add_study_source(const pl_study_data *d, pl_str *s)
{
    char id[PL_DATA_ID], n[PL_DATA_ID + 32];
    int different = count_data(d, id);
    pl_str_addf(s, "%s, %d run%s", d->name, d->done, d->done == 1 ? "" : "s");
    if (different == 1)
        pl_str_addf(s, "; data %s", id);
    else if (different > 1)
        pl_str_add(s, "; of different data");
    if (d->test_images && d->one_test_set)
        pl_str_addf(s, "%s %s test images", different == 1 ? "," : ";",
                    pl_human_count(d->test_images, n, sizeof n));
}
