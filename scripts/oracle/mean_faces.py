"""Numbers of tests/pipeline/insight/test_mean_faces.c and test_sheets.c, by numpy: means, difference, spread of the made pixels of
made_pixels.c, and which images are shown."""
import numpy as np

N, W, H = 60, 6, 4


def pixels(c):
    i, y, x, k = np.meshgrid(np.arange(N), np.arange(H), np.arange(W), np.arange(c), indexing="ij")
    return ((i * 37 + y * 91 + x * 13 + k * 53 + i * x * y * 7) % 256).astype(np.uint8)


label = (np.arange(N) % 3 == 0).astype(int)
train, test = np.arange(30), np.arange(40, 60)
p = ((np.arange(N) * 29) % 100 + 0.5) / 100
right = (p > 0.5) == (label == 1)


def c_array(name, a):
    print(name, ", ".join(str(int(v)) for v in np.ravel(a)))


for c in (1, 3):
    X = pixels(c).astype(float)
    a, b = X[train][label[train] == 0], X[train][label[train] == 1]
    d = b.mean(0) - a.mean(0)
    both = X[train]
    s = both.std(0)
    print("channels", c, "train", len(a), len(b))
    if c == 1:
        c_array("mean 0", np.floor(a.mean(0) + 0.5))
        c_array("difference", np.floor(128.5 + 127 / np.abs(d).max() * d))
        c_array("spread", np.floor(0.5 + 255 / s.max() * s))
    print("factors", f"{127 / np.abs(d).max():.12g} {255 / s.max():.12g}")
    total = d.sum(2)
    y, x = np.unravel_index(np.abs(total).argmax(), total.shape)
    print("place", f"{(x + 0.5) / W:.12g} {(y + 0.5) / H:.12g}", total[y, x] > 0)

for k in (0, 1):
    wrong = [i for i in test if label[i] == k and not right[i]]
    print("errors", k, [int(i) for i in sorted(wrong, key=lambda i: -abs(p[i] - 0.5))])
    print("uncertain", k, [int(i) for i in sorted([i for i in test if label[i] == k], key=lambda i: abs(p[i] - 0.5))[:6]])
    print("right", k, [int(i) for i in test if label[i] == k and right[i]])
