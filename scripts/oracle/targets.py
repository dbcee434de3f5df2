"""Scores of several attributes, some labels not known, by scikit-learn: writes tests/pipeline/stages/target_scores.inc.

    /tmp/venv/bin/python scripts/oracle/targets.py > tests/pipeline/stages/target_scores.inc
"""
import warnings

import numpy as np
import sklearn
from sklearn import metrics

N, T, MISSING = 61, 4, 255
warnings.filterwarnings("ignore")
rng = np.random.default_rng(7)
share = np.array([0.4, 0.15, 0.7, 1.0])  # the last has one class only
known = np.array([0.9, 0.6, 1.0, 0.8])
truth = (rng.random((N, T)) < share).astype(int)
label = np.where(rng.random((N, T)) < known, truth, MISSING)
p = np.clip(np.round(0.3 * truth + 0.7 * rng.random((N, T)), 2), 0.01, 0.99).astype(np.float32)


def row(y, q):
    said = q > 0.5
    both = len(set(y)) == 2
    recall = metrics.recall_score(y, said, labels=[0, 1], average=None, zero_division=np.nan)
    precision = metrics.precision_score(y, said, labels=[0, 1], average=None, zero_division=np.nan)
    return [
        len(y),
        metrics.accuracy_score(y, said),
        max(np.mean(y), 1 - np.mean(y)),
        metrics.balanced_accuracy_score(y, said) if both else np.nan,
        recall[0],
        recall[1],
        precision[0],
        precision[1],
        metrics.f1_score(y, said, zero_division=np.nan),
        metrics.roc_auc_score(y, q) if both else np.nan,
    ]


rows = [row(label[label[:, k] != MISSING, k], p[label[:, k] != MISSING, k]) for k in range(T)]
mean = np.nanmean(np.array(rows)[:, 1:], axis=0)


def number(v):
    return "NAN" if np.isnan(v) else repr(float(v))


print(f"/* scripts/oracle/targets.py, scikit-learn {sklearn.__version__}. */")
print(f"enum {{ ROWS = {N}, TARGETS = {T} }};")
print("static const uint8_t labels[ROWS * TARGETS] = {" + ", ".join(str(v) for v in label.ravel()) + "};")
print("static const float answers[ROWS * TARGETS] = {" + ", ".join(f"{v:.2f}f" for v in p.ravel()) + "};")
print("/* count, accuracy, majority, balanced accuracy, recalls, precisions, F1, AUC */")
print("static const double want[TARGETS][10] = {")
for r in rows:
    print("    {" + ", ".join(number(v) for v in r) + "},")
print("};")
print("static const double want_mean[9] = {" + ", ".join(number(v) for v in mean) + "};")
