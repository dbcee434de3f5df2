"""Training speed and accuracy of facet's models in Keras on TensorFlow, on arrays that facet's ingest and split wrote.

usage: keras_train.py INGEST_DIR SPLIT_DIR MODEL BATCH EPOCHS SEED [OUTPUT [L1 [L2]]]     MODEL: cnn | logreg | rnn
Prints one line of JSON: images_per_second (training steps, median of the epochs after the first), test_accuracy.
"""
import json
import os
import sys
import time

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", KERAS_BACKEND="tensorflow", CUDA_VISIBLE_DEVICES="")
import numpy as np
import tensorflow as tf
import keras
from keras import layers as L

ingest, split, kind, batch, epochs, seed = sys.argv[1:7]
output = sys.argv[7] if len(sys.argv) > 7 else "softmax" if kind == "rnn" else "sigmoid"
l1, l2 = (float(v) for v in (sys.argv[8:10] + ["0", "0"])[:2])
threads = int(os.environ.get("PEER_THREADS", os.cpu_count()))
tf.config.threading.set_intra_op_parallelism_threads(threads)
tf.config.threading.set_inter_op_parallelism_threads(1)
keras.utils.set_random_seed(int(seed))

X = np.load(f"{ingest}/X.npy", mmap_mode="r")
y = np.load(f"{ingest}/y.npy")
side = {s: np.load(f"{split}/{s}.npy") for s in ("train", "val", "test")}


def pixels(s):
    return np.asarray(X[side[s]], np.float32) / 255


def model():
    penalty = keras.regularizers.L1L2(l1, l2) if l1 or l2 else None
    units, act = (2, "softmax") if output == "softmax" else (1, output)
    h, w, c = X.shape[1:]
    if kind == "cnn":
        body = [L.Conv2D(64, 3, activation="relu", kernel_regularizer=penalty), L.MaxPooling2D(),
                L.Conv2D(64, 3, activation="relu", kernel_regularizer=penalty), L.MaxPooling2D(),
                L.Flatten(), L.Dense(64, "relu", kernel_regularizer=penalty)]
    elif kind == "rnn":
        body = [L.Reshape((h, w * c)), L.LSTM(128, return_sequences=True), L.LSTM(128), L.Dense(32, "relu")]
    else:
        body = [L.Flatten()]
    m = keras.Sequential([keras.Input((h, w, c))] + body + [L.Dense(units, act)])
    m.compile(keras.optimizers.Adam(1e-3),
              "sparse_categorical_crossentropy" if units == 2 else "binary_crossentropy", metrics=["accuracy"])
    return m


class Clock(keras.callbacks.Callback):
    """Wall time of the training steps of each epoch, validation left out."""

    def __init__(self):
        super().__init__()
        self.seconds = []

    def on_epoch_begin(self, epoch, logs=None):
        self.began = time.perf_counter()

    def on_train_batch_end(self, step, logs=None):
        self.last = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds.append(self.last - self.began)


m, clock = model(), Clock()
m.fit(pixels("train"), y[side["train"]], batch_size=int(batch), epochs=int(epochs), verbose=0, callbacks=[clock])
accuracy = m.evaluate(pixels("test"), y[side["test"]], batch_size=1000, verbose=0)[1]
steady = sorted(clock.seconds[1:] or clock.seconds)
print(json.dumps({"images_per_second": len(side["train"]) / steady[len(steady) // 2], "test_accuracy": accuracy,
                  "version": f"Keras {keras.__version__}, TensorFlow {tf.__version__}"}))
