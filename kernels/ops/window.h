/* The geometry of a window that slides over one axis, as convolution and pooling share it. */
#ifndef KN_OPS_WINDOW_H
#define KN_OPS_WINDOW_H

#include "base/status.h"

/* The largest length of an axis and of a pooling window. */
enum { KN_WINDOW_MAX_SIZE = 65536, KN_WINDOW_MAX_POOL = 16 };

/* KN_EUSAGE "<op>: <what> is <value>, not in 1..<max>" when it is not. */
kn_status kn_window_in_range(const char *op, const char *what, int value, int max, kn_error *e);

/* Output length along an axis of `in` and the zeros before it (Keras's valid, or same); 0 when the
 * window does not fit. in, window and stride are at least 1. */
int kn_window_axis(int in, int window, int stride, int same, int *before);

#endif
