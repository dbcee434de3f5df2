#!/usr/bin/env python3
"""The numbers of tests/pipeline/audit/audit_numbers.inc: a data set by formulas (audit_fixture.c makes the same), and what numpy,
scipy and statsmodels say of it. Printed as C.   usage: audit.py > tests/pipeline/audit/audit_numbers.inc"""
import numpy as np
from scipy import stats
from scipy.fft import dctn
from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest

N, H, W = 60, 40, 36
i = np.arange(N)
side = np.where(i % 5 == 3, 1, np.where(i % 5 == 4, 2, 0))
yy, xx = np.mgrid[0:H, 0:W]
X = np.empty((N, H, W), np.uint8)
for k in range(N):
    X[k] = (yy * (k % 7 + 1) * 5 + xx * (k % 11 + 2) * 3 + (yy * xx * (k % 5)) // 8 + k * 13) % 256
A = np.stack([(i * 7 % 10) < 4, (i % 3) == 0, ((i * 7 % 10) < 4) ^ (i % 9 == 0), np.ones(N, bool)], 1)  # target is column 1
files = np.stack([100 + i % 7, 120 + (i * i) % 11, 1000 + (i * 137) % 977], 1)


def cells(p):
    """32 x 32 means by exact area, in sixteenths, rounded half up."""
    def weights(n):
        w = np.zeros((32, n), np.int64)
        for c in range(32):
            for x in range(n):
                w[c, x] = max(0, min((c + 1) * n, (x + 1) * 32) - max(c * n, x * 32))
        return w
    h, w = p.shape
    s = weights(h) @ p.astype(np.int64) @ weights(w).T
    return (s * 16 + h * w // 2) // (h * w)


def bits(c):
    d = dctn(c.astype(float), type=2)
    flat = d[:16, :16].copy()
    flat[0, 0] = d[16, 0]
    return (flat > 0).reshape(-1)


def words(b):
    return [sum(int(b[64 * k + j]) << j for j in range(64)) for k in range(4)]


def slopes(c):
    return np.concatenate([np.diff(c, axis=1).reshape(-1), np.diff(c, axis=0).reshape(-1)]).astype(float)


def likeness(a, b, mirrored=False):
    return np.corrcoef(slopes(a), slopes(b[:, ::-1] if mirrored else b))[0, 1]


def emit(name, values, fmt="%.15g"):
    print("static const double %s[] = {%s};" % (name, ", ".join("NAN" if np.isnan(v) else fmt % v for v in values)))


print("/* Made by scripts/oracle/audit.py: numpy %s, scipy, statsmodels. */" % np.__version__)
C = [cells(p) for p in X]
print("static const uint64_t want_hash[3][4] = {%s};" % ", ".join(
    "{" + ", ".join("0x%016xu" % w for w in words(bits(C[k]))) + "}" for k in (0, 7, 23)))
emit("want_likeness", [likeness(C[0], C[35]), likeness(C[3], C[4]), likeness(C[3], C[4], True), likeness(C[10], C[17])])
emit("want_centred", [np.corrcoef(slopes(C[3]) - slopes(C[10]), slopes(c) - slopes(C[10]))[0, 1] for c in (C[4], C[4][:, ::-1])])
brightness = X.reshape(N, -1).mean(1) / 255
contrast = X.reshape(N, -1).std(1) / 255
for name, v in (("bytes", files[:, 2].astype(float)), ("brightness", brightness), ("contrast", contrast),
                ("aspect", files[:, 0] / files[:, 1])):
    row = []
    for s in (1, 2):
        a, b = v[side == s], v[side == 0]
        ci = stats.ttest_ind(a, b, equal_var=False).confidence_interval()
        row += [a.mean(), a.std(ddof=1), a.mean() - b.mean(), ci.low, ci.high, stats.ks_2samp(a, b).statistic]
    emit("want_" + name, row)
share = []
for c in (0, 1, 2):
    for s in (1, 2):
        k, n, k0, n0 = A[side == s, c].sum(), (side == s).sum(), A[side == 0, c].sum(), (side == 0).sum()
        low, high = confint_proportions_2indep(k, n, k0, n0, method="newcomb")
        p = proportions_ztest([k, k0], [n, n0])[1]
        share += [k / n, k / n - k0 / n0, low, high, p]
emit("want_share", share)
emit("want_phi", [np.corrcoef(A[:, a], A[:, b])[0, 1] for a, b in ((0, 1), (0, 2), (1, 2))])
t = side == 0
emit("want_quantiles", [np.quantile(v[t], q) for v in (files[:, 0], files[:, 2], brightness) for q in (.01, .05, .5, .95, .99, 0, 1)])
