"""Prints the numbers of tests/kernels/ops/test_conv2d.c: one convolution block in Keras (TensorFlow) and one in PyTorch,
forward and the gradients of sum(y * r). Inputs are multiples of 1/8: fill(n, a, b)[i] = ((i * a + b) % 17 - 8) / 8."""
import numpy as np


def fill(shape, a, b):
    n = int(np.prod(shape))
    return (((np.arange(n) * a + b) % 17 - 8) / 8).astype(np.float32).reshape(shape)


def show(name, v):
    print(f"static const float {name}[] = {{" + ", ".join(f"{x:.9g}f" if "." in f"{x:.9g}" or "e" in f"{x:.9g}"
          else f"{x:.9g}" for x in np.asarray(v, np.float32).ravel()) + "};")


def keras_case():
    """ic 2, 4x5, oc 2, kernel 3x3, stride 2, padding same, relu."""
    import tensorflow as tf
    x, w, b = (tf.constant(v) for v in (fill((1, 4, 5, 2), 5, 3), fill((3, 3, 2, 2), 7, 1), fill((2,), 3, 9)))
    r = fill((1, 2, 3, 2), 11, 2)
    with tf.GradientTape() as tape:
        tape.watch([x, w, b])
        y = tf.nn.relu(tf.nn.conv2d(x, w, 2, "SAME") + b)
        loss = tf.reduce_sum(y * r)
    for name, v in zip(("y", "dx", "dw", "db"), (y, *tape.gradient(loss, [x, w, b]))):
        show("keras_" + name, v)


def torch_case():
    """ic 1, 6x7, oc 2, kernel 2x2, tanh, max-pooling 3x3 stride 2."""
    import torch
    x, w, b = (torch.tensor(v, requires_grad=True) for v in (fill((1, 6, 7, 1), 5, 3), fill((2, 2, 1, 2), 7, 1),
                                                             fill((2,), 3, 9)))
    z = torch.nn.functional.conv2d(x.permute(0, 3, 1, 2), w.permute(3, 2, 0, 1), b)
    y = torch.nn.functional.max_pool2d(torch.tanh(z), 3, 2).permute(0, 2, 3, 1)
    (y * torch.tensor(fill(tuple(y.shape), 11, 2))).sum().backward()
    for name, v in (("y", y.detach()), ("dx", x.grad), ("dw", w.grad), ("db", b.grad)):
        show("torch_" + name, v)


keras_case()
torch_case()
