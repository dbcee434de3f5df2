"""Prints as C string literals the files of tests/pipeline/io: .npy by numpy, .safetensors by safetensors."""
import io
import numpy as np
from safetensors.numpy import save


def literal(name, data):
    print(f"static const char {name}[] =")
    for i in range(0, len(data), 24):
        chunk = data[i : i + 24]
        text = "".join(chr(b) if 32 <= b < 127 and b not in b'"\\?' else f"\\{b:03o}" for b in chunk)
        print(f'    "{text}"' + (";" if i + 24 >= len(data) else ""))


def npy(array):
    f = io.BytesIO()
    np.save(f, array)
    return f.getvalue()


literal("NPY_U1", npy(np.arange(12, dtype=np.uint8).reshape(2, 3, 2, 1)))
literal("NPY_I1", npy(np.array([[-1, 1, -1]], dtype=np.int8)))
literal("NPY_U4", npy(np.array([1, 70000, 4294967295], dtype=np.uint32)))
literal("NPY_F4", npy(np.array([1.5, -2.25], dtype=np.float32)))
literal("NPY_F8", npy(np.array([[0.1]], dtype=np.float64)))
literal("NPY_I8", npy(np.array([1], dtype=np.int64)))
literal("NPY_FORTRAN", npy(np.asfortranarray(np.arange(4, dtype=np.uint8).reshape(2, 2))))
literal(
    "SAFETENSORS",
    save(
        {
            "w": np.array([[1.5, 2.5], [3.5, -4.5]], dtype=np.float32),
            "n": np.array([7, -1], dtype=np.int64),
            "u": np.array([1, 2, 255], dtype=np.uint8),
            "d": np.array(0.1, dtype=np.float64),
        },
        metadata={"model": "cnn"},
    ),
)
