"""How long PyTorch takes to an accuracy: the network and training of facet's preset fast, in bf16 autocast, on arrays that facet's ingest and
split wrote. Prints one line of JSON.

usage: torch_accuracy_peer.py INGEST_DIR SPLIT_DIR EPOCHS SEED ACCURACY
seconds: of training until the test accuracy (mean of an image and its mirror image) is at least ACCURACY after an epoch, null where no epoch has
it; looking is not counted. all_seconds: of all training there was. best: the highest accuracy of an epoch.
"""
import sys
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

from peer_data import THREADS, Data, tell

VERSION = f"PyTorch {torch.__version__}"
BATCH, SMOOTHING = 128, 0.02


def build(channels):
    layers = []
    for before, after in zip([channels, 32, 64, 128], [32, 64, 128, 256]):
        layers += [nn.Conv2d(before, after, 3, padding=1, bias=False), nn.BatchNorm2d(after), nn.ReLU(inplace=True), nn.MaxPool2d(2)]
    layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.2), nn.Linear(256, 1)]
    return nn.Sequential(*layers).to(memory_format=torch.channels_last)


def changed(x, reach=3):
    """Mirrored at random, moved by up to reach pixels (the batch as one, as is quick in PyTorch), brightness and contrast of each image."""
    n, _, height, width = x.shape
    x = torch.where(torch.rand(n, 1, 1, 1) < 0.5, x.flip(3), x)
    top, left = torch.randint(0, 2 * reach + 1, (2,)).tolist()
    x = F.pad(x, (reach,) * 4, mode="replicate")[:, :, top:top + height, left:left + width]
    return x * (1 + 0.2 * (torch.rand(n, 1, 1, 1) - 0.5)) + 0.1 * (torch.rand(n, 1, 1, 1) - 0.5)


def side(data, name):
    index = np.load(f"{data.split}/{name}.npy")
    return torch.from_numpy(data.X[index]).permute(0, 3, 1, 2), torch.from_numpy(data.y[index]).float()


def floats(x):
    return x.float() / 255 - 0.5


def accuracy(model, x, y):
    model.eval()
    with torch.no_grad():
        hits = sum(((model(p) + model(p.flip(3)))[:, 0] > 0).float().eq(y[at:at + 500]).sum().item()
                   for at in range(0, len(y), 500) for p in [floats(x[at:at + 500])])
    model.train()
    return hits / len(y)


def main(ingest, split, epochs, seed, wanted):
    torch.manual_seed(seed)
    data = Data(ingest, split)
    (x, y), test = side(data, "train"), side(data, "test")
    model = build(x.shape[1])
    optimizer = torch.optim.AdamW(model.parameters(), 4e-3, weight_decay=1e-2, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=epochs * (len(y) // BATCH))
    took, found, best = 0, None, 0
    for _ in range(epochs):
        began = time.perf_counter()
        order = torch.randperm(len(y))
        for at in range(0, len(y) - BATCH + 1, BATCH):
            index = order[at:at + BATCH]
            pixels = changed(floats(x[index])).contiguous(memory_format=torch.channels_last)
            with torch.autocast("cpu", dtype=torch.bfloat16):
                z = model(pixels)[:, 0]
            loss = F.binary_cross_entropy_with_logits(z.float(), y[index] * (1 - SMOOTHING) + SMOOTHING / 2)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        took += time.perf_counter() - began
        best = max(best, accuracy(model, *test))
        if best >= wanted:
            found = took
            break
    tell(seconds=found, all_seconds=took, best=best, version=VERSION)


if __name__ == "__main__":
    torch.set_num_threads(THREADS)
    ingest, split, *numbers, wanted = sys.argv[1:]
    main(ingest, split, *map(int, numbers), float(wanted))
