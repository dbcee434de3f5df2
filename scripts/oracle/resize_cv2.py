"""Prints SHA-256 digests of cv2.resize(INTER_LINEAR) of formula-made pictures for tests/kernels/image/test_resize.c."""
import hashlib
import cv2
import numpy as np

print("/* OpenCV", cv2.__version__, "*/")
for sw, sh, c, dw, dh in [
    (178, 218, 1, 50, 50),
    (178, 218, 1, 100, 100),
    (178, 218, 3, 50, 50),
    (178, 218, 3, 64, 97),
    (178, 218, 1, 200, 300),
    (178, 218, 3, 355, 219),
    (178, 218, 1, 89, 109),
    (178, 218, 1, 178, 100),
    (178, 218, 1, 37, 218),
    (7, 5, 3, 100, 3),
    (1, 1, 1, 9, 4),
    (178, 218, 1, 1, 1),
]:
    y, x, k = np.ogrid[:sh, :sw, :c]
    img = ((y * 7 + x * 13 + y * x % 31 * 3 + k * 77) % 256).astype(np.uint8)
    out = cv2.resize(img, (dw, dh), interpolation=cv2.INTER_LINEAR)
    print(f'    {{{sw}, {sh}, {c}, {dw}, {dh}, "{hashlib.sha256(out.tobytes()).hexdigest()}"}},')
