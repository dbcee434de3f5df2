"""Tables of bench-peers that have no peer: variants of the CNN, memory and the first step, scaling."""
import statistics

from facet_side import ROOT, Facet, draw_faces

VARIANTS = [  # name, keys of the model, least share of the plain one's speed
    ("plain", {}, 1),
    ("L1 0.0001", {"regularizer": {"l1": 0.0001}}, 0.9),
    ("L2 0.0001", {"regularizer": {"l2": 0.0001}}, 0.9),
    ("softmax", {"output": "softmax"}, 0.9),
    ("relu output", {"output": "relu"}, 0.9),
    ("dropout 0.5", {"dropout": 0.5}, 0.9),
    ("tanh", {"activation": "tanh"}, 0.7),
    ("elu", {"activation": "elu"}, 0.7),
]
BATCHES = [1, 8, 64, 500, 1000]
IMAGES = [10000, 50000, 200000]


def cnn(facet, keys={}, batch=500, images=10000, epochs=3):
    share = min(0.8, images / facet.images)
    return facet.spec(50, [share, 0.05, 0.95 - share], {"type": "cnn", **keys}, {"batch": batch, "epochs": epochs})


def variants(facet, passes):
    """Each beside the plain CNN of the same pass."""
    found = {name: [] for name, _, _ in VARIANTS}
    for _ in range(passes):
        for name, keys, _ in VARIANTS:
            found[name].append(facet.speed(cnn(facet, keys)))
    print("\n| CNN 50x50, batch 500 | images/s, best | beside plain | of each pass | must |\n|---|---:|---:|---|---:|")
    for name, _, least in VARIANTS:
        shares = [a / b for a, b in zip(found[name], found["plain"])]
        print(f"| {name} | {max(found[name]):,.0f} | {max(found[name]) / max(found['plain']):.2f} | "
              f"{', '.join(f'{s:.2f}' for s in shares)} | {least} |", flush=True)
    return found


def memory(facet, passes):
    facet.arrays(cnn(facet))
    peaks = [facet.private_memory(cnn(facet))[0] for _ in range(passes)]
    first = [facet.first_step(cnn(facet, epochs=1)) for _ in range(passes)]
    print("\n| training CNN 50x50, batch 500, data cached | most | median | must |\n|---|---:|---:|---:|")
    print(f"| private memory (peak of RssAnon, every 2 ms), MB | {max(peaks):.0f} | {statistics.median(peaks):.0f} | 400 |")
    print(f"| from the start of the process to the first step, s | {max(first):.2f} | {statistics.median(first):.2f} | 0.2 |", flush=True)
    return {"private_mb": peaks, "first_step_seconds": first}


def line(name, facet, specs, *options):
    """Best speed and largest memory of runs."""
    both = [facet.private_memory(spec, *options) for spec in specs]
    speed, peak = max(s for _, s in both), max(m for m, _ in both)
    print(f"| {name} | {speed:,.0f} | {peak:.0f} |", flush=True)
    return {"work": name, "images_per_second": speed, "private_mb": peak}


def scaling(facet, passes):
    print("\n| CNN 50x50 | images/s, best | private memory, MB |\n|---|---:|---:|")
    result = [line(f"{t} thread{'s' if t > 1 else ''}, batch 500", facet, [cnn(facet) for _ in range(passes)],
                   "--threads", str(t))
              for t in (1, 2)]
    result += [line(f"batch {b}", facet, [cnn(facet, batch=b, images=5000, epochs=2) for _ in range(passes)]) for b in BATCHES]
    for images in IMAGES:
        larger = Facet(draw_faces(f"{ROOT}/build/bench-faces-{images}", images), facet.tmp)
        larger.numbers = facet.numbers
        result.append(line(f"{images:,} images, batch 500", larger, [cnn(larger, images=images, epochs=2)]))
    return result


def tables(with_scaling):
    return [("variants", variants), ("memory", memory)] + ([("scaling", scaling)] if with_scaling else [])
