/* Every message a wrong sweep or override gives, whole. */
#include "pipeline/spec/spec_fixture.h"
#include "tst.h"

/* clang-format off */
static const spec_wrong wrong[] = {
    {"bad_sweep_key",
     SPEC_HEAD "model: cnn\n"
     "sweep:\n"
     "  product:\n"
     "    train.lrr: [1]\n"
     "    name: [a]\n",
     {NULL},
     "x.yaml:7:5: sweep.product.train.lrr: unknown key\n"
     "    train.lrr: [1]\n"
     "    ^\n"
     "did you mean \"train.lr\"?\n"
     "x.yaml:8:5: sweep.product.name: name is the study's and cannot be swept\n"
     "    name: [a]\n"
     "    ^"},
    {"bad_sweep_section",
     SPEC_HEAD "model: cnn\n"
     "sweep: {prodcut: {train.lr: [1]}}\n",
     {NULL},
     "x.yaml:5:9: sweep.prodcut: unknown key\n"
     "sweep: {prodcut: {train.lr: [1]}}\n"
     "        ^\n"
     "did you mean \"sweep.product\"?"},
    {"bad_sweep_value",
     SPEC_HEAD "model: cnn\n"
     "sweep:\n"
     "  product:\n"
     "    train.lr: [0.1, -1, x]\n"
     "    train.batch: 3\n"
     "    train.epochs: []\n",
     {NULL},
     "x.yaml:7:21: train.lr: -1 is not in 1e-10..1000\n"
     "    train.lr: [0.1, -1, x]\n"
     "                    ^\n"
     "x.yaml:7:25: train.lr: expected a number, found \"x\"\n"
     "    train.lr: [0.1, -1, x]\n"
     "                        ^\n"
     "x.yaml:8:18: sweep.product.train.batch: expected a list of values, found \"3\"\n"
     "    train.batch: 3\n"
     "                 ^\n"
     "x.yaml:9:19: sweep.product.train.epochs: the list is empty\n"
     "    train.epochs: []\n"
     "                  ^"},
    {"key_without_effect_in_any_run",
     SPEC_HEAD "model: {type: cnn, cell: gru}\n"
     "sweep: {product: {model.type: [cnn, logreg]}}\n",
     {NULL},
     "x.yaml:4:20: model.cell: has no effect with model.type cnn; it is for rnn\n"
     "model: {type: cnn, cell: gru}\n"
     "                   ^"},
    {"zip_lengths_that_differ",
     SPEC_HEAD "model: cnn\n"
     "sweep:\n"
     "  zip:\n"
     "    train.lr: [0.1, 0.2]\n"
     "    train.batch: [32]\n",
     {NULL},
     "x.yaml:8:5: sweep.zip.train.batch: 1 values, but train.lr has 2; zipped lists have one length\n"
     "    train.batch: [32]\n"
     "    ^"},
    {"seeds_that_are_no_list",
     SPEC_HEAD "model: cnn\n"
     "sweep: {seeds: 3}\n",
     {NULL},
     "x.yaml:5:16: sweep.seeds: expected a list of whole numbers, found \"3\"\n"
     "sweep: {seeds: 3}\n"
     "               ^"},
    {"exclude_that_leaves_nothing",
     SPEC_HEAD "model: cnn\n"
     "sweep:\n"
     "  product: {train.lr: [0.1, 0.2]}\n"
     "  exclude: [{train.lr: [0.1, 0.2]}]\n",
     {NULL},
     "x.yaml:7:3: sweep.exclude: no run is left of 2\n"
     "  exclude: [{train.lr: [0.1, 0.2]}]\n"
     "  ^"},
    {"exclude_of_an_unknown_key",
     SPEC_HEAD "model: cnn\n"
     "sweep:\n"
     "  product: {train.lr: [0.1, 0.2]}\n"
     "  exclude: [{train.l: 0.1}, {}]\n",
     {NULL},
     "x.yaml:7:14: sweep.exclude[0].train.l: unknown key\n"
     "  exclude: [{train.l: 0.1}, {}]\n"
     "             ^\n"
     "did you mean \"train.lr\"?\n"
     "x.yaml:7:29: sweep.exclude[1]: expected a map of keys, found an empty one\n"
     "  exclude: [{train.l: 0.1}, {}]\n"
     "                            ^"},
    {"when_without_if",
     SPEC_HEAD "model: cnn\n"
     "sweep:\n"
     "  when: [{set: {train.lr: 1}, than: 3}]\n",
     {NULL},
     "x.yaml:6:10: sweep.when[0].if: this key is required\n"
     "  when: [{set: {train.lr: 1}, than: 3}]\n"
     "         ^\n"
     "x.yaml:6:31: sweep.when[0].than: unknown key; an item of when has if, set and product\n"
     "  when: [{set: {train.lr: 1}, than: 3}]\n"
     "                              ^"},
    {"too_many_runs",
     SPEC_HEAD "model: cnn\n"
     "sweep:\n"
     "  product:\n"
     "    train.epochs: &n [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]\n"
     "    train.batch: *n\n"
     "    model.kernel: *n\n"
     "    train.schedule.every: *n\n"
     "    train.lr: *n\n"
     "    train.seed: [1, 2]\n",
     {NULL},
     "x.yaml:5:1: sweep: 200,000 runs are more than 100,000\n"
     "sweep:\n"
     "^"},
    {"override_of_an_unknown_key",
     SPEC_HEAD "model: cnn\n",
     {"train.lrr=1", NULL},
     "--set train.lrr: unknown key\n"
     "did you mean \"train.lr\"?"},
    {"override_out_of_range",
     SPEC_HEAD "model: cnn\n",
     {"train.lr=0", NULL},
     "--set train.lr: 0 is not in 1e-10..1000"},
    {"override_without_value",
     SPEC_HEAD "model: cnn\n",
     {"train.lr", NULL},
     "--set train.lr: a value is missing; write --set KEY=VALUE"},
    {"override_that_is_no_yaml",
     SPEC_HEAD "model: cnn\n",
     {"model.filters=[1, 2", NULL},
     "--set model.filters: this is not YAML: did not find expected ',' or ']' while parsing a flow sequence"},
    {"override_after_an_error_in_the_file",
     SPEC_HEAD "model: cnn\n"
     "train: {batch: 0}\n",
     {"train.epochs=many", "train.lr=0.1", NULL},
     "x.yaml:5:16: train.batch: 0 is not in 1..65536\n"
     "train: {batch: 0}\n"
     "               ^\n"
     "--set train.epochs: expected a whole number, found \"many\""},
    {"override_of_a_layer",
     SPEC_HEAD "model: cnn\n",
     {"model.type=layers", "model.layers=[{type: dense}]", NULL},
     "--set model.layers: model.layers[0].units: this key is required for dense"},
};
/* clang-format on */

static void test_messages_about_sweeps_and_overrides(void)
{
    spec_check_wrong(wrong, sizeof wrong / sizeof wrong[0]);
}

const tst_case tst_spec_sweep_errors[] = {TST(test_messages_about_sweeps_and_overrides), TST_END};
