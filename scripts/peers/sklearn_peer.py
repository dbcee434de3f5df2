"""scikit-learn's logistic regression by lbfgs on arrays that facet's ingest and split wrote. Prints one line of JSON.

usage: sklearn_peer.py INGEST_DIR SPLIT_DIR C MAX_ITER MODEL.safetensors
seconds: wall time of fit() on float32 pixels of 0..1 in memory. objective, facet_objective: w'w/2 + C sum log(1 + exp(-y z)) over the
training images at scikit-learn's weights and at those of facet's model, both in double.
"""
import json
import sys

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from peer_data import THREADS, Data, seconds, tell


def objective(x, y, w, b, c):
    z = x.astype(np.float64) @ w + b
    return w @ w / 2 + c * np.logaddexp(0, np.where(y == 1, -z, z)).sum()


def facet_weights(path):
    with open(path, "rb") as f:
        head = json.loads(f.read(int.from_bytes(f.read(8), "little")))
        body = f.read()
    tensors = {name: np.frombuffer(body[t["data_offsets"][0]:t["data_offsets"][1]], "<f4").astype(np.float64)
               for name, t in head.items() if name != "__metadata__"}
    return (next(v for n, v in tensors.items() if n.endswith("kernel")), next(v for n, v in tensors.items() if n.endswith("bias"))[0])


ingest, split, c, iterations, model = sys.argv[1:]
x, y = Data(ingest, split).side("train")
x = x.reshape(len(x), -1)
fit = LogisticRegression(C=float(c), max_iter=int(iterations))
with threadpool_limits(THREADS):
    took = seconds(lambda: fit.fit(x, y))
w, b = facet_weights(model)
tell(seconds=took, iterations=int(fit.n_iter_[0]), version=f"scikit-learn {sklearn.__version__}",
     objective=objective(x, y, fit.coef_[0].astype(np.float64), float(fit.intercept_[0]), float(c)),
     facet_objective=objective(x, y, w, b, float(c)))
