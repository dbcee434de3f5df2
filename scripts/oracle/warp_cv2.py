"""Writes tests/kernels/image/warp_cv2.inc: what cv2.warpAffine (INTER_LINEAR) gives for a formula-made picture under
maps of kn_frame, the matrices made here from their meaning. usage: warp_cv2.py > tests/kernels/image/warp_cv2.inc"""
import textwrap

import cv2
import numpy as np

W, H = 40, 30


def picture(c):
    y, x, k = np.ogrid[:H, :W, :c]
    return ((x * 5 + y * 3 + (x * y) // 16 * 2 + k * 40) % 256).astype(np.uint8)


def matrix(scale, dx, dy, angle, mirror, ow, oh):
    """Picture to frame, middles of pixels at whole numbers: scale and turn about the middle, then move."""
    def move(x, y):
        return np.array([[1, 0, x], [0, 1, y], [0, 0, 1.0]])
    t = np.radians(angle)
    turn = np.array([[np.cos(t), -np.sin(t), 0], [np.sin(t), np.cos(t), 0], [0, 0, 1]])
    size = np.diag([ow / W * (-1 if mirror else 1), oh / H, 1])
    whole = move(ow / 2 + dx * ow, oh / 2 + dy * oh) @ turn @ np.diag([scale, scale, 1]) @ size @ move(-W / 2, -H / 2)
    return (move(-0.5, -0.5) @ whole @ move(0.5, 0.5))[:2]


print(f"/* Made by scripts/oracle/warp_cv2.py (OpenCV {cv2.__version__}). */")
for scale, dx, dy, angle, mirror, border, fill, ow, oh, c in [
    (1, 0, 0, 0, 0, 0, 0, 20, 15, 1),
    (1.3, 0.1, -0.07, 0, 0, 0, 0, 16, 12, 1),
    (0.7, 0, 0.125, 0, 1, 0, 0, 16, 12, 1),
    (1, 0, 0, 15, 0, 0, 0, 16, 12, 1),
    (0.9, -0.2, 0.1, -40, 1, 1, 128, 16, 12, 1),
    (0.5, 0.1, 0.1, 90, 0, 1, 30, 17, 9, 1),
    (1.1, 0.03, 0.02, 200, 0, 0, 0, 8, 10, 3),
    (0.8, 0, 0, 33, 1, 1, 255, 9, 7, 3),
]:
    out = cv2.warpAffine(picture(c), matrix(scale, dx, dy, angle, mirror, ow, oh), (ow, oh), flags=cv2.INTER_LINEAR,
                         borderMode=cv2.BORDER_CONSTANT if border else cv2.BORDER_REPLICATE, borderValue=(fill,) * 3)
    numbers = textwrap.fill(", ".join(str(v) for v in out.reshape(-1)), 96, initial_indent="  ", subsequent_indent="  ")
    kind = "KN_BORDER_FILL" if border else "KN_BORDER_EDGE"
    print(f"{{{{{scale}, {dx}, {dy}, {angle}, {mirror}}}, {kind}, {fill}, {{{oh}, {ow}, {c}}}, {{\n{numbers}}}}},")
