"""Numbers for tests/pipeline/compare/test_effects.c, by statsmodels: ordinary least squares with a constant per block."""
import numpy as np
import statsmodels.api as sm

# lr x size x seed, as the test's runs.csv has them
acc = {("0.001", "50"): (0.950, 0.953, 0.949), ("0.001", "100"): (0.961, 0.958, 0.963),
       ("0.01", "50"): (0.931, 0.940, 0.938), ("0.01", "100"): (0.955, 0.950, 0.941)}
rows = [(float(lr == "0.01"), float(size == "100"), seed, v) for (lr, size), vs in acc.items() for seed, v in enumerate(vs)]
lr, size, seed, y = (np.array(c) for c in zip(*rows))


def show(name, fit):
    low, high = fit.conf_int()[-1]
    print(name, int(fit.df_resid), *(f"{q:.12g}" for q in (fit.params[-1], low, high, fit.pvalues[-1])))


def blocks(*keys):
    ids = np.unique(np.column_stack(keys), axis=0, return_inverse=True)[1].ravel()
    return (ids[:, None] == np.arange(ids.max() + 1)).astype(float)


show("lr", sm.OLS(y, np.column_stack((blocks(size, seed), lr))).fit())
show("size", sm.OLS(y, np.column_stack((blocks(lr, seed), size))).fit())
per = blocks(seed)
show("lr x size", sm.OLS(y, np.column_stack((per, per * lr[:, None], per * size[:, None], lr * size))).fit())

# one key of three numeric levels over two seeds: the slope per step
x = np.array([0, 1, 2, 0, 1, 2.0])
y = np.array([0.90, 0.93, 0.95, 0.89, 0.94, 0.945])
show("trend", sm.OLS(y, np.column_stack((np.repeat(np.eye(2), 3, axis=0), x))).fit())

# a list: one model against both seeds of the base
from scipy import stats

r = stats.ttest_1samp([0.85 - 0.90, 0.85 - 0.92], 0)
print("list", *(f"{q:.9g}" for q in (r.confidence_interval().low, r.confidence_interval().high, r.pvalue)))
