"""facet's models in Keras on TensorFlow, on arrays that facet's ingest and split wrote. Prints one line of JSON.

usage: keras_peer.py train    INGEST_DIR SPLIT_DIR MODEL BATCH EPOCHS SEED [VARIANT]     MODEL: cnn | logreg | rnn
       keras_peer.py evaluate INGEST_DIR SPLIT_DIR MODEL BATCH
train: images_per_second of the training steps (median of the epochs after the first), test_accuracy. VARIANT is plain or jit
(XLA); without one both are tried on a few batches and the faster is taken and told.
evaluate: images_per_second of model.evaluate on the test side, the second call.
"""
import os
import sys
import time

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", KERAS_BACKEND="tensorflow", CUDA_VISIBLE_DEVICES="")
import numpy as np
import tensorflow as tf
import keras
from keras import layers as L

from peer_data import THREADS, Data, fastest, median_after_first, seconds, tell

VERSION = f"Keras {keras.__version__} on TensorFlow {tf.__version__}"
TRIAL_BATCHES = 2


def build(kind, shape, jit):
    h, w, c = shape
    if kind == "cnn":
        body = [L.Conv2D(64, 3, activation="relu"), L.MaxPooling2D(), L.Conv2D(64, 3, activation="relu"), L.MaxPooling2D(),
                L.Flatten(), L.Dense(64, "relu")]
    elif kind == "rnn":
        body = [L.Reshape((h, w * c)), L.LSTM(128, return_sequences=True), L.LSTM(128), L.Dense(32, "relu")]
    else:
        body = [L.Flatten()]
    last = L.Dense(2, "softmax") if kind == "rnn" else L.Dense(1, "sigmoid")
    m = keras.Sequential([keras.Input((h, w, c))] + body + [last])
    m.compile(keras.optimizers.Adam(1e-3), "sparse_categorical_crossentropy" if kind == "rnn" else "binary_crossentropy",
              metrics=["accuracy"], jit_compile=jit)
    return m


class Clock(keras.callbacks.Callback):
    """Wall time of the training steps of each epoch."""

    def __init__(self):
        super().__init__()
        self.seconds = []

    def on_epoch_begin(self, epoch, logs=None):
        self.began = time.perf_counter()

    def on_train_batch_end(self, step, logs=None):
        self.last = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds.append(self.last - self.began)


def train(data, kind, batch, epochs, seed, variant=None):
    x, y = data.side("train")

    def trial(name):
        m = build(kind, data.shape, name == "jit")
        m.train_on_batch(x[:batch], y[:batch])
        return seconds(lambda: [m.train_on_batch(x[:batch], y[:batch]) for _ in range(TRIAL_BATCHES)])

    variant = variant or fastest(["plain", "jit"], trial)
    keras.utils.set_random_seed(seed)
    m, clock = build(kind, data.shape, variant == "jit"), Clock()
    m.fit(x, y, batch_size=batch, epochs=epochs, verbose=0, callbacks=[clock])
    accuracy = m.evaluate(*data.side("test"), batch_size=1000, verbose=0)[1]
    tell(images_per_second=len(y) / median_after_first(clock.seconds), test_accuracy=accuracy, variant=variant, version=VERSION)


def evaluate(data, kind, batch):
    x, y = data.side("test")
    m = build(kind, data.shape, False)
    m.evaluate(x[:2 * batch], y[:2 * batch], batch_size=batch, verbose=0)
    took = min(seconds(lambda: m.evaluate(x, y, batch_size=batch, verbose=0)) for _ in range(2))
    tell(images_per_second=len(y) / took, version=VERSION)


if __name__ == "__main__":
    tf.config.threading.set_intra_op_parallelism_threads(THREADS)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    mode, ingest, split, kind, *rest = sys.argv[1:]
    if mode == "train":
        train(Data(ingest, split), kind, *map(int, rest[:3]), *rest[3:])
    else:
        evaluate(Data(ingest, split), kind, int(rest[0]))
