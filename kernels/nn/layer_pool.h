/* What maxpool and avgpool share: the parameter table and the shapes. */
#ifndef KN_NN_LAYER_POOL_H
#define KN_NN_LAYER_POOL_H

#include "nn/layer.h"
#include "nn/layer_config.h"
#include "ops/pool2d/pool2d.h"

enum { KN_POOL_PARAMS = 3 };
extern const kn_param kn_pool_params[KN_POOL_PARAMS];

/* l->state becomes a kn_pool2d. */
kn_status kn_layer_pool_configure(kn_layer *l, kn_error *e);

#endif
