"""Prints Keras's activations and their gradients at fixed points, as C for test_activation.c."""
import keras
import numpy as np
import tensorflow as tf

Z = np.array([-12.0, -3.0, -1.0, -0.25, -0.0, 0.0, 1e-6, 0.5, 1.0, 2.75, 9.0], np.float32)
CASES = {
    "linear": lambda z: keras.activations.linear(z),
    "relu": lambda z: keras.activations.relu(z),
    "leaky_relu": lambda z: keras.activations.leaky_relu(z, negative_slope=0.3),
    "elu": lambda z: keras.activations.elu(z, alpha=0.7),
    "tanh": lambda z: keras.activations.tanh(z),
    "sigmoid": lambda z: keras.activations.sigmoid(z),
    "gelu": lambda z: keras.activations.gelu(z, approximate=False),
}


def row(name, v):
    print(f"/* {name} */ {{" + ", ".join(f"{float(x):.9g}" for x in v) + "},")


for name, f in CASES.items():
    t = tf.Variable(Z)
    with tf.GradientTape() as tape:
        y = f(t)
        loss = tf.reduce_sum(y)
    row(name, y.numpy())
    row(name + " slope", tape.gradient(loss, t).numpy())
