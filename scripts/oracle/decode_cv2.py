"""Prints small pictures of every format, made by OpenCV and ImageMagick, with the SHA-256 of what cv2.imread gives (grey,
rgb): the table of tests/pipeline/data/decode_pictures.h. Needs cv2 and `convert`."""
import hashlib
import pathlib
import struct
import subprocess
import tempfile
import cv2
import numpy as np

y, x = np.mgrid[:9, :13]
rgb = np.stack([x * 19, y * 28, 255 - x * 9 - y * 11], 2).astype(np.uint8)
dir = pathlib.Path(tempfile.mkdtemp())
cv2.imwrite(str(dir / "base.png"), rgb[..., ::-1])


def im(name, *options):
    subprocess.run(["convert", str(dir / "base.png"), "-strip", *options, str(dir / name)], check=True)
    return (dir / name.split(":")[-1]).read_bytes()


def cv(ext, image, *params):
    return cv2.imencode(ext, image, params)[1].tobytes()


def exif(orientation, big):
    mark = ">" if big else "<"
    head = (b"MM\0*" if big else b"II*\0") + struct.pack(mark + "IHHHIHHI", 8, 1, 0x112, 3, 1, orientation, 0, 0)
    return b"Exif\0\0" + head


def with_exif(jpeg, orientation, big):
    block = exif(orientation, big)
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block + jpeg[2:]


bgr = np.ascontiguousarray(rgb[..., ::-1])
jpeg = cv(".jpg", bgr, cv2.IMWRITE_JPEG_QUALITY, 60)
alpha = np.dstack([bgr, (x * 20).astype(np.uint8)])
deep = (bgr.astype(np.uint16) * 257 - 100 * (bgr > 9)).astype(np.uint16)
pictures = {
    "jpeg": jpeg,
    "jpeg_444": im("a.jpg", "-sampling-factor", "4:4:4", "-quality", "60"),
    "jpeg_progressive": cv(".jpg", bgr, cv2.IMWRITE_JPEG_PROGRESSIVE, 1, cv2.IMWRITE_JPEG_QUALITY, 60),
    "jpeg_grey": cv(".jpg", bgr[..., 1], cv2.IMWRITE_JPEG_QUALITY, 60),
    "jpeg_cmyk": im("c.jpg", "-colorspace", "CMYK", "-quality", "60"),
    "jpeg_1x1": cv(".jpg", bgr[4:5, 4:5]),
    **{f"jpeg_exif_{o}": with_exif(jpeg, o, o % 2 == 0) for o in range(1, 9)},
    "png": cv(".png", bgr),
    "png_grey": cv(".png", bgr[..., 1]),
    "png_alpha": cv(".png", alpha),
    "png_16": cv(".png", deep),
    "png_palette": im("p.png", "-colors", "16", "-type", "Palette", "-define", "png:color-type=3"),
    "png_bits": im("b.png", "-colorspace", "gray", "-depth", "2", "-define", "png:color-type=0", "-define", "png:bit-depth=2"),
    "png_interlaced": im("i.png", "-interlace", "PNG"),
    "webp": cv(".webp", bgr, cv2.IMWRITE_WEBP_QUALITY, 101),
    "bmp": cv(".bmp", bgr),
    "ppm": cv(".ppm", bgr),
    "pgm": cv(".pgm", bgr[..., 1]),
    "gif": im("g.gif", "-colors", "16"),
}
for name, data in pictures.items():
    path = dir / ("x." + name.split("_")[0])
    path.write_bytes(data)
    gray = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    color = cv2.imread(str(path), cv2.IMREAD_COLOR)[..., ::-1]
    digest = [hashlib.sha256(np.ascontiguousarray(a).tobytes()).hexdigest() for a in (gray, color)]
    text = data.hex()
    print(f'    {{"{name}", {gray.shape[1]}, {gray.shape[0]}, "{digest[0]}",\n     "{digest[1]}",')
    for i in range(0, len(text), 92):
        print(f'     "{text[i:i + 92]}"' + ("}," if i + 92 >= len(text) else ""))
