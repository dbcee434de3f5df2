"""Numbers for tests/pipeline/insight, by scikit-learn, scipy and statsmodels, on the made-up study of insight_rig.c: one group of
three seeds, 200 validation and 300 test images, two attributes."""
import numpy as np
from scipy import optimize, special
from sklearn import calibration, metrics
from statsmodels.stats import multitest, proportion

VAL, TEST = 200, 300


def made(seed):
    """side, label, probability and the two attributes of every image, as made_probability and made_set in insight_rig.c."""
    i = np.arange(VAL + TEST)
    label = (i * 31 % 100 < 37).astype(int)
    x = (i * 7919 + seed * 104729) % 1009
    p = np.where(label == 1, 0.35, 0.0) + 0.65 * x / 1009
    p = np.where(i % 3 == 0, np.round(p * 20) / 20, p).astype(np.float32)
    a = np.where(i % 4 == 0, 1, -1)
    b = np.where((i * 13 % 7 < 2) & (label == 1), 1, np.where(i % 50 == 49, 0, -1))
    return i < VAL, label, p, {"Glasses": a, "Beard": b}


def log_loss(label, p):
    p = np.clip(p.astype(float), 1e-7, 1 - 1e-7)
    return -np.mean(np.where(label == 1, np.log(p), np.log1p(-p)))


def ece(label, p):
    share, mean = calibration.calibration_curve(label, p, n_bins=10, strategy="uniform")
    edges = np.linspace(0, 1, 11)
    count = np.bincount(np.searchsorted(edges[1:-1], p.astype(float)), minlength=10)
    return np.sum(count[count > 0] * np.abs(share - mean)) / len(p)


def logit(p):
    p = np.clip(p.astype(float), 1e-7, 1 - 1e-7)
    return np.log(p) - np.log1p(-p)


def delong(label, p):
    """Placement values, by the definition."""
    one, zero = p[label == 1].astype(float), p[label == 0].astype(float)
    m = (one[:, None] > zero[None, :]) + 0.5 * (one[:, None] == zero[None, :])
    se = np.sqrt(np.var(m.mean(1), ddof=1) / len(one) + np.var(m.mean(0), ddof=1) / len(zero))
    auc = metrics.roc_auc_score(label, p)
    return auc, auc - 1.959963984540054 * se, auc + 1.959963984540054 * se


def best(label, p, value):
    u = np.unique(p.astype(float))
    t = np.concatenate([[0.0], (u[1:] + u[:-1]) / 2, [1.0]])
    v = np.array([value(label, (p > x).astype(int)) for x in t])
    k = np.flatnonzero(v >= v.max() - 1e-12)
    return t[k[np.argmin(np.abs(t[k] - 0.5))]]


for seed in (1, 2, 3):
    val, label, p, _ = made(seed)
    lv, pv, lt, pt = label[val], p[val], label[~val], p[~val]
    T = optimize.minimize_scalar(lambda T: log_loss(lv, special.expit(logit(pv) / T)), bounds=(0.01, 100), method="bounded",
                                 options={"xatol": 1e-12}).x
    q = special.expit(logit(pt) / T).astype(np.float32)
    tb, ta = best(lv, pv, metrics.balanced_accuracy_score), best(lv, pv, metrics.accuracy_score)
    print("scores", seed, *(f"{v:.10g}" for v in (
        *delong(lt, pt), metrics.average_precision_score(lt, pt), ece(lt, pt), metrics.brier_score_loss(lt, pt.astype(float)), log_loss(lt, pt), T,
        ece(lt, q), metrics.brier_score_loss(lt, q.astype(float)), log_loss(lt, q), metrics.accuracy_score(lt, pt > 0.5),
        metrics.recall_score(1 - lt, pt <= 0.5), metrics.recall_score(lt, pt > 0.5), metrics.balanced_accuracy_score(lt, pt > 0.5),
        tb, metrics.balanced_accuracy_score(lt, pt > tb), ta, metrics.accuracy_score(lt, pt > ta))))

val, label, _, attributes = made(1)
right = np.mean([(made(s)[2] > 0.5) == label for s in (1, 2, 3)], axis=0)
z = 1.959963984540054


def wilson(k, n):
    """statsmodels takes shares of a fractional count; checked against its own on whole ones below."""
    return proportion.proportion_confint(k, n, method="wilson")


rows, ps = [], []
for name, value in {"Male": np.where(label == 1, 1, -1), **attributes}.items():
    part = {v: (value == v) & ~val for v in (1, -1)}
    k, n = {v: right[part[v]].sum() for v in part}, {v: part[v].sum() for v in part}
    p1, p0 = k[1] / n[1], k[-1] / n[-1]
    (l1, u1), (l0, u0) = wilson(k[1], n[1]), wilson(k[-1], n[-1])
    pooled = (k[1] + k[-1]) / (n[1] + n[-1])
    zed = (p1 - p0) / np.sqrt(pooled * (1 - pooled) * (1 / n[1] + 1 / n[-1]))
    gap = (p1 - p0, p1 - p0 - np.hypot(p1 - l1, u0 - p0), p1 - p0 + np.hypot(u1 - p1, p0 - l0), 2 * special.ndtr(-abs(zed)))
    for v in (1, -1):
        recall = [right[part[v] & (label == c)].mean() if (part[v] & (label == c)).any() else np.nan for c in (0, 1)]
        rows.append((name, v, n[v], k[v] / n[v], *wilson(k[v], n[v]), *recall, *gap))
    small = name != "Male" and min((part[v] & (label == c)).sum() for v in part for c in (0, 1)) < 10
    ps.append(np.nan if small or min(n.values()) < 30 else gap[3])
tested = ~np.isnan(ps)
holm = np.full(len(ps), np.nan)
holm[tested] = multitest.multipletests(np.array(ps)[tested], method="holm")[1]
for r, h in zip(rows, np.repeat(holm, 2)):
    print("slice", *(f"{v:.10g}" if isinstance(v, float) else v for v in r), f"{h:.10g}")

for k1, n1, k0, n0 in ((96, 110, 2255, 2338), (0, 10, 10, 10), (5, 5, 7, 7), (56, 70, 48, 80)):
    low, high = proportion.confint_proportions_2indep(k1, n1, k0, n0, method="newcomb", compare="diff")
    p = proportion.proportions_ztest([k1, k0], [n1, n0])[1]
    print("gap", k1, n1, k0, n0, *(f"{v:.12g}" for v in (k1 / n1 - k0 / n0, low, high, p, *wilson(k1, n1))))
