"""Prints the objective that scikit-learn's LogisticRegression (lbfgs) reaches on the data set of stage_rig.h, as C:
C, max_iter, iterations, objective (w'w/2 + C sum of losses), then accuracy on the training images."""
import numpy as np
from sklearn.linear_model import LogisticRegression

M = 0xFFFFFFFF


def mix(a, b):
    z = (np.uint64(0x9E3779B9) * a + np.uint64(0x85EBCA6B) * b + np.uint64(1)) & np.uint64(M)
    z ^= z >> np.uint64(16)
    z = z * np.uint64(0x7FEB352D) & np.uint64(M)
    z ^= z >> np.uint64(15)
    z = z * np.uint64(0x846CA68B) & np.uint64(M)
    return z ^ (z >> np.uint64(16))


def data(size, train, count):
    image = ((37 * np.arange(train) + 11) % count).astype(np.uint64)[:, None]
    pixel = np.arange(size * size).astype(np.uint64)[None]
    kind = (mix(image, np.uint64(100000)) % np.uint64(100) < 40).astype(np.uint64)
    label = np.where(mix(image, np.uint64(300000)) % np.uint64(100) < 8, 1 - kind, kind)
    noise = mix(image, pixel) & np.uint64(255)
    bright = mix(image, np.uint64(200000)) & np.uint64(255)
    bump = np.where(pixel // np.uint64(4) % np.uint64(2) == kind, 255, 0).astype(np.uint64)
    x = (12 * noise.astype(int) + 5 * bright.astype(int) + 3 * bump.astype(int)) // 20
    return x / 255.0, label[:, 0].astype(int)


X, y = data(8, 900, 1000)
t = 2 * y - 1
for C in (1.0, 0.01, 100.0):
    model = LogisticRegression(C=C, max_iter=200).fit(X, y)
    w, b = model.coef_[0], model.intercept_[0]
    objective = w @ w / 2 + C * np.logaddexp(0, -t * (X @ w + b)).sum()
    print(f"{{{C}, 200, {objective:.12g}}}, /* {model.n_iter_[0]} iterations, accuracy {model.score(X, y):.4f} */")
