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

from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint
import statsmodels.api as sm

for k, n in ((0, 10), (10, 10), (1, 1), (0, 1), (7, 10), (2356, 2448), (38000, 40000)):
    print("wilson", k, n, *(f"{q:.12g}" for q in proportion_confint(k, n, method="wilson")))
for t, df in ((0, 3), (2.5, 3), (-1.1, 9), (12, 1), (40, 2)):
    print("t two-sided", t, df, f"{2 * stats.t.sf(abs(t), df):.12g}")
for z in (0, 1, -1.96, 6, 20):
    print("z two-sided", z, f"{2 * stats.norm.sf(abs(z)):.12g}")
for p in ([0.01, 0.04, 0.03, 0.005], [0.2, 0.2, 0.9, 0.001], [0.5], [0.03, 0.03, 0.03], [1, 0.6, 0.02]):
    print("holm", p, *(f"{q:.12g}" for q in multipletests(p, method="holm")[1]))
for k1, n1, k2, n2 in ((56, 70, 48, 80), (9, 10, 3, 10), (0, 10, 0, 10), (10, 10, 0, 20), (1204, 2448, 4900, 10000)):
    low, high = confint_proportions_2indep(k1, n1, k2, n2, compare="diff", method="newcomb")
    print("newcombe", k1, n1, k2, n2, f"{k1 / n1 - k2 / n2:.12g} {low:.12g} {high:.12g}")
for x in (0.2, 0.5, 0.99, 1.0, 1.36, 2.5):
    print("kolmogorov", x, f"{special.kolmogorov(x):.12g}")
for na, nb, shift in ((100, 150, 0), (100, 150, 15), (2448, 2432, 0), (2448, 2432, 4), (30, 20, 0)):
    a = np.arange(na) * 37 % 101
    b = np.arange(nb) * 53 % 97 + shift
    r = stats.ks_2samp(a, b, method="asymp")
    print("ks", na, nb, shift, f"{r.statistic:.12g} {r.pvalue:.12g}")
for a, b, c, d in ((30, 10, 5, 55), (10, 0, 0, 10), (0, 10, 10, 0), (5, 5, 5, 5), (1200, 800, 300, 20000)):
    x = np.repeat([1, 1, 0, 0], (a, b, c, d))
    y = np.repeat([1, 0, 1, 0], (a, b, c, d))
    print("phi", a, b, c, d, f"{np.corrcoef(x, y)[0, 1]:.12g}")

# effects: constants per block by dummies
diffs = np.array([0.01, 0.013, 0.008, -0.002])
m = sm.OLS(np.concatenate((np.zeros(4), diffs)), np.column_stack((np.tile(np.eye(4), (2, 1)), np.repeat([0, 1], 4)))).fit()
print("effect mean", m.df_resid, f"{m.params[-1]:.12g}", *(f"{q:.12g}" for q in m.conf_int()[-1]), f"{m.pvalues[-1]:.12g}")
x = np.array([0, 1, 2, 0, 1, 2, 0, 2, 1, 1.0])
y = np.array([0.90, 0.92, 0.95, 0.80, 0.83, 0.84, 0.7, 0.76, 0.5, 0.6])
block = np.array([0, 0, 0, 1, 1, 1, 2, 2, 3, 3])
keep = block != 3  # one x only: says nothing about the slope
m = sm.OLS(y[keep], np.column_stack(((block[keep][:, None] == np.arange(3)).astype(float), x[keep]))).fit()
print("effect slope", m.df_resid, f"{m.params[-1]:.12g}", *(f"{q:.12g}" for q in m.conf_int()[-1]), f"{m.pvalues[-1]:.12g}")

# bootstrap: the resampled mean's exact distribution, by convolving one image's with itself n times
def exact_quantiles(values, counts, unit):
    n, steps = sum(counts), [round(v / unit) for v in values]
    one = np.zeros(max(steps) - min(steps) + 1)
    for s, c in zip(steps, counts):
        one[s - min(steps)] += c / n
    size = 1 << int(np.ceil(np.log2((len(one) - 1) * n + 1)))
    dist = np.maximum(0, np.fft.irfft(np.fft.rfft(one, size) ** n, size))[: (len(one) - 1) * n + 1]
    mean = (np.arange(len(dist)) + n * min(steps)) * unit / n
    cdf = np.cumsum(dist)
    q = [mean[np.searchsorted(cdf, p)] for p in (0.025, 0.975)]
    below, above = cdf[mean <= 1e-12][-1] if (mean <= 1e-12).any() else 0, dist[mean >= -1e-12].sum()
    sd = np.sqrt(np.dot(dist, mean**2) - np.dot(dist, mean) ** 2)
    return np.dot(values, counts) / n, *q, min(1, 2 * min(below, above)), sd

for counts in ((60, 2298, 90), (300, 39300, 400), (3, 14, 3)):
    print("boot", counts, *(f"{q:.12g}" for q in exact_quantiles((-1, 0, 1), counts, 1)))
thirds = [k / 3 for k in range(-3, 4)]
print("boot thirds", *(f"{q:.12g}" for q in exact_quantiles(thirds, (10, 20, 60, 2200, 90, 40, 28), 1 / 3)))
for n, p in ((10, 0.3), (2448, 0.04), (40000, 0.5)):
    b = stats.binom(n, p)
    print("binomial", n, p, *(f"{q:.12g}" for q in (b.mean(), b.var())), int(b.ppf(0.001)), int(b.ppf(0.999)))
print("bootstrap of scipy", stats.bootstrap((np.repeat([-1, 0, 1], (60, 2298, 90)),), np.mean, n_resamples=20000, method="percentile", rng=np.random.default_rng(1)).confidence_interval)
