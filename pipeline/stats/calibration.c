#include "stats/calibration.h"

#include <math.h>
#include <stdlib.h>

static const double least_p = 1e-7, least_slope = 0.01, most_slope = 100.0;

/* Edges are k * (1/bins), as numpy's linspace has them. */
static int bin_of(double p, int bins)
{
    double step = 1.0 / bins;
    int k = (int)(p * bins);
    k = k >= bins ? bins - 1 : k;
    while (k > 0 && p <= k * step)
        k--;
    while (k + 1 < bins && p > (k + 1) * step)
        k++;
    return k;
}

void pl_reliability(const float *p, const uint8_t *label, size_t n, int bins, pl_bin *out)
{
    for (int k = 0; k < bins; k++)
        out[k] = (pl_bin){0, 0.0, 0.0};
    for (size_t i = 0; i < n; i++) {
        pl_bin *b = &out[bin_of((double)p[i], bins)];
        b->count++;
        b->mean += (double)p[i];
        b->share += label[i] != 0;
    }
    for (int k = 0; k < bins; k++) {
        double count = out[k].count ? (double)out[k].count : (double)NAN;
        out[k].mean /= count;
        out[k].share /= count;
    }
}

double pl_ece(const pl_bin *bin, int bins)
{
    double sum = 0.0, n = 0.0;
    for (int k = 0; k < bins; k++) {
        if (bin[k].count) {
            n += (double)bin[k].count;
            sum += (double)bin[k].count * fabs(bin[k].share - bin[k].mean);
        }
    }
    return n > 0 ? sum / n : (double)NAN;
}

double pl_brier(const float *p, const uint8_t *label, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        double error = (double)p[i] - (label[i] != 0);
        sum += error * error;
    }
    return n ? sum / (double)n : (double)NAN;
}

static double cut(float p)
{
    return fmin(1.0 - least_p, fmax(least_p, (double)p));
}

double pl_log_loss(const float *p, const uint8_t *label, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum -= label[i] ? log(cut(p[i])) : log1p(-cut(p[i]));
    return n ? sum / (double)n : (double)NAN;
}

static double logit(float p)
{
    double q = cut(p);
    return log(q) - log1p(-q);
}

static double sigmoid(double z)
{
    return z >= 0 ? 1.0 / (1.0 + exp(-z)) : exp(z) / (1.0 + exp(z));
}

/* First and second derivative of the summed log loss by b = 1/T; it is convex in b. */
static double slope_at(const double *z, const uint8_t *label, size_t n, double b, double *second)
{
    double first = 0.0;
    *second = 0.0;
    for (size_t i = 0; i < n; i++) {
        double s = sigmoid(b * z[i]);
        first += (s - (label[i] != 0)) * z[i];
        *second += s * (1.0 - s) * z[i] * z[i];
    }
    return first;
}

/* Newton's steps for first = 0, halving the bracket where one leaves it. */
static double solve(const double *z, const uint8_t *label, size_t n)
{
    double low = least_slope, high = most_slope, b = 1.0, second;
    if (slope_at(z, label, n, low, &second) >= 0.0)
        return low;
    if (slope_at(z, label, n, high, &second) <= 0.0)
        return high;
    for (int i = 0; i < 200 && high - low > 1e-14 * high; i++) {
        double first = slope_at(z, label, n, b, &second);
        if (first == 0.0)
            break;
        if (first < 0.0)
            low = b;
        else
            high = b;
        double next = b - first / second;
        if (!(next > low && next < high))
            next = 0.5 * (low + high);
        if (fabs(next - b) <= 1e-14 * b)
            break;
        b = next;
    }
    return b;
}

double pl_temperature_fit(const float *p, const uint8_t *label, size_t n)
{
    double *z = malloc((n + 1) * sizeof *z), b = (double)NAN;
    int flat = 1;
    if (!z)
        abort();
    for (size_t i = 0; i < n; i++) {
        z[i] = logit(p[i]);
        flat = flat && z[i] == 0.0;
    }
    if (n)
        b = flat ? 1.0 : solve(z, label, n);
    free(z);
    return 1.0 / b;
}

float pl_temperature_apply(float p, double T)
{
    float q = (float)sigmoid(logit(p) / T);
    if ((p > 0.5f) != (q > 0.5f)) /* rounded onto 1/2 */
        q = p > 0.5f ? nextafterf(0.5f, 1.0f) : 0.5f;
    return q;
}
