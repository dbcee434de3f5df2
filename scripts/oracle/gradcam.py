"""Grad-CAM (Selvaraju et al., "Grad-CAM: visual explanations from deep networks via gradient-based localization", ICCV 2017) in
PyTorch, in float64, from its definition: alpha_k = mean over positions of d logit / d A_k, map = sum_k alpha_k A_k, cut below 0 and
stretched by F.interpolate (bilinear, align_corners=False).

usage: gradcam.py            the tables of tests/kernels/nn/gradcam_torch.inc: nets with the weights and pixels of keras_steps.py
       gradcam.py maps       the tables of tests/pipeline/insight/gradcam_torch_maps.inc
       gradcam.py RUN DIR    compares the maps that `facet explain RUN IMAGE... --out DIR` left with those of the cnn of that run's
                             model.safetensors (RUN: its folder), and prints the largest difference
"""
import csv
import json
import os
import struct
import sys

import numpy as np
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)


def mix(x):
    """The finalizer of MurmurHash3 on uint32, as in keras_steps.py."""
    x = np.asarray(x, np.uint64) & 0xffffffff
    x ^= x >> 16
    x = x * 0x85ebca6b & 0xffffffff
    x ^= x >> 13
    x = x * 0xc2b2ae35 & 0xffffffff
    return x ^ x >> 16


def pixels(size, n):
    y, x = np.meshgrid(np.arange(size), np.arange(size), indexing='ij')
    label = int(mix(n + 104729) >> 16 & 1)
    noise = mix(7919 + (n * size + y) * size + x) >> 25
    return (noise + label * 3 * (y + x) + (1 - label) * 60 + ((n * 37) & 31)).astype(np.uint8)


def weights(number, shape, bias):
    n = int(np.prod(shape))
    u = (mix(number * 1000003 + np.arange(n) + 1) >> 8).astype(np.float64) / 2 ** 24
    limit = 0.05 if bias else np.sqrt(6.0 / (n // shape[-1] + shape[-1]))
    return ((2 * u - 1) * limit).astype(np.float32).reshape(shape)


class Net:
    """Layers that take their weights from an iterator of (kernel, bias); keeps the activation of every convolution."""

    def __init__(self, take):
        self.take, self.maps = take, []

    def conv(self, x, shape, act, stride=1, pad=(0, 0, 0, 0)):
        kernel, bias = (torch.tensor(v, dtype=torch.float64) for v in self.take(shape))
        a = act(F.conv2d(F.pad(x, pad), kernel.permute(3, 2, 0, 1), bias, stride))
        a.retain_grad()
        self.maps.append(a)
        return a

    def dense(self, x, units, act=lambda z: z):
        kernel, bias = (torch.tensor(v, dtype=torch.float64) for v in self.take((x.shape[1], units)))
        return act(x @ kernel + bias)


def flatten(x):
    return x.permute(0, 2, 3, 1).reshape(x.shape[0], -1)


def logit(z):
    return z[0, 1] - z[0, 0] if z.shape[1] == 2 else z[0, 0]


def cnn(net, x, filters=8, dense=16, units=1):
    x = F.max_pool2d(net.conv(x, (3, 3, x.shape[1], filters), F.relu), 2)
    x = F.max_pool2d(net.conv(x, (3, 3, filters, filters), F.relu), 2)
    return net.dense(net.dense(flatten(x), dense, F.relu), units)


def mixed(net, x):
    x = F.avg_pool2d(net.conv(x, (3, 5, 1, 6), F.elu, 2, (1, 2, 0, 1)), 2)
    x = F.gelu(net.conv(x, (2, 2, 6, 5), lambda z: F.leaky_relu(z, 0.3)))
    x = F.max_pool2d(x, 3, 1, 1)
    return net.dense(net.dense(net.dense(flatten(x), 9, F.gelu), 7, torch.tanh), 1)


def overlapping(net, x):
    """Pooling windows that overlap, a linear convolution, a softmax output."""
    x = F.max_pool2d(net.conv(x, (3, 3, 1, 4), torch.tanh, 1, (1, 1, 1, 1)), 3, 2)
    x = F.max_pool2d(net.conv(x, (2, 2, 4, 3), lambda z: z * 1.0), 2, 1)
    return net.dense(flatten(x), 2)


def numbered():
    count = [0]

    def take(shape):
        count[0] += 2
        return weights(count[0] - 2, shape, False), weights(count[0] - 1, shape[-1:], True)
    return take


def explain(take, body, image):
    """image [h,w,c] of u8 -> logit, its gradient in the pixels / 255, and of every convolution alpha and the map before the cut."""
    x = torch.tensor(image.astype(np.float64) / 255).permute(2, 0, 1)[None].requires_grad_()
    net = Net(take)
    z = logit(body(net, x))
    z.backward()
    alpha = [a.grad.mean((2, 3))[0] for a in net.maps]
    cam = [(w[:, None, None] * a[0]).sum(0).detach() for w, a in zip(alpha, net.maps)]
    return float(z.detach()), x.grad[0].permute(1, 2, 0).numpy(), alpha, cam


def stretch(cam, h, w):
    return F.interpolate(cam[None, None], (h, w), mode='bilinear', align_corners=False)[0, 0].numpy()


def show(name, values):
    values = ['%.9g' % v for v in np.ravel(values)]
    rows = [', '.join(values[i:i + 7]) for i in range(0, len(values), 7)]
    print('static const double %s[] = {\n    %s};' % (name, ',\n    '.join(rows)))


def tables():
    print('/* Made by scripts/oracle/gradcam.py (PyTorch %s). */' % torch.__version__)
    for name, body, size, image in (('cnn', cnn, 16, 3), ('softmax', lambda n, x: cnn(n, x, units=2), 16, 4),
                                    ('mixed', mixed, 20, 5), ('overlapping', overlapping, 10, 6)):
        z, dx, alpha, cam = explain(numbered(), body, pixels(size, image)[..., None])
        show(name + '_logit', [z])
        for i in range(2):
            show('%s_alpha_%d' % (name, i), alpha[i].numpy())
            show('%s_map_%d' % (name, i), cam[i].numpy())
        if name == 'overlapping':
            show(name + '_input_gradient', dx)


def maps():
    print('/* Made by scripts/oracle/gradcam.py maps (PyTorch %s). */' % torch.__version__)
    cam = explain(numbered(), overlapping, pixels(10, 6)[..., None])[3]
    show('first_1', stretch(torch.relu(cam[0]), 10, 10))
    show('first_0', stretch(torch.relu(-cam[0]), 10, 10))
    show('last_1', stretch(torch.relu(cam[1]), 10, 10))
    grid = torch.tensor(((np.arange(5 * 7) * 5 + 3) % 17 - 8) / 8).reshape(5, 7)
    show('larger', stretch(grid, 8, 12))
    show('smaller', stretch(grid, 3, 4))


def tensors(path):
    with open(path, 'rb') as f:
        header = json.loads(f.read(struct.unpack('<Q', f.read(8))[0]))
        body = f.read()
    return {k: np.frombuffer(body[slice(*v['data_offsets'])], '<f4').reshape(v['shape'])
            for k, v in header.items() if k != '__metadata__'}


def compare(run, folder):
    t = tensors(os.path.join(run, 'model.safetensors'))
    order = ['conv2d', 'conv2d_1', 'dense', 'dense_1']
    x, maps = (np.load(os.path.join(folder, n + '.npy')) for n in ('pictures', 'gradcam'))
    with open(os.path.join(folder, 'maps.csv'), newline='', encoding='utf-8') as f:
        classes = [int(row['class']) for row in csv.DictReader(f)]
    worst = highest = 0.0
    for image, have, c in zip(x, maps, classes):
        names = iter(order)

        def take(_):
            n = next(names)
            return t[n + '.kernel'], t[n + '.bias']
        filters, dense, units = t['conv2d.bias'].size, t['dense.bias'].size, t['dense_1.bias'].size
        cam = explain(take, lambda n, v: cnn(n, v, filters, dense, units), image)[3][-1]
        want = stretch(torch.relu(cam if c else -cam), *image.shape[:2])
        worst = max(worst, np.abs(want - have).max())
        highest = max(highest, want.max())
    print('%d pictures: largest difference %.3g, largest value %.3g' % (len(x), worst, highest))


if len(sys.argv) == 3:
    compare(*sys.argv[1:])
elif len(sys.argv) == 2:
    maps()
else:
    tables()
