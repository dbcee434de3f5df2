/* Every message a wrong sweep.random gives, whole. */
#include "pipeline/spec/spec_fixture.h"
#include "tst.h"

/* clang-format off */
static const spec_wrong wrong[] = {
    {"random_without_n",
     SPEC_HEAD "model: cnn\n"
     "sweep:\n"
     "  random: {params: {train.lr: {log: [1e-4, 0.1]}}}\n",
     {NULL},
     "x.yaml:6:3: sweep.random.n: this key is required for sweep.random\n"
     "  random: {params: {train.lr: {log: [1e-4, 0.1]}}}\n"
     "  ^"},
    {"random_without_params",
     SPEC_HEAD "model: cnn\n"
     "sweep:\n"
     "  random: {n: 4}\n",
     {NULL},
     "x.yaml:6:3: sweep.random.params: this key is required for sweep.random\n"
     "  random: {n: 4}\n"
     "  ^"},
    {"random_that_is_empty",
     SPEC_HEAD "model: cnn\n"
     "sweep: {random: {}}\n",
     {NULL},
     "x.yaml:5:9: sweep.random.n: this key is required for sweep.random\n"
     "sweep: {random: {}}\n"
     "        ^\n"
     "x.yaml:5:9: sweep.random.params: this key is required for sweep.random\n"
     "sweep: {random: {}}\n"
     "        ^"},
    {"random_that_is_a_number",
     SPEC_HEAD "model: cnn\n"
     "sweep: {random: 20}\n",
     {NULL},
     "x.yaml:5:17: sweep.random: expected a map of keys, found \"20\"\n"
     "sweep: {random: 20}\n"
     "                ^"},
    {"random_without_n_by_dotted_keys",
     SPEC_HEAD "model: cnn\n"
     "sweep.random.params: {train.lr: {log: [1e-4, 0.1]}}\n",
     {NULL},
     "x.yaml:5:1: sweep.random.n: this key is required for sweep.random\n"
     "sweep.random.params: {train.lr: {log: [1e-4, 0.1]}}\n"
     "^"},
    {"n_of_zero",
     SPEC_HEAD "model: cnn\n"
     "sweep:\n"
     "  random: {n: 0, params: {train.lr: {log: [1e-4, 0.1]}}}\n",
     {NULL},
     "x.yaml:6:15: sweep.random.n: 0 is not in 1..100000\n"
     "  random: {n: 0, params: {train.lr: {log: [1e-4, 0.1]}}}\n"
     "              ^"},
    {"n_of_many",
     SPEC_HEAD "model: cnn\n"
     "sweep:\n"
     "  random: {n: 100001, params: {train.lr: {log: [1e-4, 0.1]}}}\n",
     {NULL},
     "x.yaml:6:15: sweep.random.n: 100001 is not in 1..100000\n"
     "  random: {n: 100001, params: {train.lr: {log: [1e-4, 0.1]}}}\n"
     "              ^"},
    {"n_and_seed_of_another_type",
     SPEC_HEAD "model: cnn\n"
     "sweep:\n"
     "  random: {n: 2.5, seed: first, params: {train.lr: {log: [1e-4, 0.1]}}}\n",
     {NULL},
     "x.yaml:6:15: sweep.random.n: expected a whole number, found \"2.5\"\n"
     "  random: {n: 2.5, seed: first, params: {train.lr: {log: [1e-4, 0.1]}}}\n"
     "              ^\n"
     "x.yaml:6:26: sweep.random.seed: expected a whole number, found \"first\"\n"
     "  random: {n: 2.5, seed: first, params: {train.lr: {log: [1e-4, 0.1]}}}\n"
     "                         ^"},
    {"seed_out_of_range",
     SPEC_HEAD "model: cnn\n"
     "sweep:\n"
     "  random: {n: 2, seed: -1, params: {train.lr: {log: [1e-4, 0.1]}}}\n",
     {NULL},
     "x.yaml:6:24: sweep.random.seed: -1 is not in 0..9007199254740992\n"
     "  random: {n: 2, seed: -1, params: {train.lr: {log: [1e-4, 0.1]}}}\n"
     "                       ^"},
    {"unknown_key_of_random",
     SPEC_HEAD "model: cnn\n"
     "sweep:\n"
     "  random: {n: 2, sed: 1, params: {train.lr: {log: [1e-4, 0.1]}}}\n",
     {NULL},
     "x.yaml:6:18: sweep.random.sed: unknown key\n"
     "  random: {n: 2, sed: 1, params: {train.lr: {log: [1e-4, 0.1]}}}\n"
     "                 ^\n"
     "did you mean \"sweep.random.seed\"?"},
    {"words_of_other_programs",
     SPEC_HEAD "model: cnn\n"
     "sweep:\n"
     "  random: {n_trials: 2, params: {train.lr: {log: [1e-4, 0.1]}}}\n",
     {NULL},
     "x.yaml:6:3: sweep.random.n: this key is required for sweep.random\n"
     "  random: {n_trials: 2, params: {train.lr: {log: [1e-4, 0.1]}}}\n"
     "  ^\n"
     "x.yaml:6:12: sweep.random.n_trials: unknown key\n"
     "  random: {n_trials: 2, params: {train.lr: {log: [1e-4, 0.1]}}}\n"
     "           ^\n"
     "did you mean \"sweep.random.n\"?"},
    {"params_that_are_a_list",
     SPEC_HEAD "model: cnn\n"
     "sweep:\n"
     "  random: {n: 4, params: [train.lr]}\n",
     {NULL},
     "x.yaml:6:26: sweep.random.params: expected a map of keys to distributions, found a list\n"
     "  random: {n: 4, params: [train.lr]}\n"
     "                         ^"},
    {"params_that_are_empty",
     SPEC_HEAD "model: cnn\n"
     "sweep:\n"
     "  random: {n: 4, params: {}}\n",
     {NULL},
     "x.yaml:6:26: sweep.random.params: the map is empty; it names the keys to draw\n"
     "  random: {n: 4, params: {}}\n"
     "                         ^"},
    {"unknown_key_in_params",
     SPEC_HEAD "model: cnn\n"
     "sweep:\n"
     "  random:\n"
     "    n: 4\n"
     "    params:\n"
     "      train.lrr: {log: [1e-4, 0.1]}\n"
     "      train: {bacth: {int: [1, 2]}}\n"
     "      sweep.seeds: {choice: [1]}\n"
     "      train.checkpoint: {choice: [5s, 6s]}\n",
     {NULL},
     "x.yaml:9:7: sweep.random.params.train.lrr: unknown key\n"
     "      train.lrr: {log: [1e-4, 0.1]}\n"
     "      ^\n"
     "did you mean \"train.lr\"?\n"
     "x.yaml:10:15: sweep.random.params.train.bacth: unknown key\n"
     "      train: {bacth: {int: [1, 2]}}\n"
     "              ^\n"
     "did you mean \"train.batch\"?\n"
     "x.yaml:11:7: sweep.random.params.sweep.seeds: sweep.seeds is the study's and cannot be swept\n"
     "      sweep.seeds: {choice: [1]}\n"
     "      ^\n"
     "x.yaml:12:7: sweep.random.params.train.checkpoint: train.checkpoint changes no result, so it cannot be swept; give it once, outside the sweep\n"
     "      train.checkpoint: {choice: [5s, 6s]}\n"
     "      ^"},
    {"value_without_distribution",
     SPEC_HEAD "model: cnn\n"
     "sweep:\n"
     "  random:\n"
     "    n: 4\n"
     "    params:\n"
     "      train.lr: 0.1\n"
     "      train.batch: [16, 32]\n"
     "      train.epochs: {}\n",
     {NULL},
     "x.yaml:9:17: sweep.random.params.train.lr: expected a distribution such as {uniform: [low, high]} or {choice: [values]}, found \"0.1\"\n"
     "      train.lr: 0.1\n"
     "                ^\n"
     "x.yaml:10:20: sweep.random.params.train.batch: expected a distribution such as {uniform: [low, high]} or {choice: [values]}, found a list\n"
     "      train.batch: [16, 32]\n"
     "                   ^\n"
     "x.yaml:11:21: sweep.random.params.train.epochs: expected a distribution such as {uniform: [low, high]} or {choice: [values]}, found an empty map\n"
     "      train.epochs: {}\n"
     "                    ^"},
    {"unknown_distribution",
     SPEC_HEAD "model: cnn\n"
     "sweep:\n"
     "  random: {n: 4, params: {train.lr: {lgo: [1e-4, 0.1]}, train.batch: {normal: [1, 2]}}}\n",
     {NULL},
     "x.yaml:6:38: sweep.random.params.train.lr.lgo: unknown distribution; there are uniform, log, int, log_int and choice\n"
     "  random: {n: 4, params: {train.lr: {lgo: [1e-4, 0.1]}, train.batch: {normal: [1, 2]}}}\n"
     "                                     ^\n"
     "did you mean \"log\"?\n"
     "x.yaml:6:71: sweep.random.params.train.batch.normal: unknown distribution; there are uniform, log, int, log_int and choice\n"
     "  random: {n: 4, params: {train.lr: {lgo: [1e-4, 0.1]}, train.batch: {normal: [1, 2]}}}\n"
     "                                                                      ^"},
    {"two_distributions",
     SPEC_HEAD "model: cnn\n"
     "sweep:\n"
     "  random: {n: 4, params: {train.lr: {log: [1e-4, 0.1], uniform: [0, 1]}}}\n",
     {NULL},
     "x.yaml:6:56: sweep.random.params.train.lr: log and uniform are two distributions; a key has one\n"
     "  random: {n: 4, params: {train.lr: {log: [1e-4, 0.1], uniform: [0, 1]}}}\n"
     "                                                       ^"},
    {"range_of_another_form",
     SPEC_HEAD "model: cnn\n"
     "sweep:\n"
     "  random:\n"
     "    n: 4\n"
     "    params:\n"
     "      train.lr: {log: [1e-4, 0.1, 1]}\n"
     "      model.dropout: {uniform: 0.5}\n"
     "      train.batch: {int: {low: 1}}\n"
     "      train.epochs: {log_int: [8]}\n"
     "      train.eps: {log: []}\n",
     {NULL},
     "x.yaml:9:23: sweep.random.params.train.lr.log: expected [low, high], found a list of 3\n"
     "      train.lr: {log: [1e-4, 0.1, 1]}\n"
     "                      ^\n"
     "x.yaml:10:32: sweep.random.params.model.dropout.uniform: expected [low, high], found \"0.5\"\n"
     "      model.dropout: {uniform: 0.5}\n"
     "                               ^\n"
     "x.yaml:11:26: sweep.random.params.train.batch.int: expected [low, high], found a map\n"
     "      train.batch: {int: {low: 1}}\n"
     "                         ^\n"
     "x.yaml:12:31: sweep.random.params.train.epochs.log_int: expected [low, high], found a list of 1\n"
     "      train.epochs: {log_int: [8]}\n"
     "                              ^\n"
     "x.yaml:13:24: sweep.random.params.train.eps.log: expected [low, high], found a list of 0\n"
     "      train.eps: {log: []}\n"
     "                       ^"},
    {"bounds_of_another_type",
     SPEC_HEAD "model: cnn\n"
     "sweep:\n"
     "  random: {n: 4, params: {train.lr: {log: [small, \"0.1\"]}, train.batch: {int: [1.5, x]}}}\n",
     {NULL},
     "x.yaml:6:44: sweep.random.params.train.lr.log: expected a number, found \"small\"\n"
     "  random: {n: 4, params: {train.lr: {log: [small, \"0.1\"]}, train.batch: {int: [1.5, x]}}}\n"
     "                                           ^\n"
     "x.yaml:6:51: sweep.random.params.train.lr.log: expected a number, found the text \"0.1\"\n"
     "  random: {n: 4, params: {train.lr: {log: [small, \"0.1\"]}, train.batch: {int: [1.5, x]}}}\n"
     "                                                  ^\n"
     "x.yaml:6:80: sweep.random.params.train.batch.int: expected a whole number, found \"1.5\"\n"
     "  random: {n: 4, params: {train.lr: {log: [small, \"0.1\"]}, train.batch: {int: [1.5, x]}}}\n"
     "                                                                               ^\n"
     "x.yaml:6:85: sweep.random.params.train.batch.int: expected a whole number, found \"x\"\n"
     "  random: {n: 4, params: {train.lr: {log: [small, \"0.1\"]}, train.batch: {int: [1.5, x]}}}\n"
     "                                                                                    ^"},
    {"bounds_out_of_range",
     SPEC_HEAD "model: cnn\n"
     "sweep:\n"
     "  random: {n: 4, params: {model.dropout: {uniform: [-0.1, 1]}, train.batch: {int: [0, 70000]}}}\n",
     {NULL},
     "x.yaml:6:53: sweep.random.params.model.dropout.uniform: -0.1 is not in 0..0.99\n"
     "  random: {n: 4, params: {model.dropout: {uniform: [-0.1, 1]}, train.batch: {int: [0, 70000]}}}\n"
     "                                                    ^\n"
     "x.yaml:6:59: sweep.random.params.model.dropout.uniform: 1 is not in 0..0.99\n"
     "  random: {n: 4, params: {model.dropout: {uniform: [-0.1, 1]}, train.batch: {int: [0, 70000]}}}\n"
     "                                                          ^\n"
     "x.yaml:6:84: sweep.random.params.train.batch.int: 0 is not in 1..65536\n"
     "  random: {n: 4, params: {model.dropout: {uniform: [-0.1, 1]}, train.batch: {int: [0, 70000]}}}\n"
     "                                                                                   ^\n"
     "x.yaml:6:87: sweep.random.params.train.batch.int: 70000 is not in 1..65536\n"
     "  random: {n: 4, params: {model.dropout: {uniform: [-0.1, 1]}, train.batch: {int: [0, 70000]}}}\n"
     "                                                                                      ^"},
    {"log_of_zero",
     SPEC_HEAD "model: cnn\n"
     "sweep:\n"
     "  random: {n: 4, params: {model.dropout: {log: [0, 0.5]}, split.seed: {log_int: [0, 9]}}}\n",
     {NULL},
     "x.yaml:6:49: sweep.random.params.model.dropout.log: a bound of log must be above 0; uniform takes 0\n"
     "  random: {n: 4, params: {model.dropout: {log: [0, 0.5]}, split.seed: {log_int: [0, 9]}}}\n"
     "                                                ^\n"
     "x.yaml:6:82: sweep.random.params.split.seed.log_int: a bound of log_int must be at least 1; int takes 0\n"
     "  random: {n: 4, params: {model.dropout: {log: [0, 0.5]}, split.seed: {log_int: [0, 9]}}}\n"
     "                                                                                 ^"},
    {"low_above_high",
     SPEC_HEAD "model: cnn\n"
     "sweep:\n"
     "  random: {n: 4, params: {train.lr: {log: [0.1, 1e-4]}, train.batch: {int: [64, 32]}}}\n",
     {NULL},
     "x.yaml:6:43: sweep.random.params.train.lr.log: the low bound 0.1 is above the high bound 1e-4\n"
     "  random: {n: 4, params: {train.lr: {log: [0.1, 1e-4]}, train.batch: {int: [64, 32]}}}\n"
     "                                          ^\n"
     "x.yaml:6:76: sweep.random.params.train.batch.int: the low bound 64 is above the high bound 32\n"
     "  random: {n: 4, params: {train.lr: {log: [0.1, 1e-4]}, train.batch: {int: [64, 32]}}}\n"
     "                                                                           ^"},
    {"real_for_a_whole_number",
     SPEC_HEAD "model: cnn\n"
     "sweep:\n"
     "  random: {n: 4, params: {train.batch: {uniform: [16, 64]}, model.units: {log: [16, 64]}}}\n",
     {NULL},
     "x.yaml:6:41: sweep.random.params.train.batch.uniform: train.batch takes whole numbers; write int instead of uniform\n"
     "  random: {n: 4, params: {train.batch: {uniform: [16, 64]}, model.units: {log: [16, 64]}}}\n"
     "                                        ^\n"
     "x.yaml:6:75: sweep.random.params.model.units.log: model.units takes whole numbers; write log_int instead of log\n"
     "  random: {n: 4, params: {train.batch: {uniform: [16, 64]}, model.units: {log: [16, 64]}}}\n"
     "                                                                          ^"},
    {"number_for_a_word",
     SPEC_HEAD "model: cnn\n"
     "sweep:\n"
     "  random: {n: 4, params: {model.activation: {int: [0, 3]}, model.regularizer: {log: [1, 2]}}}\n",
     {NULL},
     "x.yaml:6:46: sweep.random.params.model.activation.int: model.activation is no number; list its values as {choice: [...]}\n"
     "  random: {n: 4, params: {model.activation: {int: [0, 3]}, model.regularizer: {log: [1, 2]}}}\n"
     "                                             ^\n"
     "x.yaml:6:80: sweep.random.params.model.regularizer.log: model.regularizer is no number; list its values as {choice: [...]}\n"
     "  random: {n: 4, params: {model.activation: {int: [0, 3]}, model.regularizer: {log: [1, 2]}}}\n"
     "                                                                               ^"},
    {"choice_that_is_empty",
     SPEC_HEAD "model: cnn\n"
     "sweep:\n"
     "  random: {n: 4, params: {model.units: {choice: []}, train.batch: {choice: 32}}}\n",
     {NULL},
     "x.yaml:6:49: sweep.random.params.model.units.choice: the list is empty\n"
     "  random: {n: 4, params: {model.units: {choice: []}, train.batch: {choice: 32}}}\n"
     "                                                ^\n"
     "x.yaml:6:76: sweep.random.params.train.batch.choice: expected a list of values, found \"32\"\n"
     "  random: {n: 4, params: {model.units: {choice: []}, train.batch: {choice: 32}}}\n"
     "                                                                           ^"},
    {"choice_of_a_wrong_value",
     SPEC_HEAD "model: cnn\n"
     "sweep:\n"
     "  random: {n: 4, params: {train.batch: {choice: [32, 0, many]}}}\n",
     {NULL},
     "x.yaml:6:54: train.batch: 0 is not in 1..65536\n"
     "  random: {n: 4, params: {train.batch: {choice: [32, 0, many]}}}\n"
     "                                                     ^\n"
     "x.yaml:6:57: train.batch: expected a whole number, found \"many\"\n"
     "  random: {n: 4, params: {train.batch: {choice: [32, 0, many]}}}\n"
     "                                                        ^"},
    {"key_that_is_swept_twice",
     SPEC_HEAD "model: cnn\n"
     "sweep:\n"
     "  product: {train.lr: [0.1, 0.2]}\n"
     "  seeds: [1, 2]\n"
     "  random: {n: 4, params: {train.lr: {log: [1e-4, 0.1]}, train.seed: {int: [1, 9]}}}\n",
     {NULL},
     "x.yaml:8:27: sweep.random.params.train.lr: the sweep gives this key values in another place too; leave one of them out\n"
     "  random: {n: 4, params: {train.lr: {log: [1e-4, 0.1]}, train.seed: {int: [1, 9]}}}\n"
     "                          ^\n"
     "x.yaml:8:57: sweep.random.params.train.seed: the sweep gives this key values in another place too; leave one of them out\n"
     "  random: {n: 4, params: {train.lr: {log: [1e-4, 0.1]}, train.seed: {int: [1, 9]}}}\n"
     "                                                        ^"},
    {"key_that_is_drawn_twice",
     SPEC_HEAD "model: cnn\n"
     "sweep:\n"
     "  random: {n: 4, params: {train.lr: {log: [1e-4, 0.1]}, train: {lr: {log: [1e-4, 0.1]}}}}\n",
     {NULL},
     "x.yaml:6:65: sweep.random.params.train.lr: the sweep gives this key values in another place too; leave one of them out\n"
     "  random: {n: 4, params: {train.lr: {log: [1e-4, 0.1]}, train: {lr: {log: [1e-4, 0.1]}}}}\n"
     "                                                                ^"},
    {"drawn_key_without_effect",
     SPEC_HEAD "model: cnn\n"
     "sweep:\n"
     "  random: {n: 4, params: {train.lr: {log: [1e-4, 0.1]}, model.C: {log: [0.1, 10]}}}\n",
     {NULL},
     "x.yaml:6:57: model.C: has no effect with model.type cnn; it is for logreg\n"
     "  random: {n: 4, params: {train.lr: {log: [1e-4, 0.1]}, model.C: {log: [0.1, 10]}}}\n"
     "                                                        ^"},
    {"too_many_drawn_runs",
     SPEC_HEAD "model: cnn\n"
     "sweep:\n"
     "  product: {train.batch: [1, 2]}\n"
     "  random: {n: 60000, params: {train.lr: {log: [1e-4, 0.1]}}}\n",
     {NULL},
     "x.yaml:5:1: sweep: 120,000 runs are more than 100,000\n"
     "sweep:\n"
     "^"},
    {"random_by_override",
     SPEC_HEAD "model: cnn\n",
     {"sweep.random={n: 0}", "sweep.random.params={train.lr: {log: [0, 1]}}", NULL},
     "--set sweep.random: sweep.random.n: 0 is not in 1..100000\n"
     "--set sweep.random.params: sweep.random.params.train.lr.log: 0 is not in 1e-10..1000"},
};
/* clang-format on */

static void test_messages_about_random_points(void)
{
    spec_check_wrong(wrong, sizeof wrong / sizeof wrong[0]);
}

const tst_case tst_spec_random_errors[] = {TST(test_messages_about_random_points), TST_END};
