#!/usr/bin/env python3
"""The distances of the figures' colours (pipeline/draw/figures.h) by colorspacious, beside which tests/pipeline/draw/
test_palette.c computes its own. pip install colorspacious numpy"""
import itertools
import re
import sys

import numpy as np
from colorspacious import cspace_convert

text = open(sys.argv[1] if len(sys.argv) > 1 else "pipeline/draw/figures.h").read()
colors = re.findall(r'#define PL_COLOR_[1-8] "(#[0-9a-f]{6})"', text)
okabe_ito = ["#000000", "#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7"]


def rgb(color):
    return np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])


def lab(color, kind):
    value = rgb(color)
    if kind != "normal":
        space = {"name": "sRGB1+CVD", "cvd_type": kind, "severity": 100}
        value = np.clip(cspace_convert(value, space, "sRGB1"), 0, 1)
    return cspace_convert(value, "sRGB1", "CIELab")


for name, palette in (("facet", colors), ("Okabe-Ito", okabe_ito)):
    print(name, "L*:", " ".join("%.2f" % lab(c, "normal")[0] for c in palette))
    pairs = list(itertools.combinations(palette, 2))
    print("  least difference of L* %.2f" % min(abs(lab(a, "normal")[0] - lab(b, "normal")[0]) for a, b in pairs))
    for kind in ("normal", "deuteranomaly", "protanomaly", "tritanomaly"):
        print("  %-14s least distance %.2f" % (kind, min(np.linalg.norm(lab(a, kind) - lab(b, kind)) for a, b in pairs)))
