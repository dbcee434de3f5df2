#include "report/page_source.h"

#include <string.h>

#include "study/attributes.h"

enum { MOST_NAMED = 6 };

static bool is_of(const pl_study_data *d, int run, int group)
{
    return d->run[run].done && (group < 0 || d->run[run].group == group);
}

/* The one ID of their data, or "". */
static void data_of(const pl_study_data *d, int group, char id[PL_DATA_ID])
{
    bool first = true;
    id[0] = '\0';
    for (int i = 0; i < d->run_count; i++) {
        char its[PL_DATA_ID];
        if (!is_of(d, i, group))
            continue;
        pl_data_id_of(d->run[i].manifest, its);
        if (first)
            memcpy(id, its, sizeof its);
        else if (strcmp(id, its) != 0)
            id[0] = '\0';
        first = false;
    }
}

char *pl_page_source(const pl_study_data *d, int group)
{
    pl_str s;
    char id[PL_DATA_ID], number[32];
    int count = 0;
    for (int i = 0; i < d->run_count; i++)
        count += is_of(d, i, group);
    pl_str_init(&s);
    pl_str_addf(&s, "study %s, ", d->name);
    if (count > MOST_NAMED) {
        pl_str_addf(&s, "%s runs", pl_human_count(count, number, sizeof number));
    } else {
        pl_str_add(&s, count == 0 ? "no run done" : count == 1 ? "run" : "runs");
        int told = 0;
        for (int i = 0; i < d->run_count; i++) {
            if (is_of(d, i, group))
                pl_str_addf(&s, "%s`%s`", told++ ? ", " : " ", d->run[i].id);
        }
    }
    data_of(d, group, id);
    if (id[0])
        pl_str_addf(&s, "; data `%s`", id);
    return pl_str_take(&s);
}
