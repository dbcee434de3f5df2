/* Every message wrong keys and values give, whole: place, sentence, line, caret and suggestion. */
#include "pipeline/spec/spec_fixture.h"
#include "tst.h"

/* clang-format off */
static const spec_wrong wrong[] = {
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
     "x.yaml:7:14: model.layers[0].type: \"conv2\" is not one of conv2d, depthwise_conv2d, separable_conv2d, maxpool, avgpool, global_maxpool, global_avgpool, flatten, dense, batchnorm, layernorm, add, dropout, activation, lstm, gru, simple_rnn, rows\n"
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
    spec_check_wrong(wrong, sizeof wrong / sizeof wrong[0]);
}

const tst_case tst_spec_errors[] = {TST(test_every_message_is_whole), TST_END};
