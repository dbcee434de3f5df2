"""Trains the same models with facet and with Keras, in turn (A B A B), on the same arrays and cores, and prints a table.

usage: compare.py DATA_DIR [PASSES]      DATA_DIR: img_align_celeba.zip, list_attr_celeba.csv, list_eval_partition.csv
Speeds are images/s of the training steps; of each side the best of the passes counts, the ratios of all passes are listed.
OPENBLAS_CORETYPE is removed from the environment of both.
"""
import csv
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
FACET = os.path.join(HERE, "..", "..", "build", "facet")
data, passes = os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 2
env = {k: v for k, v in os.environ.items() if k != "OPENBLAS_CORETYPE"}
WORKS = [  # name, size, model, batch, epochs
    ("CNN 50x50, batch 500", 50, "cnn", 500, 3),
    ("CNN 50x50, batch 64", 50, "cnn", 64, 3),
    ("CNN 100x100, batch 500", 100, "cnn", 500, 2),
    ("LSTM 2x128, 50 rows, batch 500", 50, "rnn", 500, 3),
    ("logistic regression, Adam, batch 500", 50, "logreg", 500, 8),
]


def facet(work, size, kind, batch, epochs, seed):
    name = f"w{WORKS.index(work)}-{seed}"
    spec = {"name": name,
            "data": {"images": f"{data}/img_align_celeba.zip", "labels": f"{data}/list_attr_celeba.csv",
                     "partition": f"{data}/list_eval_partition.csv", "image": {"size": size, "filter": "linear"}},
            "model": {"type": kind, **({"solver": "adam"} if kind == "logreg" else {})},
            "train": {"lr": 0.001, "batch": batch, "epochs": epochs, "seed": seed}}
    path = f"{tmp}/{name}.yaml"
    with open(path, "w") as f:
        json.dump(spec, f)  # JSON is YAML
    common = ["--results", f"{tmp}/results", "--cache", f"{tmp}/cache", "-q"]
    subprocess.run([FACET, "run", path, *common], env=env, check=True, stdout=subprocess.DEVNULL)
    with open(f"{tmp}/results/{name}/runs.csv") as f:
        row = next(csv.DictReader(f))
    entries = json.loads(subprocess.run([FACET, "cache", "path", path, "--json", *common], env=env, check=True,
                                        capture_output=True, text=True).stdout)
    paths = {entry["stage"]: entry["dir"] for entry in entries}
    return float(row["images_per_second"]), float(row["test_accuracy"]), paths


def keras(paths, kind, batch, epochs, seed):
    out = subprocess.run([sys.executable, f"{HERE}/keras_train.py", paths["ingest"], paths["split"], kind, str(batch),
                          str(epochs), str(seed)], env=env, check=True, capture_output=True, text=True).stdout
    r = json.loads(out.strip().splitlines()[-1])
    return r["images_per_second"], r["test_accuracy"], r["version"]


with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as tmp:
    print("| work | facet, images/s | Keras, images/s | ratio of the bests | ratio per pass |\n|---|---|---|---|---|")
    for work in WORKS:
        _, size, kind, batch, epochs = work
        ours, theirs = [], []
        for seed in range(1, passes + 1):
            speed, _, paths = facet(work, size, kind, batch, epochs, seed)
            ours.append(speed)
            speed, _, version = keras(paths, kind, batch, epochs, seed)
            theirs.append(speed)
        ratios = ", ".join(f"{a / b:.2f}" for a, b in zip(ours, theirs))
        print(f"| {work[0]} | {max(ours):,.0f} | {max(theirs):,.0f} | {max(ours) / max(theirs):.2f} | {ratios} |", flush=True)
    doctor = json.loads(subprocess.run([FACET, "doctor", "--json"], env=env, check=True, capture_output=True, text=True).stdout)
    print(f"\n{version}; facet {doctor['facet']}, {doctor['instruction set']}, {doctor['blas']}; {doctor['cpu']}, {doctor['cores']}")
