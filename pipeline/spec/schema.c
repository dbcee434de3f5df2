#include "spec/schema.h"

#include <string.h>

#include "spec/preset.h"
#include "util/duration.h"
#include "util/str.h"

#define AT(member) offsetof(pl_run_spec, member)
#define EFFECT(id, expression, key, words)                                                         \
    static bool id##_has(const pl_run_spec *s)                                                     \
    {                                                                                              \
        return expression;                                                                         \
    }                                                                                              \
    static const pl_effect id = {id##_has, key, words};

EFFECT(drawn_split, s->split.method != PL_SPLIT_OFFICIAL, "split.method",
       "random, stratified and identity")
EFFECT(cnn, s->model.type == PL_MODEL_CNN, "model.type", "cnn")
EFFECT(rnn, s->model.type == PL_MODEL_RNN, "model.type", "rnn")
EFFECT(cnn_rnn, s->model.type == PL_MODEL_CNN || s->model.type == PL_MODEL_RNN, "model.type",
       "cnn and rnn")
EFFECT(nets, s->model.type != PL_MODEL_LOGREG, "model.type", "cnn, rnn and layers")
EFFECT(logreg, s->model.type == PL_MODEL_LOGREG, "model.type", "logreg")
EFFECT(own_layers, s->model.type == PL_MODEL_LAYERS, "model.type", "layers")
EFFECT(with_alpha, s->model.act.kind == KN_ACT_LEAKY_RELU || s->model.act.kind == KN_ACT_ELU,
       "model.activation", "leaky_relu and elu")
EFFECT(by_lbfgs, s->model.solver == PL_SOLVER_LBFGS, "model.solver", "lbfgs")
EFFECT(by_steps, s->model.type != PL_MODEL_LOGREG || s->model.solver != PL_SOLVER_LBFGS,
       "model.solver", "adam")
EFFECT(adams, s->train.optimizer.kind != KN_OPT_SGD && s->train.optimizer.kind != KN_OPT_RMSPROP,
       "train.optimizer", "adam, adamw and adamw_torch")
EFFECT(with_eps, s->train.optimizer.kind != KN_OPT_SGD, "train.optimizer",
       "rmsprop, adam, adamw and adamw_torch")
EFFECT(rmsprop, s->train.optimizer.kind == KN_OPT_RMSPROP, "train.optimizer", "rmsprop")
EFFECT(with_momentum,
       s->train.optimizer.kind == KN_OPT_SGD || s->train.optimizer.kind == KN_OPT_RMSPROP,
       "train.optimizer", "sgd and rmsprop")
EFFECT(sgd, s->train.optimizer.kind == KN_OPT_SGD, "train.optimizer", "sgd")
EFFECT(adamws,
       s->train.optimizer.kind == KN_OPT_ADAMW || s->train.optimizer.kind == KN_OPT_ADAMW_TORCH,
       "train.optimizer", "adamw and adamw_torch")
EFFECT(with_gamma,
       s->train.schedule.kind == KN_SCHEDULE_STEP ||
           s->train.schedule.kind == KN_SCHEDULE_EXPONENTIAL,
       "train.schedule.type", "step and exponential")
EFFECT(in_steps, s->train.schedule.kind == KN_SCHEDULE_STEP, "train.schedule.type", "step")
EFFECT(plateau, s->train.schedule.kind == KN_SCHEDULE_PLATEAU, "train.schedule.type", "plateau")
EFFECT(with_floor,
       s->train.schedule.kind == KN_SCHEDULE_COSINE ||
           s->train.schedule.kind == KN_SCHEDULE_PLATEAU ||
           s->train.schedule.kind == KN_SCHEDULE_RESTARTS,
       "train.schedule.type", "cosine, plateau and restarts")
EFFECT(without_rise, s->train.schedule.kind != KN_SCHEDULE_ONECYCLE, "train.schedule.type",
       "every type but onecycle")
EFFECT(onecycle, s->train.schedule.kind == KN_SCHEDULE_ONECYCLE, "train.schedule.type", "onecycle")
EFFECT(restarts, s->train.schedule.kind == KN_SCHEDULE_RESTARTS, "train.schedule.type", "restarts")
EFFECT(with_products, s->model.type == PL_MODEL_CNN || s->model.type == PL_MODEL_LAYERS,
       "model.type", "cnn and layers")
EFFECT(cuts, s->augment.cutout > 0, "augment.cutout.size", "sizes above 0")
EFFECT(early, s->train.early.on, "train.early_stopping.enabled", "true")

static const char *split_method(const pl_run_spec *s)
{
    return s->data.partition ? "official" : "stratified";
}

static const char *alpha(const pl_run_spec *s)
{
    return s->model.act.kind == KN_ACT_LEAKY_RELU ? "0.3" : "1";
}

static const char *output(const pl_run_spec *s)
{
    return s->model.type == PL_MODEL_RNN ? "softmax" : "sigmoid";
}

static const char *units(const pl_run_spec *s)
{
    return s->model.type == PL_MODEL_RNN ? "[32]" : "[64]";
}

static const char *lr(const pl_run_spec *s)
{
    return s->train.optimizer.kind == KN_OPT_SGD ? "0.01" : "0.001";
}

static const char *eps(const pl_run_spec *s)
{
    return s->train.optimizer.kind == KN_OPT_ADAMW_TORCH ? "1e-8" : "1e-7";
}

static const char *weight_decay(const pl_run_spec *s)
{
    return s->train.optimizer.kind == KN_OPT_ADAMW_TORCH ? "0.01" : "0.004";
}

static const char *const channel_names[] = {"gray", "rgb", NULL};
static const int channel_values[] = {1, 3};
static const char *const method_names[] = {"official", "random", "stratified", "identity", NULL};
static const char *const type_names[] = {"cnn", "logreg", "rnn", "layers", NULL};
static const char *const solver_names[] = {"lbfgs", "adam", NULL};
static const char *const precision_names[] = {"fp32", "bf16", NULL};
static const char *const monitor_names[] = {"val_loss", "val_accuracy", NULL};

enum { INGEST = PL_KEY_INGEST, SPLIT = PL_KEY_SPLIT, TRAIN = PL_KEY_TRAIN };

/* What a model must know of its pixels stands in its file, so it is part of training's key too. */
enum { PIXELS = PL_KEY_INGEST | PL_KEY_TRAIN };
enum { TRAIN_LATER = PL_KEY_TRAIN | PL_KEY_LATER, TTA = PL_KEY_EVALUATE | PL_KEY_LATER };

#define MAX_SEED 9007199254740992.0 /* 2^53: every program reads it back exactly */

/* clang-format off */
const pl_key pl_keys[] = {
    {"name", PL_TYPE_STUDY, PL_OF_STUDY, 0, 0, NULL, NULL, NULL, 0,
     "Name of the study and of its folder in results; the file's name without .yaml when not given", NULL, {NULL}, false},
    {"base", PL_TYPE_STUDY, PL_OF_STUDY, 0, 0, NULL, NULL, NULL, 0,
     "Another spec whose keys hold where this one says nothing; its paths start at its own folder", NULL, {NULL}, false},

    {"data.images", PL_TYPE_PATH, AT(data.images), 0, 0, NULL, NULL, NULL, 0,
     "Pictures: a folder or an archive (zip, tar, tar.gz, tar.xz, 7z)", NULL, {NULL}, true},
    {"data.labels", PL_TYPE_PATH, AT(data.labels), 0, 0, NULL, NULL, NULL, 0,
     "Label table: list_attr_celeba.csv, the official .txt, or a csv of image,label", NULL, {NULL}, true},
    {"data.partition", PL_TYPE_PATH, AT(data.partition), 0, 0, NULL, NULL, NULL, 0,
     "Partition table (0 train, 1 val, 2 test), .csv or .txt", NULL, {NULL}, false},
    {"data.identity", PL_TYPE_PATH, AT(data.identity), 0, 0, NULL, NULL, NULL, 0,
     "Identity table (which pictures show one person), .csv or .txt", NULL, {NULL}, false},
    {"data.target", PL_TYPE_TARGETS, AT(data.target), 0, 0, "Male", NULL, NULL, PIXELS,
     "Column of the label table to learn; a list of up to 64, or all: one model tells them all; in a sweep's list of values "
     "[Male, [Male, Smiling], all] are three", NULL, {NULL}, false},
    {"data.max_bad", PL_TYPE_REAL, AT(data.max_bad), 0, 1, "0.01", NULL, NULL, INGEST,
     "Share of the labelled pictures that may be broken; those without a label are left out and do not count", NULL, {NULL}, false},
    {"data.limit", PL_TYPE_INT, AT(data.limit), 0, 100000000, "0", NULL, NULL, INGEST,
     "Only the first so many pictures by name; 0: all", NULL, {NULL}, false},
    {"data.image.size", PL_TYPE_SIZE, AT(data.width), 1, 1024, "50", NULL, NULL, PIXELS,
     "Pixels of a side, or [width, height]", NULL, {NULL}, false},
    {"data.image.channels", PL_TYPE_CHOICE, AT(data.channels), 0, 0, "gray", channel_names, channel_values, PIXELS,
     "gray is the Y channel, as cv2.IMREAD_GRAYSCALE", NULL, {NULL}, false},
    {"data.image.filter", PL_TYPE_CHOICE, AT(data.filter), 0, 0, "triangle", kn_filter_names, NULL, PIXELS,
     "Resampling; linear is cv2's INTER_LINEAR, the others are stb_image_resize's", NULL, {NULL}, false},

    {"split.method", PL_TYPE_CHOICE, AT(split.method), 0, 0, NULL, method_names, NULL, SPLIT,
     "official (the partition table), random, stratified, or identity (no person on two sides); official where "
     "data.partition is given, else stratified", split_method, {NULL}, false},
    {"split.ratios", PL_TYPE_RATIOS, AT(split.ratios), 0, 1, "[0.8, 0.1, 0.1]", NULL, NULL, SPLIT,
     "Shares of train, val and test; they sum to 1", NULL, {&drawn_split}, false},
    {"split.seed", PL_TYPE_SEED, AT(split.seed), 0, MAX_SEED, "1", NULL, NULL, SPLIT,
     "Seed of the split; a sweep's seeds leave it alone", NULL, {&drawn_split}, false},
    {"split.validation_split", PL_TYPE_REAL, AT(split.validation_split), 0, 0.9, "0", NULL, NULL, SPLIT,
     "Keras's: val joins train, and the last share of it in file order is val; 0: off", NULL, {NULL}, false},

    {"model.preset", PL_TYPE_CHOICE, AT(model.preset), 0, 0, "none", pl_preset_names, NULL, PL_KEY_ORIGIN,
     "A model with its training, as listed below; every key that the spec states holds over it", NULL, {NULL}, false},
    {"model.type", PL_TYPE_CHOICE, AT(model.type), 0, 0, NULL, type_names, NULL, TRAIN,
     "cnn, logreg, rnn, or layers for a net of one's own; a preset states it", NULL, {NULL}, true},
    {"model.solver", PL_TYPE_CHOICE, AT(model.solver), 0, 0, "lbfgs", solver_names, NULL, TRAIN,
     "lbfgs: scikit-learn's objective; adam: by steps, with the optimizer of train", NULL, {&logreg}, false},
    {"model.C", PL_TYPE_REAL, AT(model.c), 1e-10, 1e10, "1", NULL, NULL, TRAIN,
     "Inverse strength of the L2 penalty, as scikit-learn's C", NULL, {&logreg, &by_lbfgs}, false},
    {"model.max_iter", PL_TYPE_INT, AT(model.max_iter), 1, 1000000, "100", NULL, NULL, TRAIN,
     "Iterations of lbfgs at most", NULL, {&logreg, &by_lbfgs}, false},
    {"model.tol", PL_TYPE_REAL, AT(model.tol), 0, 1, "1e-4", NULL, NULL, TRAIN,
     "Gradient below which lbfgs stops", NULL, {&logreg, &by_lbfgs}, false},
    {"model.activation", PL_TYPE_CHOICE, AT(model.act.kind), 0, 0, "relu", kn_act_names, NULL, TRAIN,
     "Of convolutions and dense layers", NULL, {&cnn_rnn}, false},
    {"model.alpha", PL_TYPE_FLOAT, AT(model.act.alpha), 0, 10, "1", NULL, NULL, TRAIN,
     "Slope of leaky_relu (default 0.3), scale of elu (default 1)", alpha, {&cnn_rnn, &with_alpha}, false},
    {"model.output", PL_TYPE_CHOICE, AT(model.output), 0, 0, "sigmoid", kn_output_names, NULL, TRAIN,
     "Output layer and loss; rnn: softmax by default", output, {&nets}, false},
    {"model.regularizer.l1", PL_TYPE_FLOAT, AT(model.l1), 0, 1000, "0", NULL, NULL, TRAIN,
     "Adds l1 * sum |w| over every kernel but the output layer's", NULL, {&cnn_rnn}, false},
    {"model.regularizer.l2", PL_TYPE_FLOAT, AT(model.l2), 0, 1000, "0", NULL, NULL, TRAIN,
     "Adds l2 * sum w^2 over every kernel but the output layer's", NULL, {&cnn_rnn}, false},
    {"model.filters", PL_TYPE_INTS, AT(model.filters), 1, 1024, "[64, 64]", NULL, NULL, TRAIN,
     "Output channels of each convolution", NULL, {&cnn}, false},
    {"model.kernel", PL_TYPE_INT, AT(model.kernel), 1, 11, "3", NULL, NULL, TRAIN,
     "Side of the convolutions' window", NULL, {&cnn}, false},
    {"model.pool", PL_TYPE_INT, AT(model.pool), 1, 8, "2", NULL, NULL, TRAIN,
     "Side of the max-pooling window after each convolution", NULL, {&cnn}, false},
    {"model.cell", PL_TYPE_CHOICE, AT(model.cell), 0, 0, "lstm", kn_rnn_cell_names, NULL, TRAIN,
     "Recurrent cell", NULL, {&rnn}, false},
    {"model.hidden", PL_TYPE_INTS, AT(model.hidden), 1, 4096, "[128, 128]", NULL, NULL, TRAIN,
     "Width of each recurrent layer", NULL, {&rnn}, false},
    {"model.units", PL_TYPE_INTS, AT(model.units), 1, 65536, "[64]", NULL, NULL, TRAIN,
     "Width of each dense layer; rnn: [32] by default", units, {&cnn_rnn}, false},
    {"model.dropout", PL_TYPE_FLOAT, AT(model.dropout), 0, 0.99, "0", NULL, NULL, TRAIN,
     "Share dropped after each dense layer while training", NULL, {&cnn_rnn}, false},
    {"model.layers", PL_TYPE_LAYERS, AT(model.layers), 0, 0, NULL, NULL, NULL, TRAIN,
     "The layers from the image on, without the output layer", NULL, {&own_layers}, false},

    {"train.optimizer", PL_TYPE_CHOICE, AT(train.optimizer.kind), 0, 0, "adam", kn_optimizer_names, NULL, TRAIN,
     "Optimizer, with Keras's formulas; adamw_torch: with PyTorch's", NULL, {&by_steps}, false},
    {"train.lr", PL_TYPE_REAL, AT(train.lr), 1e-10, 1000, "0.001", NULL, NULL, TRAIN,
     "Learning rate; sgd: 0.01 by default", lr, {&by_steps}, false},
    {"train.batch", PL_TYPE_INT, AT(train.batch), 1, 65536, "32", NULL, NULL, TRAIN,
     "Images per step", NULL, {&by_steps}, false},
    {"train.epochs", PL_TYPE_INT, AT(train.epochs), 1, 100000, "1", NULL, NULL, TRAIN,
     "Passes over the training images", NULL, {&by_steps}, false},
    {"train.seed", PL_TYPE_SEED, AT(train.seed), 0, MAX_SEED, "1", NULL, NULL, TRAIN,
     "Seed of initial weights, shuffling, dropout, augmentation and mixing", NULL, {&by_steps}, false},
    {"train.shuffle", PL_TYPE_BOOL, AT(train.shuffle), 0, 0, "true", NULL, NULL, TRAIN,
     "New order of the training images in every epoch", NULL, {&by_steps}, false},
    {"train.beta1", PL_TYPE_REAL, AT(train.optimizer.beta1), 0, 0.999999, "0.9", NULL, NULL, TRAIN,
     "Decay of the mean of gradients", NULL, {&by_steps, &adams}, false},
    {"train.beta2", PL_TYPE_REAL, AT(train.optimizer.beta2), 0, 0.999999999, "0.999", NULL, NULL, TRAIN,
     "Decay of the mean of squared gradients", NULL, {&by_steps, &adams}, false},
    {"train.eps", PL_TYPE_REAL, AT(train.optimizer.eps), 1e-16, 1, "1e-7", NULL, NULL, TRAIN,
     "Keeps the division finite; adamw_torch: 1e-8 by default", eps, {&by_steps, &with_eps}, false},
    {"train.rho", PL_TYPE_REAL, AT(train.optimizer.rho), 0, 0.999999999, "0.9", NULL, NULL, TRAIN,
     "Decay of the mean of squared gradients", NULL, {&by_steps, &rmsprop}, false},
    {"train.momentum", PL_TYPE_REAL, AT(train.optimizer.momentum), 0, 0.999999, "0", NULL, NULL, TRAIN,
     "Share of the last step that is kept", NULL, {&by_steps, &with_momentum}, false},
    {"train.nesterov", PL_TYPE_BOOL, AT(train.optimizer.nesterov), 0, 0, "false", NULL, NULL, TRAIN,
     "Nesterov's form of momentum", NULL, {&by_steps, &sgd}, false},
    {"train.weight_decay", PL_TYPE_REAL, AT(train.optimizer.weight_decay), 0, 1, "0.004", NULL, NULL, TRAIN,
     "Decoupled decay of the weights; adamw_torch: 0.01 by default", weight_decay, {&by_steps, &adamws}, false},
    {"train.schedule.type", PL_TYPE_CHOICE, AT(train.schedule.kind), 0, 0, "constant", kn_schedule_names, NULL, TRAIN,
     "How the learning rate goes on", NULL, {&by_steps}, false},
    {"train.schedule.gamma", PL_TYPE_REAL, AT(train.schedule.gamma), 0, 1, "0.1", NULL, NULL, TRAIN,
     "Factor on the rate at each change", NULL, {&by_steps, &with_gamma}, false},
    {"train.schedule.every", PL_TYPE_INT, AT(train.schedule.every), 1, 100000, "1", NULL, NULL, TRAIN,
     "Epochs between changes", NULL, {&by_steps, &in_steps}, false},
    {"train.schedule.factor", PL_TYPE_REAL, AT(train.schedule.factor), 0, 1, "0.1", NULL, NULL, TRAIN,
     "Factor on the rate when val_loss stands still", NULL, {&by_steps, &plateau}, false},
    {"train.schedule.patience", PL_TYPE_INT, AT(train.schedule.patience), 0, 100000, "10", NULL, NULL, TRAIN,
     "Epochs without improvement that are waited", NULL, {&by_steps, &plateau}, false},
    {"train.schedule.min_delta", PL_TYPE_REAL, AT(train.schedule.min_delta), 0, 1000, "0.0001", NULL, NULL, TRAIN,
     "Smallest change that is an improvement", NULL, {&by_steps, &plateau}, false},
    {"train.schedule.lr_min", PL_TYPE_REAL, AT(train.schedule.lr_min), 0, 1000, "0", NULL, NULL, TRAIN,
     "The rate never goes below", NULL, {&by_steps, &with_floor}, false},
    {"train.schedule.warmup", PL_TYPE_REAL, AT(train.schedule.warmup_epochs), 0, 100000, "0", NULL, NULL, TRAIN,
     "Epochs of linear rise to the rate, before any schedule", NULL, {&by_steps, &without_rise}, false},
    {"train.schedule.pct_start", PL_TYPE_REAL, AT(train.schedule.pct_start), 0, 1, "0.3", NULL, NULL, TRAIN,
     "Share of the steps in which the rate rises to train.lr", NULL, {&by_steps, &onecycle}, false},
    {"train.schedule.div_factor", PL_TYPE_REAL, AT(train.schedule.div_factor), 1, 1e10, "25", NULL, NULL, TRAIN,
     "The first rate is train.lr divided by it", NULL, {&by_steps, &onecycle}, false},
    {"train.schedule.final_div_factor", PL_TYPE_REAL, AT(train.schedule.final_div_factor), 1, 1e10, "10000", NULL, NULL, TRAIN,
     "The last rate is the first divided by it", NULL, {&by_steps, &onecycle}, false},
    {"train.schedule.period", PL_TYPE_INT, AT(train.schedule.period), 1, 100000, "1", NULL, NULL, TRAIN,
     "Epochs until the rate starts again for the first time", NULL, {&by_steps, &restarts}, false},
    {"train.schedule.mult", PL_TYPE_INT, AT(train.schedule.mult), 1, 1000, "2", NULL, NULL, TRAIN,
     "Each period is so many times as long as the one before", NULL, {&by_steps, &restarts}, false},
    {"train.early_stopping.enabled", PL_TYPE_BOOL, AT(train.early.on), 0, 0, "false", NULL, NULL, TRAIN,
     "Stop when the monitored value stands still; true where another key of early_stopping is given",
     NULL, {&by_steps}, false},
    {"train.early_stopping.monitor", PL_TYPE_CHOICE, AT(train.early.monitor), 0, 0, "val_loss", monitor_names, NULL, TRAIN,
     "The value that is watched", NULL, {&by_steps, &early}, false},
    {"train.early_stopping.patience", PL_TYPE_INT, AT(train.early.patience), 0, 100000, "0", NULL, NULL, TRAIN,
     "Epochs without improvement that are waited", NULL, {&by_steps, &early}, false},
    {"train.early_stopping.min_delta", PL_TYPE_REAL, AT(train.early.min_delta), 0, 1000, "0", NULL, NULL, TRAIN,
     "Smallest change that is an improvement", NULL, {&by_steps, &early}, false},
    {"train.early_stopping.restore", PL_TYPE_BOOL, AT(train.early.restore), 0, 0, "false", NULL, NULL, TRAIN,
     "End with the weights of the best epoch", NULL, {&by_steps, &early}, false},
    {"train.class_weight", PL_TYPE_WEIGHTS, AT(train.class_weight), 0, 1e6, "none", NULL, NULL, TRAIN,
     "none, balanced (inverse to the class's share), or [weight of 0, weight of 1]", NULL, {NULL}, false},
    {"train.label_smoothing", PL_TYPE_FLOAT, AT(train.label_smoothing), 0, 0.5, "0", NULL, NULL, TRAIN_LATER,
     "Share of the labels that is spread over both classes, in training alone, as Keras's label_smoothing", NULL, {&by_steps}, false},
    {"train.mixup", PL_TYPE_FLOAT, AT(train.mixup), 0, 8, "0", NULL, NULL, TRAIN_LATER,
     "Each training image is mixed with another, labels too, by a weight from Beta(mixup, mixup); 0: none", NULL, {&by_steps}, false},
    {"train.clip_norm", PL_TYPE_REAL, AT(train.clip_norm), 0, 1000000, "0", NULL, NULL, TRAIN_LATER,
     "Largest norm of the whole gradient, as Keras's global_clipnorm; 0: any", NULL, {&by_steps}, false},
    {"train.ema", PL_TYPE_REAL, AT(train.ema), 0, 0.99999, "0", NULL, NULL, TRAIN_LATER,
     "Decay of a moving average of the weights, which is then what is validated, saved and evaluated, as Keras's ema_momentum; "
     "0: none", NULL, {&by_steps}, false},
    {"train.precision", PL_TYPE_CHOICE, AT(train.precision), 0, 0, "fp32", precision_names, NULL, TRAIN_LATER,
     "Of the products in convolutions and dense layers; bf16 keeps weights and sums in fp32", NULL, {&by_steps, &with_products}, false},
    {"train.checkpoint", PL_TYPE_DURATION, AT(train.checkpoint), 1, PL_DURATION_MAX, "60s", NULL, NULL, 0,
     "Time between two checkpoints inside an epoch; it changes no result and is no key of a sweep", NULL, {&by_steps}, false},

    {"augment.flip", PL_TYPE_FLOAT, AT(augment.flip), 0, 1, "0", NULL, NULL, TRAIN_LATER,
     "Probability that left and right change places", NULL, {&by_steps}, false},
    {"augment.shift", PL_TYPE_FLOAT, AT(augment.shift), 0, 0.5, "0", NULL, NULL, TRAIN_LATER,
     "Moved up to this share of the side, in whole pixels, each way", NULL, {&by_steps}, false},
    {"augment.scale", PL_TYPE_RANGE, AT(augment.scale), 0.2, 5, "[1, 1]", NULL, NULL, TRAIN_LATER,
     "Made larger by a factor of this range; below 1 smaller", NULL, {&by_steps}, false},
    {"augment.rotate", PL_TYPE_FLOAT, AT(augment.rotate), 0, 180, "0", NULL, NULL, TRAIN_LATER,
     "Turned by up to so many degrees, either way", NULL, {&by_steps}, false},
    {"augment.crop", PL_TYPE_FLOAT, AT(augment.crop), 0.05, 1, "1", NULL, NULL, TRAIN_LATER,
     "Smallest share of the area that a window at a random place keeps and shows whole", NULL, {&by_steps}, false},
    {"augment.brightness", PL_TYPE_FLOAT, AT(augment.brightness), 0, 1, "0", NULL, NULL, TRAIN_LATER,
     "Made lighter or darker by up to this share of white", NULL, {&by_steps}, false},
    {"augment.contrast", PL_TYPE_FLOAT, AT(augment.contrast), 0, 1, "0", NULL, NULL, TRAIN_LATER,
     "Distances from the image's mean times a factor of up to so much below or above 1", NULL, {&by_steps}, false},
    {"augment.gamma", PL_TYPE_RANGE, AT(augment.gamma), 0.1, 10, "[1, 1]", NULL, NULL, TRAIN_LATER,
     "Levels, as shares of white, to the power of a number in this range", NULL, {&by_steps}, false},
    {"augment.noise", PL_TYPE_FLOAT, AT(augment.noise), 0, 1, "0", NULL, NULL, TRAIN_LATER,
     "Normal noise with a standard deviation of up to this share of white", NULL, {&by_steps}, false},
    {"augment.blur", PL_TYPE_FLOAT, AT(augment.blur), 0, 8, "0", NULL, NULL, TRAIN_LATER,
     "Blurred by a Gaussian with a standard deviation of up to so many pixels", NULL, {&by_steps}, false},
    {"augment.cutout.size", PL_TYPE_FLOAT, AT(augment.cutout), 0, 1, "0", NULL, NULL, TRAIN_LATER,
     "Side of a grey square at a random place, as a share of the shorter side", NULL, {&by_steps}, false},
    {"augment.cutout.probability", PL_TYPE_FLOAT, AT(augment.cutout_probability), 0, 1, "0.5", NULL, NULL, TRAIN_LATER,
     "Probability of the square", NULL, {&by_steps, &cuts}, false},

    {"evaluate.tta.flip", PL_TYPE_BOOL, AT(evaluate.flip), 0, 0, "false", NULL, NULL, TTA,
     "Each image is also seen mirrored; twice the time", NULL, {NULL}, false},
    {"evaluate.tta.shift", PL_TYPE_FLOAT, AT(evaluate.shift), 0, 0.5, "0", NULL, NULL, TTA,
     "Each image is also seen moved by this share of the side left, right, up and down; five times the time", NULL, {NULL}, false},

    {"sweep.product", PL_TYPE_STUDY, PL_OF_STUDY, 0, 0, NULL, NULL, NULL, 0,
     "Map of keys to lists: every combination", NULL, {NULL}, false},
    {"sweep.zip", PL_TYPE_STUDY, PL_OF_STUDY, 0, 0, NULL, NULL, NULL, 0,
     "Map of keys to lists of one length: first with first, second with second", NULL, {NULL}, false},
    {"sweep.list", PL_TYPE_STUDY, PL_OF_STUDY, 0, 0, NULL, NULL, NULL, 0,
     "List of maps: each is a run, or a block of runs together with product and zip", NULL, {NULL}, false},
    {"sweep.when", PL_TYPE_STUDY, PL_OF_STUDY, 0, 0, NULL, NULL, NULL, 0,
     "List of {if: keys, set: keys, product: keys}: further values for the runs that match", NULL, {NULL}, false},
    {"sweep.exclude", PL_TYPE_STUDY, PL_OF_STUDY, 0, 0, NULL, NULL, NULL, 0,
     "List of maps: runs that match all keys of one are left out", NULL, {NULL}, false},
    {"sweep.seeds", PL_TYPE_STUDY, PL_OF_STUDY, 0, 0, NULL, NULL, NULL, 0,
     "List of values for train.seed; runs that differ in it alone are one row of the table", NULL, {NULL}, false},
    {"sweep.budget", PL_TYPE_DURATION, PL_OF_STUDY, 1, PL_DURATION_MAX, NULL, NULL, NULL, 0,
     "Time that one `facet run` may take; what does not fit is checkpointed and the report is written before the end",
     NULL, {NULL}, false},
    {"sweep.random.n", PL_TYPE_INT, PL_OF_STUDY, 1, PL_MAX_RUNS, NULL, NULL, NULL, 0,
     "How many points are drawn; required where random is given", NULL, {NULL}, false},
    {"sweep.random.seed", PL_TYPE_SEED, PL_OF_STUDY, 0, MAX_SEED, "1", NULL, NULL, 0,
     "Seed of the points; n + 1 points begin with the n points of the same seed", NULL, {NULL}, false},
    {"sweep.random.params", PL_TYPE_STUDY, PL_OF_STUDY, 0, 0, NULL, NULL, NULL, 0,
     "Map of keys to {uniform: [low, high]}, {log: [low, high]}, {int: [low, high]}, {log_int: [low, high]} or "
     "{choice: [values]}; required where random is given", NULL, {NULL}, false},
    {"sweep.halving.metric", PL_TYPE_CHOICE, PL_OF_STUDY, 0, 0, "val_accuracy", monitor_names, NULL, 0,
     "The value by which groups are ranked, as the mean over their seeds", NULL, {NULL}, false},
    {"sweep.halving.factor", PL_TYPE_INT, PL_OF_STUDY, 2, 1000, "3", NULL, NULL, 0,
     "At each stop the best 1/factor of the groups go on, for factor times the epochs", NULL, {NULL}, false},
    {"sweep.halving.min_epochs", PL_TYPE_INT, PL_OF_STUDY, 1, 100000, "1", NULL, NULL, 0,
     "Epochs before the first stop", NULL, {NULL}, false},

    {"report.columns", PL_TYPE_STUDY, PL_OF_STUDY, 0, 0, NULL, NULL, NULL, 0,
     "Columns of the table for people (page, .md, .tex), in order, as listed below; table.csv always has all", NULL, {NULL}, false},
    {"report.sort", PL_TYPE_STUDY, PL_OF_STUDY, 0, 0, NULL, NULL, NULL, 0,
     "Column by which that table is sorted, with - before it or desc behind it for descending order; without it as in runs.csv",
     NULL, {NULL}, false},
    {"report.reference", PL_TYPE_STUDY, PL_OF_STUDY, 0, 0, NULL, NULL, NULL, 0,
     "List of published results, {label, test_accuracy: 0.9541, ...}, shown beside ours with the difference; group names the group to "
     "compare with (else the best), source says where it was published", NULL, {NULL}, false},
    {"report.target", PL_TYPE_STUDY, PL_OF_STUDY, 0, 0, NULL, NULL, NULL, 0,
     "Of models that tell several attributes, the one that the sections on single answers look into; the first when not given",
     NULL, {NULL}, false},
    {"report.ensemble", PL_TYPE_STUDY, PL_OF_STUDY, 0, 0, NULL, NULL, NULL, 0,
     "true: the mean of the probabilities of a group's seeds is a row of the table too; false: it is shown nowhere; when not given, in a "
     "section of its own", NULL, {NULL}, false},
};
const int pl_key_count = (int)(sizeof pl_keys / sizeof pl_keys[0]);

const pl_section pl_sections[] = {
    {"data", NULL, false, "Where the pictures and labels are, and what the pictures become"},
    {"data.image", "data.image.size", false, "The pictures as the model sees them"},
    {"split", "split.method", false, "Which pictures train, validate and test"},
    {"model", "model.type", false, "What is trained"},
    {"model.regularizer", NULL, true, "Penalties on the weights"},
    {"train", NULL, false, "How it is trained, step by step: every model but logreg by lbfgs"},
    {"train.schedule", "train.schedule.type", true, "Learning rate over the epochs"},
    {"train.early_stopping", "train.early_stopping.enabled", true, "When to stop before the last epoch"},
    {"augment", NULL, true, "Random changes of the training images, anew in every epoch; validation and test images stay as they are"},
    {"augment.cutout", "augment.cutout.size", true, "A square of the image hidden"},
    {"evaluate", NULL, false, "How validation and test images are judged when training is over"},
    {"evaluate.tta", NULL, true, "Test-time augmentation: the mean of the probabilities of several views of an image"},
    {"sweep", NULL, false, "The same file as a study of many runs"},
    {"sweep.random", NULL, true, "Points drawn at random: a part of the sweep like product, zip and list"},
    {"sweep.halving", "sweep.halving.metric", true, "Successive halving: groups that are behind are stopped early"},
    {"report", NULL, true, "How the report shows the study; it changes no result and trains nothing"},
};
const int pl_section_count = (int)(sizeof pl_sections / sizeof pl_sections[0]);
/* clang-format on */

int pl_key_find(const char *name)
{
    for (int i = 0; i < pl_key_count; i++)
        if (strcmp(pl_keys[i].name, name) == 0)
            return i;
    return -1;
}

const pl_section *pl_section_find(const char *name)
{
    for (int i = 0; i < pl_section_count; i++)
        if (strcmp(pl_sections[i].name, name) == 0)
            return &pl_sections[i];
    return NULL;
}

bool pl_section_of_study(const pl_section *s)
{
    return pl_starts_with(s->name, "sweep") || pl_starts_with(s->name, "report");
}

bool pl_key_of_study(const pl_key *key)
{
    return key->offset == PL_OF_STUDY;
}

/* A path is in no stage's parameters because its content is digested instead. */
bool pl_key_sweepable(const pl_key *key)
{
    return !pl_key_of_study(key) && (key->stages != 0 || key->type == PL_TYPE_PATH);
}

const pl_effect *pl_key_lacks(const pl_key *key, const pl_run_spec *spec)
{
    for (int i = 0; i < PL_MAX_EFFECTS && key->effects[i]; i++)
        if (!key->effects[i]->has(spec))
            return key->effects[i];
    return NULL;
}

const char *pl_key_default(const pl_key *key, const pl_run_spec *spec)
{
    return key->value_for ? key->value_for(spec) : key->value;
}

/* Names of keys and sections, by index: keys first. */
static const char *name_at(int i)
{
    return i < pl_key_count ? pl_keys[i].name : pl_sections[i - pl_key_count].name;
}

static const char *last_word(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot ? dot + 1 : name;
}

static bool is_child(const char *name, const char *section)
{
    size_t n = strlen(section);
    if (n == 0)
        return !strchr(name, '.');
    return strncmp(name, section, n) == 0 && name[n] == '.' && !strchr(name + n + 1, '.');
}

/* Words of Keras, scikit-learn and Optuna for our keys. */
static const char *const synonyms[][2] = {
    {"learning_rate", "train.lr"},
    {"batch_size", "train.batch"},
    {"n_epochs", "train.epochs"},
    {"random_state", "train.seed"},
    {"kernel_size", "model.kernel"},
    {"pool_size", "model.pool"},
    {"beta_1", "train.beta1"},
    {"beta_2", "train.beta2"},
    {"epsilon", "train.eps"},
    {"dropout_rate", "model.dropout"},
    {"kernel_regularizer", "model.regularizer"},
    {"restore_best_weights", "train.early_stopping.restore"},
    {"min_lr", "train.schedule.lr_min"},
    {"eta_min", "train.schedule.lr_min"},
    {"max_lr", "train.lr"},
    {"T_0", "train.schedule.period"},
    {"T_mult", "train.schedule.mult"},
    {"global_clipnorm", "train.clip_norm"},
    {"ema_momentum", "train.ema"},
    {"rotation", "augment.rotate"},
    {"rotation_range", "augment.rotate"},
    {"zoom_range", "augment.scale"},
    {"horizontal_flip", "augment.flip"},
    {"test_size", "split.ratios"},
    {"n_iter", "sweep.random.n"},
    {"n_trials", "sweep.random.n"},
    {"param_distributions", "sweep.random.params"},
    {"eta", "sweep.halving.factor"},
    {"reduction_factor", "sweep.halving.factor"},
};

/* Looks for another program's word, then among the section's own keys, then, for a word misplaced
 * as a whole, anywhere, then for a slip anywhere. */
const char *pl_key_nearest(const char *section, const char *word)
{
    enum { MOST = 192 };
    int all = pl_key_count + pl_section_count;
    const char *last[MOST], *full[MOST];
    for (size_t i = 0; i < sizeof synonyms / sizeof synonyms[0]; i++)
        if (strcmp(last_word(word), synonyms[i][0]) == 0)
            return synonyms[i][1];
    for (int pass = 0; pass < 3; pass++) {
        size_t n = 0;
        for (int i = 0; i < all && n < MOST; i++) {
            const char *name = name_at(i);
            bool near = pass == 0 ? is_child(name, section)
                                  : pass == 2 || strcmp(last_word(name), last_word(word)) == 0;
            if (!near)
                continue;
            full[n] = name;
            last[n++] = last_word(name);
        }
        const char *found = pl_nearest(last_word(word), last, n);
        for (size_t i = 0; found && i < n; i++)
            if (last[i] == found)
                return full[i];
    }
    return NULL;
}
