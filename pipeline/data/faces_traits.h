/* What a drawn face looks like, and the 40 attributes that follow from it.
 *
 * pl_face_person draws what stays with a person, pl_face_picture what changes from picture to
 * picture. Frequencies and correlations follow the published table of CelebA where a drawing can
 * carry them: about 42 % men, lipstick and long hair mostly with women, beards, neckties and bald
 * heads with men, grey hair with age. */
#ifndef PL_DATA_FACES_TRAITS_H
#define PL_DATA_FACES_TRAITS_H

#include <stdbool.h>
#include <stdint.h>

#include "data/faces_canvas.h"

/* CelebA's 40 columns in their order. */
/* clang-format off */
#define PL_FACE_ATTRIBUTES(X) \
    X(5_o_Clock_Shadow) X(Arched_Eyebrows) X(Attractive) X(Bags_Under_Eyes) \
    X(Bald) X(Bangs) X(Big_Lips) X(Big_Nose) \
    X(Black_Hair) X(Blond_Hair) X(Blurry) X(Brown_Hair) \
    X(Bushy_Eyebrows) X(Chubby) X(Double_Chin) X(Eyeglasses) \
    X(Goatee) X(Gray_Hair) X(Heavy_Makeup) X(High_Cheekbones) \
    X(Male) X(Mouth_Slightly_Open) X(Mustache) X(Narrow_Eyes) \
    X(No_Beard) X(Oval_Face) X(Pale_Skin) X(Pointy_Nose) \
    X(Receding_Hairline) X(Rosy_Cheeks) X(Sideburns) X(Smiling) \
    X(Straight_Hair) X(Wavy_Hair) X(Wearing_Earrings) X(Wearing_Hat) \
    X(Wearing_Lipstick) X(Wearing_Necklace) X(Wearing_Necktie) X(Young)
/* clang-format on */

typedef enum pl_face_attribute {
#define PL_FACE_ENUM(name) PL_FACE_##name,
    PL_FACE_ATTRIBUTES(PL_FACE_ENUM)
#undef PL_FACE_ENUM
        PL_FACE_ATTRIBUTE_COUNT
} pl_face_attribute;

/* "5_o_Clock_Shadow" ... "Young", or NULL outside 0..39. */
const char *pl_face_attribute_name(int attribute);

typedef enum pl_hair_color {
    PL_HAIR_BLACK,
    PL_HAIR_BROWN,
    PL_HAIR_BLOND,
    PL_HAIR_GRAY,
    PL_HAIR_OTHER
} pl_hair_color;

/* Lengths are pixels of an upright face at scale 1: the eyes 40 apart, the origin between them.
 * Amounts are 0..1. */
typedef struct pl_person {
    bool male, bald, receding, bangs, tied_back, chubby, glasses_habit;
    float age;      /* 0 a youth .. 1 old */
    float grooming; /* 0..1: how readily lipstick, make-up and jewellery are worn */
    float half_width, cheek, jaw, chin, length;
    float brow_thick, brow_height, brow_arch, eye_open, eye_width;
    float nose_width, nose_length, lip_upper, lip_lower, mouth_width, neck_width;
    float hair_end; /* the y down to which the hair hangs: below -5 it ends above the ears */
    float hair_volume, hair_wave, hair_line;
    float shadow, mustache, goatee, sideburns; /* facial hair, 0 none .. 1 dense */
    pl_hair_color hair_kind;
    pl_color skin, hair, iris, lips;
    float pale;
} pl_person;

typedef struct pl_face {
    pl_person person; /* this picture's variation applied */
    bool hat, glasses, dark_glasses, necktie, necklace, earrings, lipstick, collar;
    float smile, mouth_open, makeup, rosy;
    float shift_x, shift_y, scale, tilt, turn,
        nod;        /* pose: pixels, factor, tangent of the angle, -1..1 */
    pl_point light; /* direction and strength, each about -1..1 */
    float gain, contrast, noise;
    int blur;      /* radius, 0 sharp */
    pl_color cast; /* a factor per channel */
    pl_color clothes, accessory;
    uint32_t seed; /* of textures and the background */
    bool has[PL_FACE_ATTRIBUTE_COUNT];
} pl_face;

/* Pure functions of (seed, index). `person` is the person number, `picture` the picture's. */
void pl_face_person(uint64_t seed, uint32_t person, pl_person *out);
void pl_face_picture(uint64_t seed, uint32_t picture, const pl_person *person, pl_face *out);

/* How many pictures a person has, 1..35, about 2.5 on average, few with many. */
int pl_face_pictures_of(uint64_t seed, uint32_t person);

/* The table's -1/1 column values: face->has with about 1 % of the entries flipped; a column that
 * holds for few faces is set wrongly only 1 time in 2,000, so that most of its 1s stay right. */
void pl_face_labels(uint64_t seed, uint32_t picture, const pl_face *face,
                    int labels[PL_FACE_ATTRIBUTE_COUNT]);

#endif
