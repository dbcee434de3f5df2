#include "insight/scores_names.h"

#include <stdio.h>
#include <stdlib.h>

#include "draw/escape.h"
#include "study/attributes.h"
#include "util/str.h"

enum { MOST_NAMED = 6, NAME_WIDTH = 24 };

const char *pl_target_name(const pl_study_data *d)
{
    if (d->target)
        return d->target;
    for (int i = 0; i < d->run_count; i++) {
        const char *target = d->run[i].done ? pl_run_target(d, &d->run[i]) : NULL;
        if (target)
            return target;
    }
    return NULL;
}

void pl_class_names(const pl_study_data *d, char out[2][PL_CLASS_NAME])
{
    const char *target = pl_target_name(d);
    pl_str s;
    pl_str_init(&s);
    if (target)
        pl_add_cut(&s, target, NAME_WIDTH);
    /* %.70s: a character has at most four bytes, so that only garbage is longer than NAME_WIDTH of them */
    for (int k = 0; k < 2; k++) {
        if (target)
            snprintf(out[k], PL_CLASS_NAME, "%s%.70s", k ? "" : "not ", s.text);
        else
            snprintf(out[k], PL_CLASS_NAME, "class %d", k);
    }
    pl_str_clear(&s);
}

const char *pl_side_word(int side)
{
    return side == PL_SIDE_TEST ? "test" : "validation";
}

char *pl_source_line(const pl_study_data *d, const int *run, int count, int side, size_t images)
{
    pl_str s;
    pl_str_init(&s);
    pl_str_addf(&s, "%s, ", d->name);
    if (count > MOST_NAMED) {
        pl_str_addf(&s, "%d runs", count);
    } else {
        pl_str_add(&s, count == 1 ? "run" : "runs");
        for (int k = 0; k < count; k++)
            pl_str_addf(&s, " %s", d->run[run[k]].id);
    }
    char id[PL_DATA_ID] = "", number[PL_NUMBER_TEXT];
    for (int k = 0; k < count && !id[0]; k++)
        pl_data_id_of(d->run[run[k]].manifest, id);
    if (id[0])
        pl_str_addf(&s, "; data %s", id);
    if (side >= 0)
        pl_str_addf(&s, "%s %s %s image%s", id[0] ? "," : ";",
                    pl_human_count((long long)images, number, sizeof number), pl_side_word(side),
                    images == 1 ? "" : "s");
    return pl_str_take(&s);
}
