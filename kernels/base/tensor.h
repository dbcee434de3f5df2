/* A named, shaped view of memory. Tensors never own; the arena or block behind them does. */
#ifndef KN_BASE_TENSOR_H
#define KN_BASE_TENSOR_H

#include <stddef.h>
#include <stdint.h>

enum { KN_MAX_RANK = 4, KN_NAME_BYTES = 64 };

/* A shape without the batch: images [h, w, c], sequences [1, steps, features], vectors [1, 1, n].
 */
typedef struct kn_shape {
    int h, w, c;
} kn_shape;

static inline size_t kn_shape_size(kn_shape s)
{
    return (size_t)s.h * (size_t)s.w * (size_t)s.c;
}

/* f32, row-major. */
typedef struct kn_tensor {
    char name[KN_NAME_BYTES]; /* "conv2d_1.kernel" */
    int rank;
    int64_t dim[KN_MAX_RANK];
    float *data; /* borrowed */
} kn_tensor;

static inline size_t kn_tensor_size(const kn_tensor *t)
{
    size_t n = 1;
    for (int i = 0; i < t->rank; i++)
        n *= (size_t)t->dim[i];
    return n;
}

#endif
