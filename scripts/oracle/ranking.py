"""Numbers for tests/pipeline/stats/: roc, calibration, threshold. scikit-learn for curves, average precision, Brier, log loss,
balanced accuracy; scipy for the temperature; DeLong by the definition (all pairs), which shares nothing with the midranks of delong.c."""
import numpy as np
from scipy import optimize, special, stats
from sklearn import calibration, metrics


def data(n=200):
    """Tied scores; the second classifier is correlated with the first. tests/pipeline/stats/ranked.h makes the same."""
    i = np.arange(n)
    pp = i * 37 % 101
    qq = (pp * 3 + i * 29 % 101) // 4
    label = ((i * 61 % 89) * 1000 < 88 * (150 + 7 * pp)).astype(int)
    return np.float32(pp) / np.float32(100), np.float32(qq) / np.float32(100), label


def delong(scores, label):
    """AUCs and their covariance: psi over all pairs, variance components as the paper has them."""
    v10, v01 = [], []
    for s in scores:
        x, y = s[label == 1].astype(float), s[label == 0].astype(float)
        psi = (x[:, None] > y[None, :]) + 0.5 * (x[:, None] == y[None, :])
        v10.append(psi.mean(axis=1))
        v01.append(psi.mean(axis=0))
    m, n = len(v10[0]), len(v01[0])
    return np.mean(v10, axis=1), np.cov(v10) / m + np.cov(v01) / n


def show(name, *v):
    print(name, *(f"{float(q):.12g}" for q in v))


p, q, y = data()
show("labels 1", y.sum())
auc, cov = delong([p, q], y)
z = stats.norm.ppf(0.975)
se = np.sqrt(np.diag(cov))
for k, s in enumerate((p, q)):
    assert abs(auc[k] - metrics.roc_auc_score(y, s)) < 1e-12
    show("delong", auc[k], max(0, auc[k] - z * se[k]), min(1, auc[k] + z * se[k]), se[k])
d, sd = auc[0] - auc[1], np.sqrt(cov[0, 0] + cov[1, 1] - 2 * cov[0, 1])
show("delong pair", d, sd, d - z * sd, d + z * sd, 2 * stats.norm.sf(abs(d / sd)))
fpr, tpr, thr = metrics.roc_curve(y, p)
show("roc points, sums", len(fpr), fpr.sum(), tpr.sum(), thr[1:].sum())
show("roc point 7", fpr[7], tpr[7], thr[7])
pr, rc, th = metrics.precision_recall_curve(y, p)
show("pr points, sums", len(pr), pr.sum(), rc.sum(), th.sum())
show("pr point 10", pr[10], rc[10], th[10])
for s in (p, q):
    show("average precision", metrics.average_precision_score(y, s))

p64 = p.astype(float)
share, mean = calibration.calibration_curve(y, p64, n_bins=10)
ids = np.clip(np.searchsorted(np.linspace(0, 1, 11)[1:-1], p64), 0, 9)
count = np.bincount(ids, minlength=10)
show("bins count", *count)
show("bins mean", *mean)
show("bins share", *share)
show("ece", np.sum(count / len(p) * np.abs(share - mean)))
show("brier", metrics.brier_score_loss(y, p64))
cut = np.clip(p64, 1e-7, 1 - 1e-7)
show("log loss", metrics.log_loss(y, cut))
logit = special.logit(cut)
for name, s in (("mild", q), ("p", p)):
    lg = special.logit(np.clip(s.astype(float), 1e-7, 1 - 1e-7))
    loss = lambda t: np.mean(np.logaddexp(0, lg / t) - y * lg / t)
    best = optimize.minimize_scalar(loss, bounds=(0.01, 100), method="bounded", options={"xatol": 1e-12})
    root = 1 / optimize.brentq(lambda b: np.mean((special.expit(b * lg) - y) * lg), 0.01, 100, xtol=1e-15)
    show(f"temperature {name}", best.x, root, loss(root))
show("apply 0.9 T 2", special.expit(special.logit(float(np.float32(0.9))) / 2))

for t in (0.0, 0.25, 0.5, 0.735, 1.0):
    hat = p64 > t
    r = metrics.recall_score(y, hat, labels=[0, 1], average=None, zero_division=0)
    show(f"threshold {t}", metrics.accuracy_score(y, hat), r[0], r[1], metrics.balanced_accuracy_score(y, hat))
levels = np.unique(p64)
cuts = np.concatenate(([0], (levels[1:] + levels[:-1]) / 2, [1]))
for name, score in (("accuracy", metrics.accuracy_score), ("balanced", metrics.balanced_accuracy_score)):
    v = np.array([score(y, p64 > t) for t in cuts])
    best = np.flatnonzero(v == v.max())
    show(f"best {name}", len(cuts), v.max(), cuts[best[np.argmin(np.abs(cuts[best] - 0.5))]], len(best))
