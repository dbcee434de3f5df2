#include "ops/window.h"

kn_status kn_window_in_range(const char *op, const char *what, int value, int max, kn_error *e)
{
    if (value >= 1 && value <= max)
        return KN_OK;
    return kn_fail(e, KN_EUSAGE, "%s: %s is %d, not in 1..%d", op, what, value, max);
}

int kn_window_axis(int in, int window, int stride, int same, int *before)
{
    *before = 0;
    if (!same)
        return in < window ? 0 : (in - window) / stride + 1;
    int out = (in + stride - 1) / stride;
    int total = (out - 1) * stride + window - in;
    *before = total > 0 ? total / 2 : 0;
    return out;
}
