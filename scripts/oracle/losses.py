"""Prints Keras's loss, probability and gradient by logit of each output layer, as C for test_loss.c."""
import keras
import numpy as np
import tensorflow as tf

Z = [-100.0, -20.0, -3.0, -0.5, 0.0, 1e-8, 0.25, 0.75, 1.0, 2.5, 30.0, 90.0]


def show(name, z, p, y, loss, grad):
    values = [*np.ravel(z), p, float(y), loss, *np.ravel(grad)]
    print(f"/* {name} */ {{" + ", ".join(f"{float(v):.9g}" for v in values) + "},")


for y in (0, 1):
    for z in Z:
        for name, act in (("sigmoid", "sigmoid"), ("relu", "relu")):
            t = tf.Variable([[z]], dtype=tf.float32)
            with tf.GradientTape() as tape:
                p = keras.activations.get(act)(t)
                loss = keras.losses.BinaryCrossentropy(from_logits=False)(tf.constant([[float(y)]]), p)
                if name == "sigmoid":  # what a compiled model computes: from the logits
                    loss = keras.losses.BinaryCrossentropy(from_logits=True)(tf.constant([[float(y)]]), t)
            p = np.clip(p.numpy(), 1e-7, 1 - 1e-7) if name == "relu" else p.numpy()
            show(name, [z], p[0, 0], y, loss.numpy(), tape.gradient(loss, t).numpy())
    for z in ([0.0, 0.0], [1.0, -2.0], [-3.0, 0.5], [90.0, -90.0], [-60.0, 60.0], [1000.0, 1001.0]):
        t = tf.Variable([z], dtype=tf.float32)
        with tf.GradientTape() as tape:
            loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(tf.constant([y]), t)
        show("softmax", z, tf.nn.softmax(t).numpy()[0, 1], y, loss.numpy(), tape.gradient(loss, t).numpy())
