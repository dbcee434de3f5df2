/* What global_avgpool and global_maxpool share. */
#ifndef KN_NN_LAYER_GLOBAL_POOL_H
#define KN_NN_LAYER_GLOBAL_POOL_H

#include "nn/layer.h"

/* An image or a sequence becomes the vector of its channels. */
kn_status kn_layer_global_pool_configure(kn_layer *l, kn_error *e);

#endif
