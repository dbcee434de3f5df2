"""facet and its peers in turn (A B A B) on the same arrays, model, batch and cores; prints tables in Markdown.

usage: compare.py [--data DIR] [--passes N] [--only ROW]... [--json FILE] [--scaling] [--list]
DIR holds img_align_celeba.zip and list_attr_celeba.csv. Each program is a process of its own, with all cores; OPENBLAS_CORETYPE is
removed from the environment. Of each side the best pass counts, "least, median" tells the spread; ratios are to the faster peer.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile

import facet_only
from facet_side import ENV, ROOT, Facet, doctor, draw_faces

HERE = os.path.dirname(os.path.abspath(__file__))
DRAWN = 24000  # images of the default data
versions = set()


def peer(script, *args):
    out = subprocess.run([sys.executable, f"{HERE}/{script}", *map(str, args)], env=ENV, check=True, capture_output=True, text=True)
    result = json.loads(out.stdout.strip().splitlines()[-1])
    versions.add(result["version"])
    return result


class Row:
    """A work: must and aim are the ratios asked for; measure(facet, number of the pass) gives speeds by program, higher is better."""

    def __init__(self, name, work, must, aim, measure, unit="images/s"):
        self.name, self.work, self.must, self.aim, self.measure, self.unit = name, work, must, aim, measure, unit
        self.variants, self.notes = {}, []
        self.wanted = None  # test accuracy, where the row goes for one


def training(row, kind, size, batch, images, epochs):
    """Both peers; each tries its variants in the first pass and stays with the faster."""
    train = {"lr": 0.001, "batch": batch, "epochs": epochs}
    model = {"type": kind, **({"solver": "adam"} if kind == "logreg" else {})}

    def measure(facet, number):
        share = min(0.8, images / facet.images)
        spec = facet.spec(size, [share, 0.05, 0.95 - share], model, train)
        ingest, split = facet.arrays(spec)
        speeds = {"facet": facet.speed(spec)}
        for name, script in (("Keras", "keras_peer.py"), ("PyTorch", "torch_peer.py")):
            variant = row.variants.get(name)
            r = peer(script, "train", ingest, split, kind, batch, epochs, number, *([variant] if variant else []))
            row.variants[name] = r["variant"]
            speeds[name] = r["images_per_second"]
        return speeds

    row.measure = measure
    return row


def evaluation(row, batches):
    def measure(facet, number):
        spec = facet.spec(50, [0.1, 0.05, 0.85], {"type": "cnn"}, {"batch": 500, "epochs": 1})
        ingest, split = facet.arrays(spec)
        speeds = {"facet": facet.evaluate_speed(spec)}
        for name, script in (("Keras", "keras_peer.py"), ("PyTorch", "torch_peer.py")):
            found = {b: peer(script, "evaluate", ingest, split, "cnn", b)["images_per_second"] for b in row.variants.get(name, batches)}
            best = max(found, key=found.get)
            row.variants[name] = [best]
            speeds[name] = found[best]
        return speeds

    row.measure = measure
    return row


def accuracy(row, epochs):
    """Seconds of training until the test images are answered so well; facet looks at the end alone. 0 where a side does not come to it."""
    def measure(facet, number):
        spec = facet.spec(50, "official", {"preset": "fast"}, {"precision": "bf16", "epochs": epochs})
        ingest, split = facet.arrays(spec)
        found = facet.run(spec)[1]
        ours, reached = float(found["train_seconds"]), float(found["test_accuracy"])
        r = peer("torch_accuracy_peer.py", ingest, split, epochs, number, row.wanted)
        theirs = f"after {r['seconds']:.1f} s" if r["seconds"] else f"not in {r['all_seconds']:.1f} s"
        row.notes.append(f"test accuracy {100 * row.wanted:.1f} %: facet {100 * reached:.2f} % after {ours:.1f} s (the end); PyTorch {theirs}, "
                         f"best {100 * r['best']:.2f} %")
        return {"facet": 1 / ours if reached >= row.wanted else 0, "PyTorch": 1 / r["seconds"] if r["seconds"] else 0}

    row.measure = measure
    return row


def lbfgs(row):
    def measure(facet, number):
        model = {"type": "logreg", "solver": "lbfgs", "C": 1, "max_iter": 200}
        spec = facet.spec(50, None, model)
        ingest, split = facet.arrays(spec)
        folder, found, _ = facet.run(spec)
        r = peer("sklearn_peer.py", ingest, split, 1, 200, f"{folder}/model.safetensors")
        ours = float(found["train_seconds"])
        row.notes = [f"facet {ours:.2f} s, {found['epochs']} iterations, objective {r['facet_objective']:.4f}; "
                     f"scikit-learn {r['seconds']:.2f} s, {r['iterations']} iterations, objective {r['objective']:.4f}"]
        facet.forget_training()
        return {"facet": 1 / ours, "scikit-learn": 1 / r["seconds"]}

    row.measure = measure
    return row


def ingest(row, filter):
    def measure(facet, number):
        spec = facet.spec(filter=filter, sweep={"product": {"data.image.size": [50, 100]}})
        took = facet.ingest_seconds(spec)
        r = peer("cv2_peer.py", f"{facet.data}/img_align_celeba.zip", 50, 100)
        return {"facet": r["images"] / took, "OpenCV": r["images"] / r["seconds"]}

    row.measure = measure
    return row


def rows():
    def row(*args, **more):
        return Row(*args, None, **more)

    return [
        training(row("cnn50-b500", "CNN 50x50, batch 500", 3, 5), "cnn", 50, 500, 10000, 3),
        training(row("cnn50-b64", "CNN 50x50, batch 64", 3, 5), "cnn", 50, 64, 10000, 3),
        training(row("cnn100-b500", "CNN 100x100, batch 500", 3, 5), "cnn", 100, 500, 3000, 2),
        training(row("lstm50", "LSTM 2x128, 50 rows, batch 1000", 2, 2.5), "rnn", 50, 1000, 10000, 3),
        training(row("lstm100", "LSTM 2x128, 100 rows, batch 1000", 2, 2.5), "rnn", 100, 1000, 5000, 3),
        training(row("logreg-adam", "logistic regression, Adam, 50x50, batch 500", 8, 20), "logreg", 50, 500, 20000, 9),
        lbfgs(row("logreg-lbfgs", "logistic regression, lbfgs, C=1, 200 iterations", 8, 20, unit="fits/s")),
        evaluation(row("evaluation", "evaluation, CNN 50x50", 1.5, 2.5), [32, 1000]),
        accuracy(row("accuracy", "preset fast to a test accuracy, 50x50, bf16", 2, 5, unit="times/s"), 12),
        ingest(row("ingest-linear", "JPEGs in a zip to 50x50 and 100x100, linear", 2, 3, unit="pictures/s"), "linear"),
        ingest(row("ingest-triangle", "JPEGs in a zip to 50x50 and 100x100, triangle (default)", 2, 3, unit="pictures/s"), "triangle"),
    ]


def digits(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def ratio(ours, theirs):
    """None where a side has not come to what was asked for."""
    return ours / theirs if ours and theirs else None


def ratio_text(value):
    return "-" if value is None else f"{value:.2f}"


def spread(values):
    """best (least, median)"""
    if len(values) == 1:
        return digits(values[0])
    return f"{digits(max(values))} ({digits(min(values))}, {digits(statistics.median(values))})"


def compare(row, facet, passes):
    """One line of the table, and the same as an object."""
    speeds = {}
    for number in range(1, passes + 1):
        for name, value in row.measure(facet, number).items():
            speeds.setdefault(name, []).append(value)
    peers = {name: values for name, values in speeds.items() if name != "facet"}
    ratios = [ratio(ours, max(values[i] for values in peers.values())) for i, ours in enumerate(speeds["facet"])]
    best = ratio(max(speeds["facet"]), max(max(values) for values in peers.values()))
    theirs = "; ".join(f"{name}{' ' + str(row.variants[name]) if name in row.variants else ''} {spread(values)}"
                       for name, values in peers.items())
    print(f"| {row.work} | {row.unit} | {spread(speeds['facet'])} | {theirs} | {ratio_text(best)} | {', '.join(map(ratio_text, ratios))} | "
          f"{row.must} | {row.aim} |", flush=True)
    return {"row": row.name, "work": row.work, "unit": row.unit, "speeds": speeds, "ratio": best, "ratio_per_pass": ratios,
            "must": row.must, "aim": row.aim, "variants": row.variants, "notes": row.notes}


def machine():
    d = doctor()
    return (f"facet {d['facet']}, {d['instruction set']}, {d['blas']}; {'; '.join(sorted(versions)) or 'no peers'}; {d['cpu']}, "
            f"cores: {d['cores']}, all for each side; OPENBLAS_CORETYPE unset")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", default=os.environ.get("FACET_BENCH_DATA"), help="default: drawn faces in build/bench-faces")
    p.add_argument("--passes", type=int, default=3)
    p.add_argument("--only", action="append", default=[], metavar="ROW", help="this row only; may be given again")
    p.add_argument("--accuracy", type=float, default=0.978, metavar="A", help="what the row accuracy goes for (default: 0.978)")
    p.add_argument("--json", metavar="FILE")
    p.add_argument("--scaling", action="store_true", help="threads, batches, 10,000 to 200,000 images (draws them: minutes)")
    p.add_argument("--list", action="store_true", help="the names of the rows")
    args = p.parse_args()
    table, alone = rows(), facet_only.tables(args.scaling)
    names = [r.name for r in table] + [name for name, _ in alone]
    if args.list:
        return print("\n".join(names))
    for name in args.only:
        if name not in names:
            p.error(f"--only {name}: not one of {', '.join(names)}")
    for r in table:
        r.wanted = args.accuracy
    wanted = [r for r in table if not args.only or r.name in args.only]
    data = os.path.abspath(args.data or draw_faces(f"{ROOT}/build/bench-faces", DRAWN))
    results = {"data": "given" if args.data else f"{DRAWN} drawn faces", "passes": args.passes, "rows": [], "tables": {}}
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as tmp:
        facet = Facet(data, tmp)
        if wanted:
            print("| work | unit | facet: best (least, median) | peers: best (least, median) | ratio | ratio of each pass | must | aim |")
            print("|---|---|---|---|---:|---|---:|---:|")
        results["rows"] = [compare(row, facet, args.passes) for row in wanted]
        for note in [n for row in wanted for n in row.notes]:
            print(f"\n{note}")
        for name, make in alone:
            if not args.only or name in args.only:
                results["tables"][name] = make(facet, args.passes)
    results["machine"] = machine()
    print(f"\n{args.passes} passes, {results['data']} images; {results['machine']}")
    if args.json:
        with open(args.json, "w") as f:
            json.dump(results, f, indent=1)


if __name__ == "__main__":
    main()
