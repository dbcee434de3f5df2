#include "insight/scores_line.h"

#include <math.h>
#include <stdlib.h>

/* Distance of point i from the segment a..b. */
static double distance(const double *x, const double *y, size_t a, size_t b, size_t i)
{
    double dx = x[b] - x[a], dy = y[b] - y[a], length = dx * dx + dy * dy;
    double t = length > 0 ? ((x[i] - x[a]) * dx + (y[i] - y[a]) * dy) / length : 0.0;
    t = fmin(1.0, fmax(0.0, t));
    return hypot(x[i] - x[a] - t * dx, y[i] - y[a] - t * dy);
}

void pl_line_keep(const double *x, const double *y, size_t n, double tolerance, bool *keep)
{
    size_t *stack = malloc((2 * n + 2) * sizeof *stack), top = 0;
    if (!stack)
        abort();
    for (size_t i = 0; i < n; i++)
        keep[i] = i == 0 || i + 1 == n;
    if (n > 2) {
        stack[top++] = 0;
        stack[top++] = n - 1;
    }
    while (top > 0) {
        size_t b = stack[--top], a = stack[--top], farthest = a;
        double most = tolerance;
        for (size_t i = a + 1; i < b; i++) {
            double far = distance(x, y, a, b, i);
            if (far > most) {
                most = far;
                farthest = i;
            }
        }
        if (farthest == a)
            continue;
        keep[farthest] = true;
        stack[top++] = a;
        stack[top++] = farthest;
        stack[top++] = farthest;
        stack[top++] = b;
    }
    free(stack);
}
