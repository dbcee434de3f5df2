#include "insight/sheets_section.h"

#include <stdlib.h>

#include "insight/mean_faces.h"
#include "insight/sheets.h"
#include "util/str.h"

typedef struct section {
    const pl_sheet_request *q;
    pl_doc *doc;
    const char *side; /* "test" */
} section;

static const char *target_of(const pl_study_data *d, const pl_report_run *r)
{
    const char *t = pl_run_target(d, r);
    return t ? t : "class 1";
}

/* "12 of 57 not Male" */
static void add_counts(pl_str *s, const section *at, const pl_choice choice[2])
{
    for (int k = 0; k < 2; k++) {
        char *is = pl_label_text(at->q->target, k);
        pl_str_addf(s, "%s%zu of %zu that are %s", k ? ", " : "", choice[k].count, choice[k].all,
                    is);
        free(is);
    }
}

/* Names and answers of the first pictures of each row, for those who do not see them. */
static void add_first(pl_str *s, const section *at, const pl_choice choice[2])
{
    const pl_answers *a = at->q->answers;
    for (int k = 0; k < 2; k++) {
        char *is = pl_label_text(at->q->target, k);
        pl_str_addf(s, " Truly %s:", is);
        for (size_t i = 0; i < choice[k].count && i < 3; i++) {
            size_t image = choice[k].image[i];
            char *answer = pl_answer_text(at->q->target, a->probability[image]);
            pl_str_addf(s, "%s %s (%s)", i ? "," : "", a->images->name[image], answer);
            free(answer);
        }
        pl_str_add(s, choice[k].count > 3 ? " and others." : choice[k].count ? "." : " none.");
        free(is);
    }
}

static void add_sheet(const section *at, pl_sheet_kind kind, const pl_shown_sheet *sheet)
{
    static const char *const what[PL_SHEETS] = {
        [PL_SHEET_ERRORS] = "The surest errors",
        [PL_SHEET_UNCERTAIN] = "The least certain answers, probability nearest 50 %",
        [PL_SHEET_RIGHT] = "Right answers, drawn at random (the same ones every time)",
        [PL_SHEET_MAPS] = "Where the surest errors come from"};
    pl_str caption, alt;
    pl_str_init(&caption);
    pl_str_init(&alt);
    pl_str_addf(&caption, "%s, run %s, %s images: ", what[kind], at->q->run_id, at->side);
    add_counts(&caption, at, sheet->choice);
    if (kind == PL_SHEET_MAPS)
        pl_str_add(
            &caption,
            ". Beside each picture two maps over it, for the class that was answered: Grad-CAM, "
            "the lighter the more the answer comes from there (of a model without "
            "convolution gradient times input), and occlusion; in these two orange speaks for "
            "the class, purple against it.");
    else
        pl_str_addf(&caption,
                    ". Below each its name, the answer and the truth; the bar is the "
                    "probability of %s, with a tick at 50 %%.",
                    at->q->target);
    if (kind == PL_SHEET_UNCERTAIN)
        pl_str_add(&caption, " Wrong ones have a frame.");
    pl_str_addf(&alt, "Contact sheet of %zu pictures%s in two parts.",
                sheet->choice[0].count + sheet->choice[1].count,
                kind == PL_SHEET_MAPS ? ", each with its maps," : "");
    add_first(&alt, at, sheet->choice);
    pl_doc_picture(at->doc, sheet->path, caption.text, alt.text);
    pl_str_clear(&caption);
    pl_str_clear(&alt);
}

static const char *third(double v, const char *low, const char *middle, const char *high)
{
    return v < 1.0 / 3 ? low : v < 2.0 / 3 ? middle : high;
}

static void add_means(const section *at, const pl_mean_faces *m)
{
    char *no = pl_label_text(at->q->target, 0), *yes = pl_label_text(at->q->target, 1);
    pl_str caption, alt;
    pl_str_init(&caption);
    pl_str_init(&alt);
    pl_str_addf(
        &caption,
        "Mean faces, run %s: of each class over the training images; their difference (grey: "
        "alike; brighter: %s is brighter there); how much pictures vary (brighter: more). "
        "Below, the mean of the %s images answered wrongly (%zu that are %s, %zu that are "
        "%s) and how it differs from the mean of its true class; of few images it shows "
        "those few.",
        at->q->run_id, yes, at->side, m->errors[0], no, m->errors[1], yes);
    pl_str_add(&alt, "Mean faces as small blurred pictures.");
    if (m->known) {
        const char *row = third(m->most.y, "upper", "middle", "lower");
        const char *column = third(m->most.x, "left", "middle", "right");
        pl_str_addf(
            &alt,
            " The two classes differ most in the %s third from above, the %s third from the "
            "left: %s is brighter there.",
            row, column, m->most.brighter ? yes : no);
    }
    pl_doc_picture(at->doc, m->path, caption.text, alt.text);
    pl_str_clear(&caption);
    pl_str_clear(&alt);
    free(no);
    free(yes);
}

static void add_way_out(pl_doc *doc, bool any)
{
    pl_doc_text(doc, PL_TONE_SOFT,
                "%s: the pixels of these images are not in the cache. "
                "`facet run SPEC --until split --results NEW-FOLDER` makes them again, and "
                "`facet report` then draws what is missing.",
                any ? "Some sheets are missing" : "No pictures to show");
}

/* Sheets first, those of errors unfolded. */
static void add_all(const section *at, const pl_shown_sheet sheet[PL_SHEETS],
                    const pl_mean_faces *means)
{
    if (sheet[PL_SHEET_ERRORS].shown)
        add_sheet(at, PL_SHEET_ERRORS, &sheet[PL_SHEET_ERRORS]);
    const pl_shown_sheet *maps = &sheet[PL_SHEET_MAPS];
    if (maps->shown && maps->choice[0].count + maps->choice[1].count > 0)
        add_sheet(at, PL_SHEET_MAPS, maps);
    if (means->shown)
        add_means(at, means);
    if (!sheet[PL_SHEET_UNCERTAIN].shown && !sheet[PL_SHEET_RIGHT].shown)
        return;
    pl_doc_begin(at->doc, PL_PART_FOLD, "Least certain and random right pictures");
    for (int k = PL_SHEET_UNCERTAIN; k <= PL_SHEET_RIGHT; k++)
        if (sheet[k].shown)
            add_sheet(at, (pl_sheet_kind)k, &sheet[k]);
    pl_doc_end(at->doc, PL_PART_FOLD);
}

kn_status pl_group_pictures_section(const pl_study_data *d, const pl_study_answers *a, int group,
                                    pl_shelf *shelf, pl_doc *doc, kn_error *e)
{
    int run = pl_run_shown(d, a, group);
    if (run < 0)
        return KN_OK;
    const pl_report_run *r = &d->run[run];
    pl_shelved *item = NULL;
    KN_TRY(pl_shelf_get(shelf, r->manifest, &item, e));
    const pl_sheet_request q = {
        d->dir, r->id, target_of(d, r), &a->run[run], item ? &item->pixels : NULL, shelf->pool};
    const section at = {&q, doc, pl_side_names[pl_side_shown(a->run[run].images)]};
    pl_shown_sheet sheet[PL_SHEETS] = {{.shown = false}};
    pl_mean_faces means = {.shown = false};
    kn_status rc = KN_OK;
    bool any = false, every = true;
    for (int k = 0; k < PL_SHEETS && rc == KN_OK; k++) {
        rc = pl_sheet_make(&q, (pl_sheet_kind)k, &sheet[k], e);
        any = any || sheet[k].shown;
        every = every && (sheet[k].shown || k == PL_SHEET_MAPS);
    }
    if (rc == KN_OK)
        rc = pl_mean_faces_make(&q, shelf, item, &means, e);
    if (rc == KN_OK) {
        char *id = pl_format("pictures-%s", r->id);
        pl_doc_heading(doc, 4, id, "Pictures");
        free(id);
        add_all(&at, sheet, &means);
        if (!every || !means.shown)
            add_way_out(doc, any || means.shown);
    }
    for (int k = 0; k < PL_SHEETS; k++)
        pl_shown_sheet_clear(&sheet[k]);
    pl_mean_faces_clear(&means);
    return rc;
}
