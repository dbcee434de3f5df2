"""Writes kernels/image/augment_log2.inc and augment_normal.inc: tables that must not depend on a library's rounding.
usage: augment_tables.py kernels/image"""
import sys
import textwrap
from statistics import NormalDist

import mpmath

LEVELS, ONE = 512, 4096


def write(name, head, values):
    with open(f"{sys.argv[1]}/{name}", "w") as f:
        f.write(f"/* Made by scripts/oracle/augment_tables.py: {head} */\n")
        f.write(textwrap.fill(", ".join(values), 98, initial_indent="    ", subsequent_indent="    ") + ",\n")


mpmath.mp.dps = 40
write("augment_log2.inc", "log2(i / 255) of i = 1..255.",
      [mpmath.nstr(mpmath.log(mpmath.mpf(i) / 255, 2), 17) if i < 255 else "0" for i in range(1, 256)])
# The middle of each of LEVELS equally likely slices of a half normal, scaled to a mean square of 1.
middle = [NormalDist().inv_cdf(0.5 + (i + 0.5) / (2 * LEVELS)) for i in range(LEVELS)]
scale = (sum(z * z for z in middle) / LEVELS) ** -0.5
write("augment_normal.inc", f"quantiles of |normal|, in 1/{ONE}.", [str(round(z * scale * ONE)) for z in middle])
