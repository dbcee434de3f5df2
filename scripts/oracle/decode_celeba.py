"""usage: decode_celeba.py FOLDER: SHA-256 over the grey pixels cv2.imread gives for all .jpg below FOLDER, in order of path
(tests/pipeline/data/test_decode.c, the 558 pictures of celeba-558)."""
import hashlib
import pathlib
import sys
import cv2

digest = hashlib.sha256()
for path in sorted(str(p) for p in pathlib.Path(sys.argv[1]).rglob("*.jpg")):
    digest.update(cv2.imread(path, cv2.IMREAD_GRAYSCALE).tobytes())
print(digest.hexdigest())
