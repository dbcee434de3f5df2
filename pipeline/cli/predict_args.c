#include "cli/predict_args.h"

#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

const char pl_predict_help[] =
    "RUN is STUDY/RUN-ID, a prefix of the id, or the run's folder. It may be a group (runs that\n"
    "differ in the seed alone), STUDY/GROUP, by its name in runs.csv or its label in the table:\n"
    "a probability is then the mean over its seeds, at as many times the cost. A PATH is a\n"
    "picture, a folder (also nested) or an archive. The label is 1 where the probability is\n"
    "above 0.5. Pictures that cannot be read are named and left out.\n\n"
    "  --target NAME   of a model that tells several attributes only this one; without it a row\n"
    "                  per picture and attribute (image, target, probability, label), and the\n"
    "                  sheet shows the first\n"
    "  --labels FILE   a label table: adds the true label and the accuracy\n"
    "  --csv FILE      writes image, probability, label (and truth), far there, instead of the\n"
    "                  table\n"
    "  --sheet FILE    writes a contact sheet as PNG: every picture as the model saw it, with\n"
    "                  name and answer; with --labels the wrong ones have a frame\n"
    "  --json          everything as JSON\n\n"
    "A model knows faces framed as those it was trained on; a picture from elsewhere may have\n"
    "to be turned and cut first. In this order:\n\n"
    "  --rotate exif   upright by the EXIF orientation (default); 0, 90, 180 or 270: turned\n"
    "                  clockwise by so many degrees from how it is stored, EXIF left alone\n"
    "  --crop none     the whole picture is squeezed into the model's size (default);\n"
    "         square   the largest square at its centre\n"
    "         celeba   the largest part at its centre with the proportions of aligned CelebA\n"
    "                  pictures, 178 wide to 218 high, so that a face is squeezed as theirs are\n"
    "         X,Y,W,H  the part W wide and H high from X,Y on, pixels from the upper left corner\n"
    "  --mirror        left and right exchanged\n\n"
    "A face may be framed otherwise than those of the training pictures:\n\n"
    "  --align         finds it: moves, scales and turns the picture so that its face is framed\n"
    "                  as theirs, by what was learned from them alone (some seconds, once, with\n"
    "                  the run's data in the cache; then STUDY/data/ID has it). frame_score is\n"
    "                  from 0 to 1; below 0.5 there is no face as in the training pictures: the\n"
    "                  label is `none`, and there is no probability\n"
    "  --all           with --align: every face, a row each (column face, from 0), the surest\n"
    "                  first, smaller ones too\n"
    "  --frame SCALE,DX,DY[,ANGLE]\n"
    "                  by hand: the face becomes SCALE times as large, goes DX widths of the\n"
    "                  frame to the right and DY heights down, and is turned ANGLE degrees\n"
    "                  clockwise, against the largest part at the picture's centre with the\n"
    "                  training pictures' proportions (or the picture's, where these are not\n"
    "                  known). What is beyond the picture is filled by its edge. --align says\n"
    "                  its frames in the same terms\n\n"
    "What a probability is worth:\n\n"
    "  --calibrated    probabilities by the temperature fitted on the run's validation images;\n"
    "                  of a group on the mean of its seeds' probabilities of them, which is what\n"
    "                  it answers by\n"
    "  --abstain P     answers only where the label's probability is at least P (0.5 to 1);\n"
    "                  else the label is `unsure`\n"
    "  --coverage C    the P at which the share C (0 to 1) of the validation images is answered\n"
    "                  The share answered is said at the end, with the accuracy that this P has\n"
    "                  on validation and test. Accuracies count answers alone. Of several\n"
    "                  attributes each has its own temperature, its own P and its own `unsure`\n\n"
    "Where the study has data/ID/training.json, size, proportions, brightness, contrast,\n"
    "sharpness and saturation are compared with those of the training pictures. A picture is\n"
    "said to be far where one of them is outside the range of the middle 98 % of these (in the\n"
    "brackets) by more than a quarter of that range: its probability is worth less.\n";

static const char *const known[] = {"--labels", "--csv",   "--sheet",      "--crop",     "--rotate",
                                    "--target", "--frame", "--abstain",    "--coverage", "--mirror",
                                    "--align",  "--all",   "--calibrated", "--json",     NULL};

static kn_status take_turn(pl_framing *f, const char *text, kn_error *e)
{
    static const char *const words[] = {[PL_TURN_EXIF] = "exif",
                                        [PL_TURN_0] = "0",
                                        [PL_TURN_90] = "90",
                                        [PL_TURN_180] = "180",
                                        [PL_TURN_270] = "270"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(text, words[i]) == 0) {
            f->turn = (pl_turn)i;
            return KN_OK;
        }
    return kn_fail(e, KN_EUSAGE, "--rotate takes exif, 0, 90, 180 or 270, not '%s'", text);
}

/* "X,Y,W,H" */
static bool take_box(pl_framing *f, const char *text)
{
    int *const part[] = {&f->x, &f->y, &f->w, &f->h};
    for (int i = 0; i < 4; i++) {
        char *end;
        long v = *text >= '0' && *text <= '9' ? strtol(text, &end, 10) : -1;
        if (v < (i < 2 ? 0 : 1) || v > PL_MAX_PIXELS || *end != (i < 3 ? ',' : '\0'))
            return false;
        *part[i] = (int)v;
        text = end + 1;
    }
    return true;
}

static kn_status take_cut(pl_framing *f, const char *text, kn_error *e)
{
    static const char *const words[] = {
        [PL_CUT_NONE] = "none", [PL_CUT_SQUARE] = "square", [PL_CUT_CELEBA] = "celeba"};
    f->cut = PL_CUT_BOX;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(text, words[i]) == 0)
            f->cut = (pl_cut)i;
    if (f->cut == PL_CUT_BOX && !take_box(f, text))
        return kn_fail(e, KN_EUSAGE,
                       "--crop takes none, square, celeba or X,Y,W,H in pixels, not '%s'", text);
    return KN_OK;
}

/* "SCALE,DX,DY[,ANGLE]". A face of a fiftieth of a wide picture is dozens of its widths from the middle. */
static kn_status take_frame(pl_predict_args *a, const char *text, kn_error *e)
{
    static const double low[] = {0.01, -100, -100, -180}, high[] = {100, 100, 100, 180};
    double v[4] = {0};
    const char *at = text;
    int n = 0;
    for (bool more = true; more && n < 4; n++) {
        char *end;
        v[n] = strtod(at, &end);
        if (end == at || !(v[n] >= low[n] && v[n] <= high[n]) || (*end != ',' && *end))
            break;
        more = *end == ',';
        at = end + more;
        if (!more && n >= 2) {
            a->frame = (kn_frame){.scale = v[0], .dx = v[1], .dy = v[2], .angle = v[3]};
            a->by_hand = true;
            return KN_OK;
        }
    }
    return kn_fail(e, KN_EUSAGE,
                   "--frame takes SCALE,DX,DY or SCALE,DX,DY,ANGLE (0.01 to 100, -100 to 100, "
                   "-100 to 100, -180 to 180), not '%s'",
                   text);
}

static kn_status take_share(double *out, const char *option, const char *text, double low,
                            kn_error *e)
{
    char *end;
    double v = strtod(text, &end);
    if (end == text || *end || !(v > low && v <= 1))
        return kn_fail(e, KN_EUSAGE, "%s takes a number above %g, at most 1, not '%s'", option, low,
                       text);
    *out = v;
    return KN_OK;
}

/* What does not go together. */
static kn_status check_words(const pl_predict_args *a, kn_error *e)
{
    if (a->align && a->by_hand)
        return kn_fail(e, KN_EUSAGE, "--align and --frame exclude each other");
    if (a->all && !a->align)
        return kn_fail(e, KN_EUSAGE, "--all needs --align, which finds the faces");
    if (a->abstain > 0 && a->coverage > 0)
        return kn_fail(e, KN_EUSAGE, "--abstain and --coverage exclude each other");
    return KN_OK;
}

static kn_status take_value(pl_predict_args *a, const char *option, const char *value, kn_error *e)
{
    if (strcmp(option, "--crop") == 0)
        return take_cut(&a->framing, value, e);
    if (strcmp(option, "--rotate") == 0)
        return take_turn(&a->framing, value, e);
    if (strcmp(option, "--frame") == 0)
        return take_frame(a, value, e);
    if (strcmp(option, "--abstain") == 0)
        return take_share(&a->abstain, option, value, 0.5, e);
    if (strcmp(option, "--coverage") == 0)
        return take_share(&a->coverage, option, value, 0, e);
    const char **target = strcmp(option, "--labels") == 0   ? &a->labels
                          : strcmp(option, "--csv") == 0    ? &a->csv
                          : strcmp(option, "--target") == 0 ? &a->target
                                                            : &a->sheet;
    *target = value;
    return KN_OK;
}

/* An option with a value at argv[*i]: taken, or *taken false. */
static kn_status take_option(pl_predict_args *a, int argc, char **argv, int *i, bool *taken,
                             kn_error *e)
{
    *taken = true;
    for (int k = 0; strcmp(known[k], "--mirror") != 0; k++) {
        bool bad = false;
        const char *value = pl_option(argc, argv, i, known[k], &bad, e);
        if (bad)
            return KN_EUSAGE;
        if (value)
            return take_value(a, known[k], value, e);
    }
    *taken = false;
    return KN_OK;
}

kn_status pl_predict_args_read(pl_predict_args *a, int argc, char **argv, kn_error *e)
{
    for (int i = 1; i < argc; i++) {
        bool taken = false;
        KN_TRY(take_option(a, argc, argv, &i, &taken, e));
        if (taken)
            continue;
        if (pl_flag(argv[i], "--mirror"))
            a->framing.mirror = true;
        else if (pl_flag(argv[i], "--align"))
            a->align = true;
        else if (pl_flag(argv[i], "--all"))
            a->all = true;
        else if (pl_flag(argv[i], "--calibrated"))
            a->calibrated = true;
        else if (argv[i][0] == '-' && argv[i][1])
            return pl_unknown_option(&pl_command_predict, argv[i], known, e);
        else if (!a->run)
            a->run = argv[i];
        else
            a->path[a->paths++] = argv[i];
    }
    if (a->paths == 0)
        return kn_fail(e, KN_EUSAGE,
                       "facet predict needs a run and pictures (facet predict --help)");
    return check_words(a, e);
}
