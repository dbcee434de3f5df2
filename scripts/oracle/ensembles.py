#!/usr/bin/env python3
"""Averages of seeds by numpy, scikit-learn, statsmodels and scipy.stats.bootstrap: writes tests/pipeline/compare/ensemble_numbers.inc. The
answers come from the formula of tests/pipeline/compare/test_ensembles.c.

    /tmp/venv/bin/python scripts/oracle/ensembles.py > tests/pipeline/compare/ensemble_numbers.inc
"""
import numpy as np
import scipy
import sklearn
from scipy.stats import bootstrap
from sklearn import metrics
from statsmodels.stats.proportion import proportion_confint

VAL, TEST, RUNS, TARGETS = 80, 400, 3, 2
N = VAL + TEST


def hashed(i, salt):
    h = (i * 2654435761 + salt * 2246822519) & 0xFFFFFFFF
    h ^= h >> 15
    h = (h * 3266489917) & 0xFFFFFFFF
    return (h >> 16) % 1000


label = np.array([[hashed(i, 77 + t) < 400 for t in range(TARGETS)] for i in range(N)], int)
known = np.array([[t == 0 or hashed(i, 99) >= 100 for t in range(TARGETS)] for i in range(N)])
p = np.array([[[(40000 * label[i, t] + (30 if t == 0 else 20) * hashed(i, 1 + t) + 54 * hashed(i, 10 * r + 20 + t)) // 1000 / 125
                for t in range(TARGETS)] for i in range(N)] for r in range(RUNS)]).astype(np.float32)


def scores(y, q):
    clipped = np.clip(q.astype(float), 1e-7, 1 - 1e-7)
    return [metrics.accuracy_score(y, q > 0.5), metrics.balanced_accuracy_score(y, q > 0.5),
            -np.mean(np.where(y == 1, np.log(clipped), np.log(1 - clipped))), metrics.roc_auc_score(y, q)]


def gain(d):
    b = bootstrap((d,), np.mean, n_resamples=100000, method="percentile", batch=500, random_state=np.random.default_rng(1))
    means = b.bootstrap_distribution
    p_value = min(1.0, 2 * min(np.mean(means <= 1e-12), np.mean(means >= -1e-12)))
    return [d.mean(), b.confidence_interval.low, b.confidence_interval.high, p_value, b.standard_error]


def text(values):
    return "{" + ", ".join(f"{v:.12g}" for v in values) + "}"


print(f"/* By scripts/oracle/ensembles.py: numpy {np.__version__}, scikit-learn {sklearn.__version__}, scipy {scipy.__version__}. Of each target: scores of")
print(" * the average and means of the single runs on validation and test (accuracy, balanced accuracy, log loss, AUC), Wilson's interval, the")
print(" * gains over the mean and over the best run (difference, low, high, p, standard error), the best run. */")
print("static const target_numbers numbers[TARGETS] = {")
single_accuracy = np.zeros((TARGETS, RUNS))
for t in range(TARGETS):
    both = []
    for side in (slice(0, VAL), slice(VAL, N)):
        ok = known[side, t]
        y = label[side, t][ok]
        single = [p[r, side, t][ok] for r in range(RUNS)]
        mean = np.mean(np.array(single, dtype=float), axis=0).astype(np.float32)
        both.append(text(scores(y, mean)))
        both.append(text(np.mean([scores(y, q) for q in single], axis=0)))
    right = np.array([(q > 0.5) == (y == 1) for q in single], float)
    of_mean = ((mean > 0.5) == (y == 1)).astype(float)
    single_accuracy[t] = right.mean(axis=1)
    best = int(np.argmax(single_accuracy[t]))
    print(f"    {{{len(y)}, {both[0]}, {both[1]}, {both[2]}, {both[3]},")
    print(f"     {text(proportion_confint(int(of_mean.sum()), len(y), method='wilson'))},")
    print(f"     {text(gain(of_mean - right.mean(axis=0)))}, {text(gain(of_mean - right[best]))}, {best}, {single_accuracy[t][best]:.12g}}},")
print("};")
mean_of_runs = single_accuracy.mean(axis=0)
print(f"static const int best_over_both = {int(np.argmax(mean_of_runs))};")
print(f"static const double best_mean = {mean_of_runs.max():.12g};")
