"""Prints Keras's LSTM, GRU (reset_after) and SimpleRNN on the numbers of test_rnn.c's keras_numbers(): outputs of both
kinds and the gradients of sum(y * (index + 1) / 10)."""
import keras
import numpy as np
import tensorflow as tf

MB, STEPS, IC, HC = 2, 3, 2, 2


def numbers(n, start):
    """0.05 * ((start + 7 i) mod 23 - 11): exact enough in any language"""
    return np.array([0.05 * ((start + 7 * i) % 23 - 11) for i in range(n)], np.float32)


def row(name, v):
    print(f"/* {name} */ {{" + ", ".join(f"{float(x):.9g}" for x in np.ravel(v)) + "},")


for name, cls, gates, rows in (("lstm", keras.layers.LSTM, 4, 1), ("gru", keras.layers.GRU, 3, 2),
                               ("simple", keras.layers.SimpleRNN, 1, 1)):
    columns = gates * HC
    for last in (False, True):
        layer = cls(HC, return_sequences=not last)
        x = tf.Variable(numbers(MB * STEPS * IC, 1).reshape(MB, STEPS, IC))
        layer.build(x.shape)
        b = numbers(rows * columns, 4)
        layer.set_weights([numbers(IC * columns, 2).reshape(IC, columns), numbers(HC * columns, 3).reshape(HC, columns),
                           b.reshape(2, columns) if rows == 2 else b])
        weights = [v.value for v in layer.trainable_variables]
        with tf.GradientTape() as tape:
            y = layer(x)
            n = int(np.prod(y.shape))
            loss = tf.reduce_sum(tf.reshape(y, [-1]) * tf.constant((np.arange(n) + 1) / 10, tf.float32))
        grads = tape.gradient(loss, [x, *weights])
        for part, v in zip(("y", "dx", "dw", "du", "db"), [y, *grads]):
            row(f"{name} {'last' if last else 'all'} {part}", v)
