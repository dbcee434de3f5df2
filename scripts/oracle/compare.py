"""Numbers for tests/pipeline/compare/test_compare.c: two groups of three seeds on 400 images, by scipy, statsmodels and numpy."""
import contextlib
import io

import numpy as np
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests

with contextlib.redirect_stdout(io.StringIO()):
    from ranking import delong

N = 400
i = np.arange(N)
label = (i * 7 % 5 < 2).astype(int)


def probability(group, seed):
    """Right with high p, wrong where the image's number falls below the run's share; as the test's run_probability."""
    wrong = (i * 137 + 61 * seed + 17 * (i // 50) * group) % 401 < (24 + 5 * seed + 14 * group)
    strength = (i * 53 + 29 * seed + 11 * group) % 40 + 55  # percent
    right_p = np.where(label == 1, strength, 100 - strength)
    return np.float32(np.where(wrong, 100 - right_p, right_p)) / np.float32(100)


p = [[probability(g, s) for s in (1, 2, 3)] for g in (0, 1)]
right = [[(q > 0.5) == (label == 1) for q in group] for group in p]
acc = np.array([[r.mean() for r in group] for group in right])
show = lambda name, *v: print(name, *(f"{float(q):.12g}" for q in v))
show("accuracy", *acc.mean(axis=1), acc.mean(axis=1)[0] - acc.mean(axis=1)[1])
t = stats.ttest_rel(acc[0], acc[1])
show("over seeds", *t.confidence_interval(), t.pvalue)
exact, aucs = [], []
for s in range(3):
    a, b = right[0][s], right[1][s]
    table = [[(a & b).sum(), (a & ~b).sum()], [(~a & b).sum(), (~a & ~b).sum()]]
    exact.append(mcnemar(table, exact=True).pvalue)
    auc, cov = delong([p[0][s], p[1][s]], label)
    d, sd = auc[0] - auc[1], np.sqrt(cov[0, 0] + cov[1, 1] - 2 * cov[0, 1])
    aucs.append(d)
    show(f"seed {s + 1}", *np.ravel(table), exact[-1], d, 2 * stats.norm.sf(abs(d / sd)))
show("holm", *multipletests(exact, method="holm")[1])
show("auc over seeds", np.mean(aucs), *stats.ttest_1samp(aucs, 0).confidence_interval())
share = [np.mean(group, axis=0) for group in right]
d = share[0] - share[1]
show("better", (d > 1e-9).sum(), (d < -1e-9).sum(), (abs(d) < 1e-9).sum())
rng = np.random.default_rng(1)
means = np.array([d[rng.integers(0, N, N)].mean() for _ in range(20000)])
show("bootstrap", *np.quantile(means, (0.025, 0.975)), means.std())
part = i % 4 == 1  # the attribute Hat
show("hat", part.sum(), share[0][part].mean(), share[1][part].mean())
a, b = right[0][0][part], right[1][0][part]
show("hat, seed 1", (a & ~b).sum(), (~a & b).sum(), mcnemar([[0, (a & ~b).sum()], [(~a & b).sum(), 0]], exact=True).pvalue)

# two runs of 100 images that answer 0.9 or 0.1, wrong on [95, 100) and [90, 99)
j = np.arange(100)
y = j % 2
wrong = [(j >= 95), (j >= 90) & (j < 99)]
q = [np.where((y == 1) != w, 0.9, 0.1) for w in wrong]
auc, cov = delong(q, y)
dd, sd, z = auc[0] - auc[1], np.sqrt(cov[0, 0] + cov[1, 1] - 2 * cov[0, 1]), stats.norm.ppf(0.975)
show("runs auc", *auc, dd, dd - z * sd, dd + z * sd, 2 * stats.norm.sf(dd / sd))
for k in (0, 1):
    b, c = (~wrong[0] & wrong[1] & (y == k)).sum(), (wrong[0] & ~wrong[1] & (y == k)).sum()
    m = (y == k).sum() + 2
    half = z * np.sqrt(b + c + 1 - (b - c) ** 2 / m) / m
    show(f"runs class {k}", b, c, (b - c) / m - half, (b - c) / m + half, stats.binomtest(int(min(b, c)), int(b + c)).pvalue)
d = wrong[1].astype(int) - wrong[0]
means = np.sort([d[rng.integers(0, 100, 100)].mean() for _ in range(20000)])
show("runs bootstrap", *np.quantile(means, (0.025, 0.975)), 2 * np.mean(means <= 1e-12))
