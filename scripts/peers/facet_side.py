"""Runs build/facet on specs made here and reads what it left: speeds, times, memory."""
import csv
import itertools
import json
import os
import re
import shutil
import subprocess
import time

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
FACET = os.path.join(ROOT, "build", "facet")
ENV = {k: v for k, v in os.environ.items() if k != "OPENBLAS_CORETYPE"}


class Facet:
    """One data set. Every run has a name, and so a folder of results, and a seed of its own: none is found in the cache, which is
    shared for the pixels."""

    def __init__(self, data, tmp):
        self.data, self.tmp, self.numbers = data, tmp, itertools.count(1)
        with open(f"{data}/list_attr_celeba.csv") as f:
            self.images = sum(1 for _ in f) - 1

    def spec(self, size=50, split=None, model=None, train=None, filter="linear", limit=0, sweep=None):
        d = self.data
        spec = {"name": f"bench{next(self.numbers)}",
                "data": {"images": f"{d}/img_align_celeba.zip", "labels": f"{d}/list_attr_celeba.csv", "limit": limit,
                         "image": {"size": size, "filter": filter}},
                "split": {"method": "random", "ratios": split or [0.8, 0.1, 0.1]}, "model": model or {"type": "logreg"}}
        if split == "official":
            spec["split"] = {"method": "official"}
            spec["data"]["partition"] = f"{d}/list_eval_partition.csv"
        if train:
            spec["train"] = {**train, "seed": next(self.numbers)}
        if sweep:
            spec["sweep"] = sweep
        return spec

    def command(self, spec, *options, cache=None):
        path = f"{self.tmp}/{spec['name']}.yaml"
        with open(path, "w") as f:
            json.dump(spec, f)  # JSON is YAML
        return [FACET, "run", path, "--results", f"{self.tmp}/results", "--cache", cache or f"{self.tmp}/cache", "-q", *options]

    def run(self, spec, *options):
        """The run's folder, its row of runs.csv, and what it said on stdout."""
        out = subprocess.run(self.command(spec, *options), env=ENV, check=True, capture_output=True, text=True).stdout
        with open(f"{self.tmp}/results/{spec['name']}/runs.csv") as f:
            row = next(csv.DictReader(f))
        return f"{self.tmp}/results/{spec['name']}/runs/{row['run']}", row, out

    def speed(self, spec, *options):
        return float(self.run(spec, *options)[1]["images_per_second"])

    def arrays(self, spec):
        """Folders of the ingest and the split entry, made where they are missing."""
        command = self.command(spec, "--until", "split")
        subprocess.run(command, env=ENV, check=True, capture_output=True)
        command[1:2] = ["cache", "path"]
        command.remove("--until")
        command.remove("split")
        out = subprocess.run([*command, "--json"], env=ENV, check=True, capture_output=True, text=True).stdout
        dirs = {entry["stage"]: entry["dir"] for entry in json.loads(out)}
        return dirs["ingest"], dirs["split"]

    def evaluate_speed(self, spec):
        """images/s of the test side's forward passes, from the evaluate stage's log."""
        folder, _, _ = self.run(spec)
        with open(f"{folder}/log.txt") as f:
            return float(re.search(r"^test: .* ([0-9.]+) images/s$", f.read(), re.M).group(1))

    def first_step(self, spec):
        return float(re.search(r"the first began ([0-9.]+) s", self.run(spec, "--profile")[2]).group(1))

    def ingest_seconds(self, spec):
        """Wall time of the whole command into a cache that is new."""
        cache = f"{self.tmp}/cache-{spec['name']}"
        command = self.command(spec, "--until", "ingest", cache=cache)
        began = time.perf_counter()
        subprocess.run(command, env=ENV, check=True, capture_output=True)
        took = time.perf_counter() - began
        shutil.rmtree(cache)
        return took

    def private_memory(self, spec, *options):
        """Peak of RssAnon of the process that trains, looked at every 2 ms: what is mapped from files (the pixels) is not in it; images/s."""
        process = subprocess.Popen(self.command(spec, *options), env=ENV, stdout=subprocess.DEVNULL)
        peak = 0
        while process.poll() is None:
            try:
                with open(f"/proc/{process.pid}/task/{process.pid}/children") as f:
                    processes = [str(process.pid), *f.read().split()]
                for number in processes:
                    with open(f"/proc/{number}/status") as f:
                        found = re.search(r"RssAnon:\s+(\d+)", f.read())
                    peak = max(peak, int(found.group(1)) if found else 0)
            except OSError:
                pass
            time.sleep(0.002)
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, "facet run")
        with open(f"{self.tmp}/results/{spec['name']}/runs.csv") as f:
            return peak * 1024 / 1e6, float(next(csv.DictReader(f))["images_per_second"])

    def forget_training(self):
        """Takes the models out of the cache, so that the same fit is made again."""
        shutil.rmtree(f"{self.tmp}/cache/train", ignore_errors=True)


def doctor():
    out = subprocess.run([FACET, "doctor", "--json"], env=ENV, check=True, capture_output=True, text=True).stdout
    return json.loads(out)


def draw_faces(folder, images):
    if not os.path.isdir(folder):
        subprocess.run([FACET, "faces", folder, "--images", str(images), "--seed", "1", "-q"], check=True, stdout=subprocess.DEVNULL)
    return folder
