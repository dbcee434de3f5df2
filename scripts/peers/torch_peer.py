"""facet's models in PyTorch on the CPU, on arrays that facet's ingest and split wrote. Prints one line of JSON.

usage: torch_peer.py train    INGEST_DIR SPLIT_DIR MODEL BATCH EPOCHS SEED [VARIANT]     MODEL: cnn | logreg | rnn
       torch_peer.py evaluate INGEST_DIR SPLIT_DIR MODEL BATCH
train: images_per_second of whole epochs (median of those after the first), test_accuracy. VARIANT is contiguous or channels_last,
with -fused for the fused Adam; without one all that fit the model are tried on a few batches and the fastest is taken and told.
evaluate: images_per_second of the forward passes of the test side without gradients, the second time.
"""
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

from peer_data import THREADS, Data, fastest, median_after_first, seconds, tell

VERSION = f"PyTorch {torch.__version__}"
TRIAL_BATCHES = 2


class Rows(nn.Module):
    """The rows of an image are the time steps."""

    def __init__(self, features):
        super().__init__()
        self.lstm = nn.LSTM(features, 128, 2, batch_first=True)
        self.dense, self.out = nn.Linear(128, 32), nn.Linear(32, 2)

    def forward(self, x):  # [N, c, h, w]
        y, _ = self.lstm(x.permute(0, 2, 3, 1).flatten(2))
        return self.out(F.relu(self.dense(y[:, -1])))


def build(kind, shape, variant):
    h, w, c = shape
    if kind == "cnn":
        cells = ((h - 2) // 2 - 2) // 2 * (((w - 2) // 2 - 2) // 2)
        m = nn.Sequential(nn.Conv2d(c, 64, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(64, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
                          nn.Flatten(), nn.Linear(64 * cells, 64), nn.ReLU(), nn.Linear(64, 1))
    elif kind == "rnn":
        m = Rows(w * c)
    else:
        m = nn.Sequential(nn.Flatten(), nn.Linear(h * w * c, 1))
    for name, p in m.named_parameters():
        if p.dim() == 1:
            nn.init.zeros_(p)
        elif "weight_hh" in name:
            [nn.init.orthogonal_(gate) for gate in p.chunk(4)]
        else:
            nn.init.xavier_uniform_(p)
    return m.to(memory_format=torch.channels_last) if "channels_last" in variant else m


def loss_of(out, y):
    return F.binary_cross_entropy_with_logits(out[:, 0], y.float()) if out.shape[1] == 1 else F.cross_entropy(out, y)


def step(m, optimizer, x, y):
    loss = loss_of(m(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def tensors(data, side):
    x, y = data.side(side)
    return torch.from_numpy(x).permute(0, 3, 1, 2).contiguous(), torch.from_numpy(y).long()


def layout(x, variant):
    return x.contiguous(memory_format=torch.channels_last) if "channels_last" in variant else x


def train(data, kind, batch, epochs, seed, variant=None):
    x, y = tensors(data, "train")

    def start(name):
        m = build(kind, data.shape, name)
        return m, torch.optim.Adam(m.parameters(), 1e-3, eps=1e-7, fused="fused" in name)

    def trial(name):
        m, optimizer = start(name)
        bx, by = layout(x[:batch], name), y[:batch]
        step(m, optimizer, bx, by)
        return seconds(lambda: [step(m, optimizer, bx, by) for _ in range(TRIAL_BATCHES)])

    choices = ["contiguous-fused", "channels_last-fused"] if kind == "cnn" else ["contiguous", "contiguous-fused"]
    variant = variant or fastest(choices, trial)
    torch.manual_seed(seed)
    m, optimizer = start(variant)
    x, took = layout(x, variant), []
    for _ in range(epochs):
        began = time.perf_counter()
        order = torch.randperm(len(y))
        for at in range(0, len(y), batch):
            index = order[at:at + batch]
            step(m, optimizer, x[index], y[index])
        took.append(time.perf_counter() - began)
    tx, ty = tensors(data, "test")
    with torch.no_grad():
        hits = sum(((o[:, 0] > 0).long() if o.shape[1] == 1 else o.argmax(1)).eq(ty[at:at + 1000]).sum().item()
                   for at in range(0, len(ty), 1000) for o in [m(layout(tx[at:at + 1000], variant))])
    tell(images_per_second=len(y) / median_after_first(took), test_accuracy=hits / max(1, len(ty)), variant=variant, version=VERSION)


def evaluate(data, kind, batch):
    x, y = tensors(data, "test")

    def forward(m, pixels):
        with torch.no_grad():
            for at in range(0, len(pixels), batch):
                m(pixels[at:at + batch])

    def trial(name):
        m = build(kind, data.shape, name).eval()
        few = layout(x[:2 * batch], name)
        forward(m, few)
        return seconds(lambda: forward(m, few))

    variant = fastest(["contiguous", "channels_last"] if kind == "cnn" else ["contiguous"], trial)
    m, x = build(kind, data.shape, variant).eval(), layout(x, variant)
    took = min(seconds(lambda: forward(m, x)) for _ in range(2))
    tell(images_per_second=len(y) / took, variant=variant, version=VERSION)


if __name__ == "__main__":
    torch.set_num_threads(THREADS)
    mode, ingest, split, kind, *rest = sys.argv[1:]
    if mode == "train":
        train(Data(ingest, split), kind, *map(int, rest[:3]), *rest[3:])
    else:
        evaluate(Data(ingest, split), kind, int(rest[0]))
