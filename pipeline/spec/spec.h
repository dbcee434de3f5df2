/* A study as a YAML file states it, checked, defaults filled in, sweep expanded into runs.
 *
 * The schema (spec/schema.h) is the one source of every key: its type, range, default, help, the
 * member it fills, the models it has an effect on, and the stages whose result it changes. */
#ifndef PL_SPEC_SPEC_H
#define PL_SPEC_SPEC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"
#include "image/augment.h"
#include "image/resize.h"
#include "nn/models.h"
#include "nn/schedule.h"
#include "ops/optimizer/optimizer.h"
#include "spec/report_spec.h"
#include "util/str.h"

enum { PL_MAX_RUNS = 100000 }; /* of a study */

typedef enum pl_split_method {
    PL_SPLIT_OFFICIAL,
    PL_SPLIT_RANDOM,
    PL_SPLIT_STRATIFIED,
    PL_SPLIT_IDENTITY
} pl_split_method;

typedef enum pl_model_type {
    PL_MODEL_CNN,
    PL_MODEL_LOGREG,
    PL_MODEL_RNN,
    PL_MODEL_LAYERS
} pl_model_type;

typedef enum pl_solver {
    PL_SOLVER_LBFGS,
    PL_SOLVER_ADAM
} pl_solver; /* adam: the optimizers of train */

typedef enum pl_class_weight {
    PL_WEIGHT_NONE,
    PL_WEIGHT_BALANCED,
    PL_WEIGHT_GIVEN
} pl_class_weight;

typedef enum pl_monitor { PL_MONITOR_VAL_LOSS, PL_MONITOR_VAL_ACCURACY } pl_monitor;

/* The attributes that a model tells, columns of the label table in order. */
typedef struct pl_targets {
    const char *const *name; /* [count] */
    int count;               /* 1..KN_TARGETS_MAX; 0: every column, whatever the table has */
} pl_targets;

typedef struct pl_data_spec {
    const char *images, *labels, *partition,
        *identity; /* resolved against the spec's folder; NULL: not given */
    pl_targets target;
    int width, height, channels; /* channels 1 (gray) or 3 (rgb) */
    kn_filter filter;
    double max_bad; /* fraction of the labelled pictures */
    int limit;      /* only the first so many pictures by name; 0: all */
} pl_data_spec;

typedef struct pl_split_spec {
    pl_split_method method;
    double ratios[3]; /* train, val, test */
    uint64_t seed;
    double validation_split; /* 0: none. Else: val joins train, and its last fraction in file order
                                is val (Keras) */
} pl_split_spec;

typedef struct pl_model_spec {
    int preset; /* index in pl_preset_names: where some of the values came from */
    pl_model_type type;
    kn_act act;
    kn_output output;
    float l1, l2;
    kn_int_list filters, units, hidden;
    int kernel, pool;
    float dropout;
    kn_rnn_cell cell;
    pl_solver solver; /* logreg */
    double c, tol;    /* logreg with lbfgs: scikit-learn's C and tol */
    int max_iter;
    const kn_layer_spec *layers; /* type layers */
    int layer_count;
} pl_model_spec;

typedef struct pl_early_stopping {
    bool on;
    pl_monitor monitor;
    int patience;
    double min_delta;
    bool restore; /* the weights of the best epoch */
} pl_early_stopping;

typedef struct pl_train_spec {
    kn_optimizer optimizer;
    double lr;
    int batch, epochs;
    uint64_t seed;
    bool shuffle;
    kn_schedule schedule; /* lr, steps_per_epoch and epochs are filled in by the train stage */
    pl_early_stopping early;
    pl_class_weight class_weight;
    float weight[2];              /* PL_WEIGHT_GIVEN: of class 0 and 1 */
    float label_smoothing, mixup; /* as in kn_trainer_options, 0: none; so are the next two */
    double clip_norm, ema;
    kn_precision precision; /* of the net */
    double checkpoint;      /* seconds between two checkpoints inside an epoch, at least 1; it is no
                          parameter of the run: no key, no RUN-ID, no canonical text knows it */
} pl_train_spec;

/* What an evaluated image is seen as, beside itself: the mean of the probabilities counts. */
typedef struct pl_evaluate_spec {
    bool flip;   /* mirrored too */
    float shift; /* by this share of the side left, right, up and down too; 0: not */
} pl_evaluate_spec;

/* One run, fully typed. Strings and lists live in the study's arena. */
typedef struct pl_run_spec {
    pl_data_spec data;
    pl_split_spec split;
    pl_model_spec model;
    pl_train_spec train;
    kn_augment augment; /* of training images; does nothing where the run is not trained by steps */
    pl_evaluate_spec evaluate;
} pl_run_spec;

typedef struct pl_run {
    pl_run_spec spec;
    const char
        *label; /* swept keys and the seed, for people: "model.type=cnn train.lr=0.01 seed=2" */
    const char
        *group_label; /* the same without the seed; the study's name where nothing is swept */
    int group;        /* index; runs of a group differ only in train.seed */
    const char *const
        *value; /* per axis of the study: the swept value as text, "" where the key has no effect */
} pl_run;

/* A data path as the spec gives it, once for every place it stands at. */
typedef struct pl_file_use {
    const struct pl_key *key;
    const struct pl_node *node;
    const char *path; /* resolved */
} pl_file_use;

/* Successive halving: when the groups have trained min_epochs epochs, the best 1/factor of them go
 * on; so again at min_epochs * factor, min_epochs * factor^2, ... */
typedef struct pl_halving {
    bool on;
    pl_monitor metric; /* by which groups are ranked */
    int factor;        /* at least 2 */
    int min_epochs;    /* at least 1 */
} pl_halving;

typedef struct pl_study {
    const char *name;
    const char *path, *dir;  /* of the spec file */
    const char *const *axis; /* dotted names of the swept keys, in file order, without train.seed */
    int axis_count;
    const pl_run *runs;
    int run_count, group_count;
    pl_halving halving;
    pl_report_spec report;
    double budget; /* seconds that `facet run` may take; 0: no limit */
    pl_file_use *files;
    int file_count;
    kn_arena arena; /* owns everything above */
} pl_study;

/* Reads and checks a spec file with `base`, anchors, --set overrides ("train.lr=0.01", count of
 * them) and sweep. On failure KN_EUSAGE, and e->text holds every error in file order, each as
 *   conv.yaml:14:11: model.layers[2].kernel: 0 is not in 1..11
 *   then the line of the file, a caret line, and where there is one a "did you mean" line. */
kn_status pl_study_load(const char *path, const char *const *set, int set_count, pl_study *out,
                        kn_error *e);
void pl_study_clear(pl_study *s);

/* That every data file is there (and no folder stands where a table is expected): KN_EUSAGE with
 * each problem at its place in the spec, in the form of pl_study_load. */
kn_status pl_study_check_files(const pl_study *s, kn_error *e);

/* Which stages a key changes the result of. */
enum {
    PL_KEY_INGEST = 1,
    PL_KEY_SPLIT = 2,
    PL_KEY_TRAIN = 4,
    PL_KEY_EVALUATE = 8,
    PL_KEY_ALL = 15,
    /* No stages, but of a key that came when runs had been made without it: its default, which is
     * what those runs did, is in no canonical text. */
    PL_KEY_LATER = 16,
    /* Of a key that tells where others have their values from: it is swept, but no parameter. */
    PL_KEY_ORIGIN = 32
};

/* Canonical parameters: "key=value\n" lines in schema order for every key that touches any of the
 * stages in the mask and has an effect on this run; defaults filled in, but for keys that came later
 * (PL_KEY_LATER); no path (data.images and the like are left out: their content is digested),
 * numbers as %.17g shortest form, independent of locale. */
void pl_spec_canonical(const pl_run_spec *spec, unsigned stages, pl_str *out);

/* The reverse, for models on disk: parses canonical text (of PL_KEY_ALL, with the default for keys
 * that are missing) into a run spec whose data paths are NULL. Lists live in the arena. */
kn_status pl_spec_from_canonical(const char *text, kn_arena *arena, pl_run_spec *out, kn_error *e);

/* YAML with defaults filled in: the whole study, sweep expanded into a list of runs (study.yaml,
 * `facet spec show`). */
void pl_study_yaml(const pl_study *s, pl_str *out);

/* The layers of a run's model and the net's description (input shape, output, targets: of `all`, whose number the label table
 * decides, as many as there can be). specs: room for KN_MODEL_MAX_LAYERS. */
kn_status pl_spec_net(const pl_run_spec *spec, kn_arena *arena, kn_net_desc *out, kn_error *e);

#endif
