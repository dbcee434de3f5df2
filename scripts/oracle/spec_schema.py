#!/usr/bin/env python3
"""Checks the JSON Schema of specs with jsonschema (draft 2020-12) and pyyaml: the schema itself is valid, every spec of
experiments/ satisfies it, and each of a list of mistakes is refused. Prints one line per spec and mistake; exit status 1 on a
surprise. usage: scripts/oracle/spec_schema.py [build/facet]"""
import glob
import json
import subprocess
import sys

import jsonschema
import yaml

facet = sys.argv[1] if len(sys.argv) > 1 else "build/facet"
schema = json.loads(subprocess.run([facet, "spec", "schema", "--json"], check=True, capture_output=True).stdout)
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
surprises = 0


def look(name, text, want):
    global surprises
    errors = list(validator.iter_errors(yaml.safe_load(text)))
    good = (not errors) == want
    surprises += not good
    verdict = "fits" if not errors else "refused"
    print(f"{name}: {verdict}{'' if good else '   <-- SURPRISE ' + '; '.join(e.message for e in errors)[:300]}")


for path in sorted(glob.glob("experiments/**/*.yaml", recursive=True)):
    look(path, open(path).read(), True)
    shown = subprocess.run([facet, "spec", "show", path], check=True, capture_output=True, text=True).stdout
    look(path + " as shown", shown.replace("e-0", ".0e-0"), True)  # pyyaml wants a point in 1e-07
for path in sorted(glob.glob("tests/fuzz/corpus/spec/good_*.yaml")):
    look(path, open(path).read().replace("1e-3", "0.001"), True)
for text in ["report: {columns: [group, train.lr, n], sort: -train.lr, reference: [{label: a, test_loss: 2}]}", "report: {sort: n desc}",
             "report: none", "report: {columns: null}", "model: {preset: best}", "train: {schedule: onecycle, ema: 0.99, precision: bf16}",
             "sweep: {product: {model.preset: [original, none], train.schedule.mult: [1, 2]}}",
             "model: {type: layers, layers: [{residual: [flatten, {residual: [flatten]}]}]}"]:
    look(text, text, True)
for text in [
    "modle: cnn",
    "model: cmn",
    "train: {lrr: 1}",
    "train: {batch: 0}",
    "train: {batch: 1.5}",
    "train: {lr: fast}",
    "model: {preset: worst}",
    "train: {ema: 1}",
    "train: {precision: fp16}",
    "model: {type: layers, layers: [{type: dense}]}",
    "model: {type: layers, layers: [{type: dense, units: 3, kernal: 1}]}",
    "model: {type: layers, layers: [{type: convd}]}",
    "model: {type: layers, layers: [{residual: []}]}",
    "model: {type: layers, layers: [{residual: [flatten], rate: 1}]}",
    "sweep: {product: {train.lrr: [1]}}",
    "sweep: {product: {train.lr: 1}}",
    "sweep: {seeds: 3}",
    "sweep: {when: [{set: {train.lr: 1}}]}",
    "report: {columns: [parms]}",
    "report: {columns: []}",
    "report: {sort: n down}",
    "report: {sort: swept}",
    "report: {sort: dataxtarget}",
    "report: {reference: [{label: a}]}",
    "report: {reference: [{test_accuracy: 0.5}]}",
    "report: {reference: [{label: a, test_accuracy: 95.41}]}",
]:
    look(text, text, False)
sys.exit(surprises > 0)
