/* What flatten and rows share: y is x under another shape. */
#ifndef KN_NN_LAYER_VIEW_H
#define KN_NN_LAYER_VIEW_H

#include "nn/layer.h"

void kn_layer_view_forward(const kn_layer *l, const kn_layer_args *a);
void kn_layer_view_backward(const kn_layer *l, const kn_layer_args *a);

#endif
