"""Numbers of tests/pipeline/data/test_picture_facts.c: brightness, contrast, sharpness, saturation of two small pictures by
OpenCV and numpy (cv2.cvtColor, cv2.Laplacian with a border that is cut away)."""
import cv2
import numpy as np


def pattern(h, w, c):
    y, x, k = np.meshgrid(np.arange(h), np.arange(w), np.arange(c), indexing="ij")
    return ((x * 37 + y * 91 + x * y * 13 + k * 53 + (x * x * k * 7)) % 256).astype(np.uint8)


def facts(name, a):
    gray = a[:, :, 0] if a.shape[2] == 1 else cv2.cvtColor(a, cv2.COLOR_RGB2GRAY)
    lap = cv2.Laplacian(gray, cv2.CV_64F, ksize=1)[1:-1, 1:-1]
    sat = np.nan if a.shape[2] == 1 else (a.max(2).astype(int) - a.min(2)).mean() / 255
    print(name, *(f"{v:.15g}" for v in (gray.mean() / 255, gray.std() / 255, lap.var() / 255**2, sat)))


print("cv2", cv2.__version__, "numpy", np.__version__)
facts("gray 7x5", pattern(5, 7, 1))
facts("rgb 9x8", pattern(8, 9, 3))
