"""Numbers for tests/pipeline/stats/test_stats.c, by scipy: t quantiles, incomplete beta, mean intervals, McNemar."""
import numpy as np
from scipy import special, stats

for df in (1, 2, 3, 4, 9, 29, 100):
    print("t", df, *(f"{stats.t.ppf(p, df):.12g}" for p in (0.9, 0.975, 0.995)))
for a, b, x in ((0.5, 0.5, 0.3), (2, 3, 0.9), (50, 0.5, 0.99), (500, 480, 0.5), (1, 1, 0.25)):
    print("beta", a, b, x, f"{special.betainc(a, b, x):.12g}")
for v in ([0.95, 0.96], [0.962, 0.963, 0.961], [0.872, 0.896, 0.887, 0.9, 0.85]):
    m, s = np.mean(v), np.std(v, ddof=1)
    low, high = stats.t.interval(0.95, len(v) - 1, loc=m, scale=s / np.sqrt(len(v)))
    print("mean", v, *(f"{q:.12g}" for q in (m, s, low, high)))
for both, b, c, none in ((90, 5, 1, 4), (2000, 60, 90, 298), (10, 0, 0, 2), (50, 7, 7, 3), (0, 9, 0, 0), (15000, 1200, 1100, 2000)):
    n = both + b + c + none
    exact = stats.binomtest(min(b, c), b + c, 0.5).pvalue if b + c else 1.0
    at = stats.binom.pmf(min(b, c), b + c, 0.5)
    mid = exact - at if b != c else (1 - at / 2 if b + c else 1.0)
    m, z = n + 2, stats.norm.ppf(0.975)
    d = (b - c) / m
    half = z * np.sqrt((b + 0.5) + (c + 0.5) - (b - c) ** 2 / m) / m
    print("pairs", both, b, c, none, *(f"{q:.12g}" for q in ((b - c) / n, max(d - half, -1), min(d + half, 1), exact, mid)))
