"""The ingest people write with OpenCV: one core, a pass over the zip for each size. Prints one line of JSON.

usage: cv2_peer.py PICTURES.zip SIZE...        seconds: reading, decoding to grey, cv2.resize, stacking, saving as .npy
"""
import os
import sys
import tempfile
import zipfile

import cv2
import numpy as np

from peer_data import seconds, tell


def ingest(path, size, out):
    with zipfile.ZipFile(path) as z:
        names = sorted(n for n in z.namelist() if n.endswith(".jpg"))
        pictures = [cv2.resize(cv2.imdecode(np.frombuffer(z.read(n), np.uint8), cv2.IMREAD_GRAYSCALE), (size, size))
                    for n in names]
    np.save(out, np.stack(pictures))
    return len(names)


cv2.setNumThreads(1)
with tempfile.TemporaryDirectory() as tmp:
    count = [0]
    took = [seconds(lambda: count.__setitem__(0, ingest(sys.argv[1], int(s), os.path.join(tmp, "X.npy")))) for s in sys.argv[2:]]
tell(seconds=sum(took), seconds_by_size=took, images=count[0], version=f"OpenCV {cv2.__version__}")
