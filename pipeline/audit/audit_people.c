#include "audit/audit_people.h"

#include <stdlib.h>
#include <string.h>

typedef struct place {
    int32_t id;
    uint8_t side;
} place;

static int by_id(const void *a, const void *b)
{
    const place *p = a, *q = b;
    return (p->id > q->id) - (p->id < q->id);
}

static void *must(void *p)
{
    if (!p)
        abort();
    return p;
}

void pl_audit_people_find(const pl_audit_data *d, pl_audit_people *out)
{
    memset(out, 0, sizeof *out);
    if (!d->person)
        return;
    place *list = must(malloc(d->count * sizeof *list));
    out->split = must(malloc((d->count + 1) * sizeof *out->split));
    size_t n = 0;
    for (size_t i = 0; i < d->count; i++)
        if (d->person[i] >= 0)
            list[n++] = (place){d->person[i], d->side[i]};
    out->unknown = d->count - n;
    if (n > 1)
        qsort(list, n, sizeof *list, by_id);
    for (size_t i = 0; i < n;) {
        pl_audit_person person = {.id = list[i].id};
        int sides = 0;
        for (; i < n && list[i].id == person.id; i++)
            sides += person.images[list[i].side]++ == 0;
        out->people++;
        if (sides > 1)
            out->split[out->on_two_sides++] = person;
    }
    free(list);
}

void pl_audit_people_clear(pl_audit_people *p)
{
    free(p->split);
    memset(p, 0, sizeof *p);
}

void pl_audit_people_csv(const pl_audit_people *p, pl_str *s)
{
    pl_str_add(s, "person,train,val,test\n");
    for (size_t i = 0; i < p->on_two_sides; i++) {
        const pl_audit_person *q = &p->split[i];
        pl_str_addf(s, "%d,%zu,%zu,%zu\n", (int)q->id, q->images[PL_SIDE_TRAIN],
                    q->images[PL_SIDE_VAL], q->images[PL_SIDE_TEST]);
    }
}
