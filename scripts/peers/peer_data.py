"""What the peers share: the arrays that facet's ingest and split wrote, threads, and the one line of JSON each prints."""
import json
import os
import sys
import time

import numpy as np

THREADS = int(os.environ.get("PEER_THREADS", len(os.sched_getaffinity(0))))


class Data:
    """Pixels as float32 of 0..1 in memory and labels, a side at a time."""

    def __init__(self, ingest, split):
        self.X = np.load(f"{ingest}/X.npy", mmap_mode="r")
        self.y = np.load(f"{ingest}/y.npy")
        self.split = split
        self.shape = self.X.shape[1:]

    def side(self, name):
        index = np.load(f"{self.split}/{name}.npy")
        return np.asarray(self.X[index], np.float32) / np.float32(255), self.y[index]


def seconds(call):
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def fastest(candidates, trial):
    """The candidate whose trial takes least; no trial where there is only one."""
    if len(candidates) == 1:
        return candidates[0]
    return min(candidates, key=trial)


def median_after_first(values):
    steady = sorted(values[1:] or values)
    return steady[len(steady) // 2]


def tell(**result):
    json.dump(result, sys.stdout)
    print()
