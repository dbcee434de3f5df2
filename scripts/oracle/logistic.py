"""Prints scikit-learn's logistic-regression objective and gradient (scaled as LogisticRegression scales them: C sum of
losses + w'w/2) on the numbers of test_logreg.c, as C."""
import numpy as np
from sklearn._loss import HalfBinomialLoss
from sklearn.linear_model._linear_loss import LinearModelLoss

ROWS, F, C = 7, 5, 2.0
X = np.array([[(37 * r + 61 * k + 11 * r * k) % 256 for k in range(F)] for r in range(ROWS)], np.float64) / 255
y = np.array([r * r % 3 == 1 for r in range(ROWS)], np.float64)
w = np.array([0.5, -1.25, 2.0, 0.0, -0.75, 0.3])
loss = LinearModelLoss(base_loss=HalfBinomialLoss(), fit_intercept=True)
for weight in ((1.0, 1.0), (0.5, 3.0)):
    s = np.where(y == 1, weight[1], weight[0])
    n = s.sum()
    value, grad = loss.loss_gradient(w, X, y, sample_weight=s, l2_reg_strength=1 / (C * n))
    print(f"{value * C * n:.17g}, {{" + ", ".join(f"{g * C * n:.17g}" for g in grad) + "}")
