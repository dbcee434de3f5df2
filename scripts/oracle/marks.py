#!/usr/bin/env python3
"""Numbers of tests/pipeline/compare/test_marks.c: groups of seeds against the best by numpy, scipy.stats.bootstrap, statsmodels'
exact McNemar test and Holm's correction. The answers come from the formula of tests/pipeline/compare/answer_study.c."""
import numpy as np
from scipy.stats import bootstrap
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests

IMAGES = 2000


def hashed(i, salt):
    h = (i * 2654435761 + salt * 2246822519) & 0xFFFFFFFF
    h ^= h >> 15
    h = (h * 3266489917) & 0xFFFFFFFF
    return (h >> 16) % 1000


def right(salt, threshold):
    return np.array([hashed(i, 0) + hashed(i, salt) >= threshold for i in range(IMAGES)], int)


# Groups of three seeds: salts and thresholds of each.
groups = [[(1, 300), (2, 310), (3, 320)], [(4, 305), (5, 325), (6, 330)], [(7, 400), (8, 390), (9, 410)],
          [(10, 450), (11, 600), (12, 350)]]
answers = [[right(*run) for run in group] for group in groups]
mean = [np.mean(a, axis=0) for a in answers]
best = int(np.argmax([m.mean() for m in mean]))
median = [sorted(a, key=lambda r: r.mean())[1] for a in answers]
print("accuracies", [[round(float(r.mean()), 6) for r in a] for a in answers], "best", best)
p = []
for g in range(len(groups)):
    if g == best:
        continue
    d = mean[g] - mean[best]
    b = bootstrap((d,), np.mean, n_resamples=200000, method="percentile", batch=500, random_state=np.random.default_rng(1))
    centred = b.bootstrap_distribution
    two_sided = min(1.0, 2 * min(np.mean(centred <= 1e-12), np.mean(centred >= -1e-12)))
    a, c = median[g], median[best]
    table = [[np.sum(a & c), np.sum(a & (1 - c))], [np.sum((1 - a) & c), np.sum((1 - a) & (1 - c))]]
    p.append(two_sided)
    print(g, f"difference {d.mean():.10g} low {b.confidence_interval.low:.6g} high {b.confidence_interval.high:.6g} "
          f"se {b.standard_error:.6g} p {two_sided:.6g} mcnemar {mcnemar(table, exact=True).pvalue:.12g}")
print("holm", multipletests(p, method="holm")[1])

# tests/pipeline/report/test_table.c: three groups of two seeds, 1,000 images.
from statsmodels.stats.proportion import proportion_confint

IMAGES = 1000
for g, thresholds in enumerate([(300, 320), (310, 330), (900, 910)]):
    share = np.mean([right(2 * g + k + 1, t) for k, t in enumerate(thresholds)])
    print(g, share, proportion_confint(int(share * IMAGES + 0.5), IMAGES, method="wilson"))
