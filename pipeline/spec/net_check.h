/* The shapes of every run's net, checked before anything runs. Each distinct net is built once. */
#ifndef PL_SPEC_NET_CHECK_H
#define PL_SPEC_NET_CHECK_H

#include "spec/binding.h"
#include "spec/run_table.h"

typedef struct pl_net_check {
    kn_arena *arena;
    pl_diags *diags;
    pl_run_table seen; /* by image and model: what the shapes depend on */
} pl_net_check;

void pl_net_check_init(pl_net_check *c, kn_arena *arena, pl_diags *diags);
void pl_net_check_clear(pl_net_check *c);

/* Reports a net of runs[run] that cannot be built at the layer, the image size, or the model type
 * that is to blame. */
void pl_net_check_run(pl_net_check *c, const pl_bindings *b, const pl_source *main,
                      const pl_run *runs, int run);

#endif
