/* Every message a wrong spec gives, whole: place, sentence, line, caret and suggestion. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pipeline/spec/spec_fixture.h"
#include "tst.h"

enum { MAX_SETS = 3 };

typedef struct wrong_spec {
    const char *name, *text;
    const char *set[MAX_SETS];
    const char *want;
} wrong_spec;

/* clang-format off */
static const wrong_spec wrong[] = {
    {"empty_spec",
     "",
     {NULL},
     "x.yaml:1:1: the spec is empty; it needs at least data.images, data.labels and model.type"},
    {"comments_only",
     "# nothing\n",
     {NULL},
     "x.yaml:1:1: the spec is empty; it needs at least data.images, data.labels and model.type"},
    {"tab_in_the_indentation",
     "data:\n"
     "\timages: i.zip\n",
     {NULL},
     "x.yaml:2:1: a tab in the indentation; YAML is indented with spaces\n"
     "\timages: i.zip\n"
     "^"},
    {"not_a_map",
     "- data\n",
     {NULL},
     "x.yaml:1:1: a spec is a map of keys, found a list\n"
     "- data\n"
     "^"},
    {"open_bracket",
     "data: [1, 2\n",
     {NULL},
     "x.yaml:1:7: this is not YAML: did not find expected ',' or ']' while parsing a flow sequence\n"
     "data: [1, 2\n"
     "      ^"},
    {"unknown_anchor",
     "data: *faces\n",
     {NULL},
     "x.yaml:1:7: *faces names no anchor that stands before it\n"
     "data: *faces\n"
     "      ^"},
    {"second_document",
     SPEC_HEAD "model: cnn\n"
     "---\n"
     "model: rnn\n",
     {NULL},
     "x.yaml:5:1: a second document starts here; a spec is one document\n"
     "---\n"
     "^"},
    {"unknown_section",
     SPEC_HEAD "modle: {type: cnn}\n",
     {NULL},
     "x.yaml:1:1: model.type: this key is required\n"
     "x.yaml:4:1: modle: unknown key\n"
     "modle: {type: cnn}\n"
     "^\n"
     "did you mean \"model\"?"},
    {"unknown_key",
     SPEC_HEAD "model: {type: cnn}\n"
     "train:\n"
     "  learning_rate: 0.1\n"
     "  lrr: 0.1\n",
     {NULL},
     "x.yaml:6:3: train.learning_rate: unknown key\n"
     "  learning_rate: 0.1\n"
     "  ^\n"
     "did you mean \"train.lr\"?\n"
     "x.yaml:7:3: train.lrr: unknown key\n"
     "  lrr: 0.1\n"
     "  ^\n"
     "did you mean \"train.lr\"?"},
    {"key_out_of_place",
     SPEC_HEAD "model: {type: cnn}\n"
     "batch: 32\n",
     {NULL},
     "x.yaml:5:1: batch: unknown key\n"
     "batch: 32\n"
     "^\n"
     "did you mean \"train.batch\"?"},
    {"key_of_another_model",
     SPEC_HEAD "model: {type: cnn, hidden: [32]}\n",
     {NULL},
     "x.yaml:4:20: model.hidden: has no effect with model.type cnn; it is for rnn\n"
     "model: {type: cnn, hidden: [32]}\n"
     "                   ^"},
    {"key_of_another_optimizer",
     SPEC_HEAD "model: {type: cnn}\n"
     "train: {optimizer: adam, momentum: 0.9}\n",
     {NULL},
     "x.yaml:5:26: train.momentum: has no effect with train.optimizer adam; it is for sgd and rmsprop\n"
     "train: {optimizer: adam, momentum: 0.9}\n"
     "                         ^"},
    {"key_of_another_solver",
     SPEC_HEAD "model: {type: logreg}\n"
     "train: {lr: 0.1}\n",
     {NULL},
     "x.yaml:5:9: train.lr: has no effect with model.solver lbfgs; it is for adam\n"
     "train: {lr: 0.1}\n"
     "        ^"},
    {"value_out_of_range",
     SPEC_HEAD "model:\n"
     "  type: cnn\n"
     "  kernel: 0\n"
     "  dropout: 1.5\n",
     {NULL},
     "x.yaml:6:11: model.kernel: 0 is not in 1..11\n"
     "  kernel: 0\n"
     "          ^\n"
     "x.yaml:7:12: model.dropout: 1.5 is not in 0..0.99\n"
     "  dropout: 1.5\n"
     "           ^"},
    {"list_item_out_of_range",
     SPEC_HEAD "model: {type: cnn, filters: [64, 0]}\n",
     {NULL},
     "x.yaml:4:34: model.filters: 0 is not in 1..1024\n"
     "model: {type: cnn, filters: [64, 0]}\n"
     "                                 ^"},
    {"wrong_type",
     SPEC_HEAD "model: {type: cnn}\n"
     "train: {lr: fast, batch: 1.5, shuffle: 2, epochs: \"3\"}\n",
     {NULL},
     "x.yaml:5:13: train.lr: expected a number, found \"fast\"\n"
     "train: {lr: fast, batch: 1.5, shuffle: 2, epochs: \"3\"}\n"
     "            ^\n"
     "x.yaml:5:26: train.batch: expected a whole number, found \"1.5\"\n"
     "train: {lr: fast, batch: 1.5, shuffle: 2, epochs: \"3\"}\n"
     "                         ^\n"
     "x.yaml:5:40: train.shuffle: expected true or false, found \"2\"\n"
     "train: {lr: fast, batch: 1.5, shuffle: 2, epochs: \"3\"}\n"
     "                                       ^\n"
     "x.yaml:5:51: train.epochs: expected a whole number, found the text \"3\"\n"
     "train: {lr: fast, batch: 1.5, shuffle: 2, epochs: \"3\"}\n"
     "                                                  ^"},
    {"map_for_a_value",
     SPEC_HEAD "model: {type: cnn, kernel: {a: 1}}\n",
     {NULL},
     "x.yaml:4:28: model.kernel: expected a whole number, found a map\n"
     "model: {type: cnn, kernel: {a: 1}}\n"
     "                           ^"},
    {"unknown_choice",
     SPEC_HEAD "model: {type: cnm, activation: rleu}\n",
     {NULL},
     "x.yaml:4:15: model.type: \"cnm\" is not one of cnn, logreg, rnn, layers\n"
     "model: {type: cnm, activation: rleu}\n"
     "              ^\n"
     "did you mean \"cnn\"?\n"
     "x.yaml:4:32: model.activation: \"rleu\" is not one of linear, relu, leaky_relu, elu, tanh, sigmoid, gelu\n"
     "model: {type: cnm, activation: rleu}\n"
     "                               ^\n"
     "did you mean \"relu\"?"},
    {"duplicate_key",
     SPEC_HEAD "model: {type: cnn}\n"
     "train:\n"
     "  lr: 0.1\n"
     "  lr: 0.2\n",
     {NULL},
     "x.yaml:7:3: train.lr: this key is already on line 6\n"
     "  lr: 0.2\n"
     "  ^"},
    {"missing_required_keys",
     "data:\n"
     "  images: i.zip\n",
     {NULL},
     "x.yaml:1:1: model.type: this key is required\n"
     "x.yaml:1:1: data.labels: this key is required\n"
     "data:\n"
     "^"},
    {"missing_partition",
     SPEC_HEAD "model: cnn\n"
     "split: official\n",
     {NULL},
     "x.yaml:1:1: data.partition: this key is required for split.method official\n"
     "data:\n"
     "^"},
    {"missing_layers",
     SPEC_HEAD "model: {type: layers}\n",
     {NULL},
     "x.yaml:4:1: model.layers: this key is required for model.type layers\n"
     "model: {type: layers}\n"
     "^"},
    {"ratios_that_do_not_sum_to_one",
     SPEC_HEAD "model: cnn\n"
     "split: {ratios: [0.8, 0.1, 0.2]}\n",
     {NULL},
     "x.yaml:5:17: split.ratios: the ratios sum to 1.1, not to 1\n"
     "split: {ratios: [0.8, 0.1, 0.2]}\n"
     "                ^"},
    {"three_class_weights",
     SPEC_HEAD "model: cnn\n"
     "train: {class_weight: [1, 2, 3]}\n",
     {NULL},
     "x.yaml:5:23: train.class_weight: expected none, balanced or [weight of 0, weight of 1], found a list\n"
     "train: {class_weight: [1, 2, 3]}\n"
     "                      ^"},
    {"bad_name",
     SPEC_HEAD "name: a/b\n"
     "model: cnn\n",
     {NULL},
     "x.yaml:4:7: name: \"a/b\" names no folder; up to 100 letters, digits, '.', '_' and '-', begun by a letter, a digit or '_'\n"
     "name: a/b\n"
     "      ^"},
    {"two_errors_in_file_order",
     SPEC_HEAD "train: {batch: 0}\n"
     "model: {type: cnn, alpah: 1}\n",
     {NULL},
     "x.yaml:4:16: train.batch: 0 is not in 1..65536\n"
     "train: {batch: 0}\n"
     "               ^\n"
     "x.yaml:5:20: model.alpah: unknown key\n"
     "model: {type: cnn, alpah: 1}\n"
     "                   ^\n"
     "did you mean \"model.alpha\"?"},
    {"unknown_layer_type",
     SPEC_HEAD "model:\n"
     "  type: layers\n"
     "  layers:\n"
     "    - {type: conv2, filters: 8}\n"
     "    - flatten\n",
     {NULL},
     "x.yaml:7:14: model.layers[0].type: \"conv2\" is not one of conv2d, maxpool, avgpool, flatten, dense, dropout, activation, lstm, gru, simple_rnn, rows\n"
     "    - {type: conv2, filters: 8}\n"
     "             ^\n"
     "did you mean \"conv2d\"?"},
    {"unknown_layer_key",
     SPEC_HEAD "model:\n"
     "  type: layers\n"
     "  layers:\n"
     "    - {type: dense, units: 8, kernal: 3}\n"
     "    - {type: flatten, units: 1}\n",
     {NULL},
     "x.yaml:7:31: model.layers[0].kernal: unknown key; dense has units, activation, alpha, regularizer\n"
     "    - {type: dense, units: 8, kernal: 3}\n"
     "                              ^\n"
     "x.yaml:8:23: model.layers[1].units: unknown key; flatten has no parameters\n"
     "    - {type: flatten, units: 1}\n"
     "                      ^"},
    {"missing_layer_key",
     SPEC_HEAD "model:\n"
     "  type: layers\n"
     "  layers:\n"
     "    - flatten\n"
     "    - dense\n"
     "    - {units: 3}\n",
     {NULL},
     "x.yaml:8:7: model.layers[1].units: this key is required for dense\n"
     "    - dense\n"
     "      ^\n"
     "x.yaml:9:7: model.layers[2].type: this key is required\n"
     "    - {units: 3}\n"
     "      ^"},
    {"layer_value_out_of_range",
     SPEC_HEAD "model:\n"
     "  type: layers\n"
     "  layers:\n"
     "    - {type: conv2d, filters: 8, kernel: [3, 0]}\n"
     "    - {type: dense, units: 2, regularizer: {l3: 1, l1: -1}}\n",
     {NULL},
     "x.yaml:7:46: model.layers[0].kernel: 0 is not in 1..11\n"
     "    - {type: conv2d, filters: 8, kernel: [3, 0]}\n"
     "                                             ^\n"
     "x.yaml:8:45: model.layers[1].regularizer.l3: unknown key; a regularizer has l1 and l2\n"
     "    - {type: dense, units: 2, regularizer: {l3: 1, l1: -1}}\n"
     "                                            ^\n"
     "x.yaml:8:56: model.layers[1].regularizer.l1: -1 is not in 0..1000\n"
     "    - {type: dense, units: 2, regularizer: {l3: 1, l1: -1}}\n"
     "                                                       ^"},
    {"layer_too_large_for_the_image",
     SPEC_HEAD "model:\n"
     "  type: layers\n"
     "  layers:\n"
     "    - {type: conv2d, filters: 8, kernel: 9}\n"
     "    - flatten\n"
     "data.image.size: 6\n",
     {NULL},
     "x.yaml:7:7: model.layers[0]: a 9x9 kernel does not fit into 6x6\n"
     "    - {type: conv2d, filters: 8, kernel: 9}\n"
     "      ^"},
    {"image_too_small",
     SPEC_HEAD "  image: {size: 6}\n"
     "model: cnn\n",
     {NULL},
     "x.yaml:4:17: data.image.size: an image of 6x6 does not fit this model: layer 2 (conv2d): a 3x3 kernel does not fit into 2x2\n"
     "  image: {size: 6}\n"
     "                ^"},
    {"image_too_small_in_a_sweep",
     SPEC_HEAD "model: cnn\n"
     "sweep:\n"
     "  product:\n"
     "    data.image.size: [50, 6]\n",
     {NULL},
     "x.yaml:7:27: data.image.size: an image of 6x6 does not fit this model: layer 2 (conv2d): a 3x3 kernel does not fit into 2x2\n"
     "    data.image.size: [50, 6]\n"
     "                          ^"},
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
    {"base_that_is_missing",
     "base: other.yaml\n"
     "data:\n"
     "  images: i.zip\n"
     "  labels: l.csv\n"
     "model: cnn\n",
     {NULL},
     "x.yaml:1:7: base: other.yaml: there is no such file\n"
     "base: other.yaml\n"
     "      ^"},
    {"base_of_itself",
     "base: x.yaml\n"
     "data:\n"
     "  images: i.zip\n"
     "  labels: l.csv\n"
     "model: cnn\n",
     {NULL},
     "x.yaml:1:7: base: the bases go in a circle: x.yaml -> x.yaml\n"
     "base: x.yaml\n"
     "      ^"},
    {"characters_of_many_bytes",
     SPEC_HEAD "model: {type: cnn}\n"
     "# ä\n"
     "train: {\"größe\": 1, lr: 0}\n",
     {NULL},
     "x.yaml:6:9: train.größe: unknown key\n"
     "train: {\"größe\": 1, lr: 0}\n"
     "        ^\n"
     "x.yaml:6:25: train.lr: 0 is not in 1e-10..1000\n"
     "train: {\"größe\": 1, lr: 0}\n"
     "                        ^"},
};
/* clang-format on */

static void test_every_message_is_whole(void)
{
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        pl_study study;
        kn_error e = {KN_OK, ""};
        kn_status rc = spec_load(wrong[i].text, wrong[i].set, &study, &e);
        char *got = spec_without_dir(e.text);
        if (rc != KN_EUSAGE || strcmp(got, wrong[i].want) != 0)
            tst_note("%s:", wrong[i].name);
        CU_ASSERT_EQUAL(rc, KN_EUSAGE);
        TST_TEXT(got, wrong[i].want);
        free(got);
    }
}

static void test_bases_in_a_circle(void)
{
    pl_study study;
    kn_error e = {KN_OK, ""};
    tst_write_text(tst_path("b.yaml"), "base: x.yaml\n");
    CU_ASSERT_EQUAL(spec_load("base: b.yaml\n", NULL, &study, &e), KN_EUSAGE);
    char *got = spec_without_dir(e.text);
    TST_TEXT(got, "b.yaml:1:7: base: the bases go in a circle: x.yaml -> b.yaml -> x.yaml\n"
                  "base: x.yaml\n"
                  "      ^");
    free(got);
}

static void test_error_in_the_base_names_the_base(void)
{
    pl_study study;
    kn_error e = {KN_OK, ""};
    tst_write_text(tst_path("b.yaml"), "train:\n  batch: 0\n");
    CU_ASSERT_EQUAL(
        spec_load("base: b.yaml\n" SPEC_HEAD "model: {type: cnn, pool: 9}\n", NULL, &study, &e),
        KN_EUSAGE);
    char *got = spec_without_dir(e.text);
    TST_TEXT(got, "x.yaml:5:26: model.pool: 9 is not in 1..8\n"
                  "model: {type: cnn, pool: 9}\n"
                  "                         ^\n"
                  "b.yaml:2:10: train.batch: 0 is not in 1..65536\n"
                  "  batch: 0\n"
                  "         ^");
    free(got);
}

static void test_spec_that_is_missing(void)
{
    pl_study study;
    TST_FAILS(KN_EUSAGE, "no/such.yaml: there is no such file",
              pl_study_load("no/such.yaml", NULL, 0, &study, e));
}

static void test_folder_for_a_spec(void)
{
    pl_study study;
    TST_FAILS(KN_EUSAGE, "tests: this is a folder, not a spec",
              pl_study_load("tests", NULL, 0, &study, e));
}

static void test_zero_byte(void)
{
    pl_study study;
    kn_error e = {KN_OK, ""};
    tst_write(tst_path("x.yaml"), "a: \0", 4);
    CU_ASSERT_EQUAL(pl_study_load(tst_path("x.yaml"), NULL, 0, &study, &e), KN_EUSAGE);
    char *got = spec_without_dir(e.text);
    TST_TEXT(got, "x.yaml:1:1: this is not YAML text: it holds a zero byte");
    free(got);
}

static void test_missing_data_file_and_folder_for_a_table(void)
{
    tst_write_text(tst_path("l.csv"), "image_id,Male\n");
    pl_study study = spec_study("data: {images: i.zip, labels: ., partition: l.csv}\nmodel: cnn\n");
    kn_error e = {KN_OK, ""};
    CU_ASSERT_EQUAL(pl_study_check_files(&study, &e), KN_EUSAGE);
    char *got = spec_without_dir(e.text);
    TST_TEXT(got,
             "x.yaml:1:16: data.images: i.zip: there is no such file\n"
             "data: {images: i.zip, labels: ., partition: l.csv}\n"
             "               ^\n"
             "x.yaml:1:31: data.labels: .: this is a folder; a table (.csv or .txt) is expected\n"
             "data: {images: i.zip, labels: ., partition: l.csv}\n"
             "                              ^");
    free(got);
    pl_study_clear(&study);
}

static void test_data_files_that_are_there(void)
{
    tst_write_text(tst_path("l.csv"), "image_id,Male\n");
    pl_study study = spec_study("data: {images: ., labels: l.csv}\nmodel: cnn\n");
    TST_OK(pl_study_check_files(&study, e));
    pl_study_clear(&study);
}

/* More errors than the object holds: the last line counts the rest. */
static void test_errors_that_do_not_fit_are_counted(void)
{
    pl_study study;
    kn_error e = {KN_OK, ""};
    pl_str text;
    pl_str_init(&text);
    pl_str_add(&text, SPEC_HEAD "model: cnn\ntrain:\n");
    for (int i = 0; i < 200; i++)
        pl_str_addf(&text, "  key%d: 1\n", i);
    CU_ASSERT_EQUAL(spec_load(text.text, NULL, &study, &e), KN_EUSAGE);
    pl_str_clear(&text);
    int shown = 0;
    for (const char *p = e.text; (p = strstr(p, "unknown key")); p++)
        shown++;
    const char *last = strrchr(e.text, '\n');
    char want[64];
    snprintf(want, sizeof want, "\nand %d more errors", 200 - shown);
    CU_ASSERT(shown > 20 && shown < 200);
    TST_TEXT(last ? last : "", want);
}

/* A nest of aliases that would expand to 10^10 values is refused at once. */
static void test_aliases_that_explode(void)
{
    pl_study study;
    kn_error e = {KN_OK, ""};
    pl_str text;
    pl_str_init(&text);
    pl_str_add(&text, "x-0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n");
    for (int i = 1; i < 10; i++) {
        pl_str_addf(&text, "x-%d: &a%d [", i, i);
        for (int k = 0; k < 10; k++)
            pl_str_addf(&text, "%s*a%d", k ? ", " : "", i - 1);
        pl_str_add(&text, "]\n");
    }
    CU_ASSERT_EQUAL(spec_load(text.text, NULL, &study, &e), KN_EUSAGE);
    CU_ASSERT_PTR_NOT_NULL(strstr(e.text, "aliases here expand to more than 1000000 values"));
    pl_str_clear(&text);
}

const tst_case tst_spec_errors[] = {TST(test_every_message_is_whole),
                                    TST(test_bases_in_a_circle),
                                    TST(test_error_in_the_base_names_the_base),
                                    TST(test_spec_that_is_missing),
                                    TST(test_folder_for_a_spec),
                                    TST(test_zero_byte),
                                    TST(test_missing_data_file_and_folder_for_a_table),
                                    TST(test_data_files_that_are_there),
                                    TST(test_errors_that_do_not_fit_are_counted),
                                    TST(test_aliases_that_explode),
                                    TST_END};
