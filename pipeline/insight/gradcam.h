/* Maps of a picture that say where a model's answer comes from, read off the gradient.
 *
 * A map is f32 [h,w], a number for each pixel of the picture as the model sees it, and speaks for one class: 1, or 0, whose logit is
 * that of class 1 with the other sign. All of them follow kn_attribution_run. KN_ENUMERIC where a number is not finite. */
#ifndef PL_INSIGHT_GRADCAM_H
#define PL_INSIGHT_GRADCAM_H

#include "nn/attribution.h"

/* Grad-CAM (Selvaraju et al., "Grad-CAM: visual explanations from deep networks via gradient-based localization", ICCV 2017):
 *
 *   alpha_k = mean over positions of d logit / d A_k       map = max(0, sum_k alpha_k A_k), stretched to the picture
 *
 * A is the activation of convolution `layer` before its pooling (nn/attribution.h). 0 and above, in units of the logit per position;
 * all 0 where nothing in that layer argues for the class. The stretching takes the map to the picture's edges, as the paper and
 * the usual programs do, though the padding-free convolutions before it never centre on the outermost pixels: of the 22x22 map of the
 * cnn at 50x50 a cell at the edge lies up to 3 pixels too far out. */
kn_status pl_gradcam(kn_attribution *a, const kn_net *net, int layer, int cls, float *map,
                     kn_error *e);

/* Gradient times input, summed over channels: what each pixel, against black, adds to the logit to first order. Of logistic
 * regression it is weight times pixel, and with the bias sums to the logit exactly. Either sign: above 0 argues for the class. */
kn_status pl_input_map(const kn_attribution *a, const kn_net *net, int cls, float *map,
                       kn_error *e);

/* v [h,w] to out [to_h,to_w]: bilinear, pixel centres at half numbers, held at the edges (cv2's INTER_LINEAR, PyTorch's
 * align_corners=False). */
void pl_stretch(const float *v, int h, int w, float *out, int to_h, int to_w);

#endif
