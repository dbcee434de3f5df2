/* The parts of a sweep: a product key, a zip, a list, random points, the seeds. Each is a list of
 * choices; a point of the sweep takes one of each. */
#ifndef PL_SPEC_SWEEP_PARTS_H
#define PL_SPEC_SWEEP_PARTS_H

#include "spec/sweep.h"

typedef struct pl_sweep_part {
    pl_sweep_point *choice; /* each a block of overlays */
    int count;
} pl_sweep_part;

typedef struct pl_sweep_parts {
    pl_resolver *r;
    kn_arena *arena; /* the resolver's, as diags */
    pl_diags *diags;
    pl_sweep *out; /* axes are noted here */
    pl_sweep_part *item;
    int count, room;
    bool ok; /* false once a problem was reported */
} pl_sweep_parts;

/* Each adds the part that a node of the sweep section makes, and its axes. `where` is the dotted
 * name that problems are reported under. */
void pl_parts_product(pl_sweep_parts *x, const pl_node *map, const char *where);
void pl_parts_zip(pl_sweep_parts *x, const pl_node *map);
void pl_parts_list(pl_sweep_parts *x, const pl_node *list);
void pl_parts_seeds(pl_sweep_parts *x, const pl_node *list);

/* A part with room for `count` choices. */
pl_sweep_part *pl_parts_add(pl_sweep_parts *x, int count);

/* Notes as axes the keys that a swept value sets: the key itself, or those of a section's map. */
void pl_parts_axes(pl_sweep_parts *x, const char *where, const char *name, pl_pos pos,
                   const pl_node *value);
void pl_parts_axis(pl_sweep_parts *x, const char *name);

/* True where the node is of the kind; else "where: expected ..., found ..." is reported. */
bool pl_parts_expect(pl_sweep_parts *x, const pl_node *node, pl_node_kind kind, const char *where,
                     const char *expected);

#endif
