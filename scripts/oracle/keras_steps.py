"""Prints the loss of each training step of small Keras models as C tables: tests/kernels/nn/keras_steps.inc.

usage: keras_steps.py [CASE...]      (default: every case)
Weights, pixels and labels come from the integer hash `mix`, which tests/kernels/nn/net_data.c computes too.
A loss is the mean over the batch plus the penalty, before the step's update. Keras 3 on TensorFlow in float64: its own
float32 strays further from this than the kernels do (2e-4 after 20 steps of a 50x50 net at lr 1e-4). cnn_50 takes small
steps because larger ones magnify any rounding.
"""
import os
import sys

os.environ.update(TF_CPP_MIN_LOG_LEVEL='3', KERAS_BACKEND='tensorflow', CUDA_VISIBLE_DEVICES='')
import numpy as np
import keras
import tensorflow as tf
from keras import layers as L

IMAGES = 256
keras.backend.set_floatx('float64')
keras.config.set_dtype_policy('float64')


def mix(x):
    """The finalizer of MurmurHash3 on uint32."""
    x = np.asarray(x, np.uint64) & 0xffffffff
    x ^= x >> 16
    x = x * 0x85ebca6b & 0xffffffff
    x ^= x >> 13
    x = x * 0xc2b2ae35 & 0xffffffff
    return x ^ x >> 16


def pixels(size):
    n, y, x = np.meshgrid(np.arange(IMAGES), np.arange(size), np.arange(size), indexing='ij')
    noise = mix(7919 + (n * size + y) * size + x) >> 25
    label = labels()[:, None, None]
    return (noise + label * 3 * (y + x) + (1 - label) * 60 + ((n * 37) & 31)).astype(np.uint8)


def labels():
    return (mix(np.arange(IMAGES) + 104729) >> 16 & 1).astype(np.int64)


def weights(number, shape, bias):
    """Uniform in +-sqrt(6 / (rows + columns)), +-0.05 for a bias."""
    n = int(np.prod(shape))
    u = (mix(number * 1000003 + np.arange(n) + 1) >> 8).astype(np.float64) / 2 ** 24
    limit = 0.05 if bias else np.sqrt(6.0 / (n // shape[-1] + shape[-1]))
    return ((2 * u - 1) * limit).astype(np.float32).reshape(shape)


def about_one(number, shape):
    """Uniform in 0.7..1.3."""
    u = (mix(number * 1000003 + np.arange(int(np.prod(shape))) + 1) >> 8).astype(np.float64) / 2 ** 24
    return (1 + (2 * u - 1) * 0.3).astype(np.float32).reshape(shape)


def head(out):
    return [L.Dense(2 if out == 'softmax' else 1, out)]


def cnn(size, filters, dense, out='sigmoid', reg=None):
    return size, [L.Conv2D(filters, 3, activation='relu', kernel_regularizer=reg), L.MaxPooling2D(),
                  L.Conv2D(filters, 3, activation='relu', kernel_regularizer=reg), L.MaxPooling2D(), L.Flatten(),
                  L.Dense(dense, 'relu', kernel_regularizer=reg)] + head(out), out


def rnn(size, cell, units, dense):
    return size, [L.Reshape((size, size)), cell(units, return_sequences=True), cell(units), L.Dense(dense, 'relu')] + \
        head('softmax'), 'softmax'


def mixed():
    return 20, [L.Conv2D(6, (3, 5), strides=2, padding='same', activation='elu'), L.AveragePooling2D(2, padding='same'),
                L.Conv2D(5, 2, activation='leaky_relu'), L.Activation('gelu'), L.MaxPooling2D(3, 1, padding='same'),
                L.Flatten(), L.Dense(9, 'gelu'), L.Dense(7, 'tanh')] + head('sigmoid'), 'sigmoid'


def residual():
    norm = lambda: L.BatchNormalization(momentum=0.9)
    x = keras.Input((20, 20, 1))
    y = L.MaxPooling2D()(L.Activation('relu')(norm()(L.Conv2D(6, 3, padding='same')(x))))
    z = L.Activation('relu')(norm()(L.Conv2D(6, 3, padding='same')(y)))
    z = norm()(L.SeparableConv2D(6, 3, padding='same')(z))
    y = L.Activation('relu')(L.Add()([z, y]))
    y = L.LayerNormalization()(L.DepthwiseConv2D(3, strides=2, padding='same')(y))
    y = norm()(L.Dense(5, 'relu')(L.GlobalAveragePooling2D()(y)))
    return x, head('sigmoid')[0](y), 'sigmoid'


def logreg():
    return 14, [L.Flatten()] + head('sigmoid'), 'sigmoid'


O = keras.optimizers
R = keras.regularizers
CASES = {
    'cnn_sigmoid': (lambda: cnn(20, 8, 16), lambda: O.Adam(1e-3), 32, 20),
    'cnn_softmax': (lambda: cnn(20, 8, 16, 'softmax'), lambda: O.Adam(1e-3), 32, 20),
    'cnn_relu': (lambda: cnn(20, 8, 16, 'relu'), lambda: O.Adam(1e-3), 32, 20),
    'cnn_l1': (lambda: cnn(20, 8, 16, 'sigmoid', R.L1(0.001)), lambda: O.Adam(1e-3), 32, 20),
    'cnn_l2': (lambda: cnn(20, 8, 16, 'sigmoid', R.L2(0.01)), lambda: O.Adam(1e-3), 32, 20),
    'cnn_50': (lambda: cnn(50, 64, 64), lambda: O.Adam(3e-5), 32, 20),
    'mixed': (mixed, lambda: O.Adam(1e-3), 32, 20),
    'residual': (residual, lambda: O.Adam(1e-3), 32, 20),
    'logreg': (logreg, lambda: O.Adam(1e-3), 32, 20),
    'rnn_lstm': (lambda: rnn(14, L.LSTM, 12, 8), lambda: O.Adam(1e-3), 32, 20),
    'rnn_gru': (lambda: rnn(14, L.GRU, 12, 8), lambda: O.Adam(1e-3), 32, 20),
    'rnn_simple': (lambda: rnn(14, L.SimpleRNN, 12, 8), lambda: O.Adam(1e-3), 32, 20),
    'sgd': (lambda: cnn(20, 8, 16), lambda: O.SGD(0.01), 32, 8),
    'sgd_momentum': (lambda: cnn(20, 8, 16), lambda: O.SGD(0.01, momentum=0.9), 32, 8),
    'sgd_nesterov': (lambda: cnn(20, 8, 16), lambda: O.SGD(0.01, momentum=0.9, nesterov=True), 32, 8),
    'rmsprop': (lambda: cnn(20, 8, 16), lambda: O.RMSprop(1e-3), 32, 8),
    'rmsprop_momentum': (lambda: cnn(20, 8, 16), lambda: O.RMSprop(1e-3, momentum=0.5), 32, 8),
    'adamw': (lambda: cnn(20, 8, 16), lambda: O.AdamW(1e-3), 32, 8),
}


def losses(case):
    build, optimizer, batch, steps = case
    size, body, out = build()
    if isinstance(body, list):
        model = keras.Sequential([keras.Input((size, size, 1))] + body)
    else:
        model, size = keras.Model(size, body), size.shape[1]
    for i, v in enumerate(model.weights):
        if v.path.endswith(('gamma', 'moving_variance')):
            v.assign(about_one(i, v.shape))
        else:
            v.assign(weights(i, v.shape, v.path.endswith(('bias', 'beta', 'moving_mean'))))
    if out == 'relu':  # in the middle of its range, so that gradients pass
        model.weights[-1].assign([0.5])
    x = pixels(size)[..., None].astype(np.float32) / 255
    y = labels()
    opt = optimizer()
    criterion = keras.losses.SparseCategoricalCrossentropy() if out == 'softmax' else keras.losses.BinaryCrossentropy()
    for step in range(steps):
        at = (step * batch + np.arange(batch)) % IMAGES
        with tf.GradientTape() as tape:
            p = model(x[at], training=True)
            loss = criterion(y[at] if out == 'softmax' else y[at][:, None].astype(np.float64), p) + sum(model.losses)
        opt.apply_gradients(zip(tape.gradient(loss, model.trainable_weights), model.trainable_weights))
        yield float(loss)


print('/* Made by scripts/oracle/keras_steps.py (Keras %s). */' % keras.__version__)
for name in sys.argv[1:] or CASES:
    values = ['%.9g' % v for v in losses(CASES[name])]
    rows = [', '.join(values[i:i + 7]) for i in range(0, len(values), 7)]
    print('static const double %s[] = {\n    %s};' % (name, ',\n    '.join(rows)), flush=True)
