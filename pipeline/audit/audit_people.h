/* People of the identity table who are on more than one side of the split. */
#ifndef PL_AUDIT_AUDIT_PEOPLE_H
#define PL_AUDIT_AUDIT_PEOPLE_H

#include "audit/audit_data.h"
#include "util/str.h"

typedef struct pl_audit_person {
    int32_t id;
    size_t images[PL_SIDES];
} pl_audit_person;

typedef struct pl_audit_people {
    size_t people, unknown; /* images that the table does not name */
    pl_audit_person *split; /* on two sides or three, by id; heap */
    size_t on_two_sides;
} pl_audit_people;

/* All zero where there is no identity table. */
void pl_audit_people_find(const pl_audit_data *d, pl_audit_people *out);
void pl_audit_people_clear(pl_audit_people *p);

/* person,train,val,test: how many images of each on each side. Appends. */
void pl_audit_people_csv(const pl_audit_people *p, pl_str *s);

#endif
