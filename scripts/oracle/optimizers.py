"""Prints the weights after 5 steps of each Keras optimizer, from fixed numbers, as C for test_optimizer.c."""
import keras
import numpy as np

W = np.array([0.5, -0.25, 1.5, 0.0, -2.0], np.float32)
G = [np.array([0.1, -0.2, 0.003, 0.0, 4.0], np.float32) * np.float32(s) for s in (1, -0.5, 2, 0.25, 1)]
K = keras.optimizers
CASES = {
    "sgd": K.SGD(0.01),
    "sgd_momentum": K.SGD(0.01, momentum=0.9),
    "sgd_nesterov": K.SGD(0.01, momentum=0.9, nesterov=True),
    "rmsprop": K.RMSprop(0.001),
    "rmsprop_momentum": K.RMSprop(0.001, rho=0.8, momentum=0.5, epsilon=1e-3),
    "adam": K.Adam(0.001),
    "adam_options": K.Adam(0.01, beta_1=0.8, beta_2=0.95, epsilon=1e-4),
    "adamw": K.AdamW(0.001),
    "adamw_decay": K.AdamW(0.01, weight_decay=0.1),
}
for name, opt in CASES.items():
    v = keras.Variable(W)
    opt.build([v])
    for g in G:
        opt.apply([keras.ops.convert_to_tensor(g)], [v])
    print(f"/* {name} */ {{" + ", ".join(f"{float(x):.9g}" for x in keras.ops.convert_to_numpy(v)) + "},")
