"""usage: ingest_cv2.py ARCHIVE.zip [SIZE]: SHA-256 over the pixels of cv2.resize(cv2.imdecode(grey), SIZE x SIZE), pictures in
order of their names (tests/pipeline/data/test_ingest.c); and the images/s of that loop on one core (CPU time)."""
import hashlib
import sys
import time
import zipfile
import cv2
import numpy as np

cv2.setNumThreads(1)
size = int(sys.argv[2]) if len(sys.argv) > 2 else 50
archive = zipfile.ZipFile(sys.argv[1])
names = sorted((n for n in archive.namelist() if n.endswith(".jpg")), key=lambda n: n.split("/")[-1])
digest = hashlib.sha256()
begun = time.process_time()
pixels = [
    cv2.resize(cv2.imdecode(np.frombuffer(archive.read(n), np.uint8), cv2.IMREAD_GRAYSCALE), (size, size)) for n in names
]
seconds = time.process_time() - begun
for p in pixels:
    digest.update(p.tobytes())
print(digest.hexdigest())
print(f"{len(names) / seconds:.0f} images/s")
