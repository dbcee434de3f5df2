/* What a net's answer to one image hangs on: its logit, the gradient of that logit in the pixels, and, for a convolution, the map of
 * its activation with the gradient of the logit in it.
 *
 * The logit is one number whatever the output: of sigmoid the logit of class 1, of several targets that of the one looked into; of softmax logit 1 minus logit 0; of relu the value
 * before the activation and before it is clipped. It speaks for class 1; its negative speaks for class 0.
 *
 * A convolution's map is its output with the activation directly behind it, before pooling. In a net that is computed in one pass
 * with the pooling and never lies in memory, so it is computed here by the portable reference of ops/conv2d from the layer's input.
 * Dropout is off. One image at a time, on the caller's thread; the same numbers for any number of threads.
 *
 * Checked against central differences and against PyTorch (scripts/oracle/gradcam.py). */
#ifndef KN_NN_ATTRIBUTION_H
#define KN_NN_ATTRIBUTION_H

#include "nn/net.h"

typedef struct kn_attribution kn_attribution;

/* The net and its parameters (a block in the layout of nn/net.h, 64-byte aligned) are borrowed and must not change while it lives.
 * KN_ENOMEM. */
kn_status kn_attribution_new(const kn_net *net, const float *params, kn_attribution **out,
                             kn_error *e);
void kn_attribution_free(kn_attribution *a); /* NULL is allowed */

/* Runs an image forward and back and returns the logit of a target, 0..kn_net_targets - 1; may be NaN or infinite where the parameters are. x: the pixels, [h,w,c]. What
 * the functions below return belongs to the last image and lives until the next. */
double kn_attribution_run(kn_attribution *a, const uint8_t *x, int target);

/* [h,w,c] of the net's input: the pixels / 255, and the gradient of the logit in them. */
const float *kn_attribution_input(const kn_attribution *a);
const float *kn_attribution_input_gradient(const kn_attribution *a);

/* What a convolution gave and the gradient of the logit in it, [h,w,c] each. In a window of the pooling the first maximum takes
 * the gradient (as PyTorch). */
typedef struct kn_activation_map {
    kn_shape shape;
    const float *activation, *gradient;
} kn_activation_map;

/* Of the conv2d layer kn_net_layer(net, layer), for the last image; lives until the next call for whatever layer. */
kn_activation_map kn_attribution_map(kn_attribution *a, int layer);

/* The index of the conv2d layer of this name ("conv2d_1"), of the last one for NULL. KN_EUSAGE, in a sentence with the names there
 * are, where the net has no such layer or no convolution at all. */
kn_status kn_attribution_find(const kn_net *net, const char *name, int *layer, kn_error *e);

#endif
