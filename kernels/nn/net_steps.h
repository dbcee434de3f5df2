/* The order of a plan: steps, phases, segments, bridges. Inside net_plan.c. */
#ifndef KN_NN_NET_STEPS_H
#define KN_NN_NET_STEPS_H

#include "nn/net_plan.h"

/* Fills steps, phases, segments, bridges, from_pixels and last_backward. */
void kn_steps_list(kn_plan *p);

/* Whether a later layer reads value v besides the next one; and whether the gradient that comes that
 * way is wanted. False for values that are another under a view. */
bool kn_steps_is_bridged(const kn_plan *p, int v);
bool kn_steps_bridge_learns(const kn_plan *p, int v);

#endif
