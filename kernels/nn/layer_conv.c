#include "nn/layer_conv.h"

#include <stddef.h>

#define AT(member) offsetof(kn_conv2d_config, member)
const kn_param kn_conv_params[KN_CONV_PARAMS] = {
    {"filters", KN_PARAM_INT, AT(filters), 1, 1024, 0, 1, NULL, "Number of output channels"},
    {"kernel", KN_PARAM_PAIR, AT(kernel), 1, 11, 3, 0, NULL, "Size of the window in pixels"},
    {"stride", KN_PARAM_PAIR, AT(stride), 1, 8, 1, 0, NULL, "Step of the window in pixels"},
    {"padding", KN_PARAM_CHOICE, AT(padding), 0, 0, 0, 0, kn_padding_names,
     "Windows inside the image (valid), or zeros around it (same)"},
    {"activation", KN_PARAM_CHOICE, AT(activation), 0, 0, 0, 0, kn_act_names,
     "Function applied to the output"},
    {"alpha", KN_PARAM_REAL, AT(alpha), 0, 10, -1, 0, NULL,
     "Slope of leaky_relu (0.3 when not given) or scale of elu (1)"},
};
