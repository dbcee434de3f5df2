#include "data/faces_traits.h"

#include <stddef.h>

#include "base/rng.h"

/* One random stream per purpose and index. */
enum { STREAM_PERSON = 1, STREAM_PICTURE, STREAM_LABELS, STREAM_COUNT };

static kn_rng stream(uint64_t seed, int purpose, uint32_t index)
{
    kn_rng r;
    kn_rng_init(&r, seed, ((uint64_t)purpose << 32) | index);
    return r;
}

static bool chance(kn_rng *r, float p)
{
    return kn_rng_uniform(r) < p;
}

static float between(kn_rng *r, float low, float high)
{
    return low + (high - low) * kn_rng_uniform(r);
}

/* About normal with mean 0 and deviation 1, within 3.5; no libm, so exact everywhere. */
static float bell(kn_rng *r)
{
    float sum = 0.0f;
    for (int i = 0; i < 4; i++)
        sum += kn_rng_uniform(r);
    return (sum - 2.0f) * 1.7320508f;
}

static float clamp(float v, float low, float high)
{
    return v < low ? low : v > high ? high : v;
}

const char *pl_face_attribute_name(int attribute)
{
    static const char *const names[] = {
#define PL_FACE_NAME(name) #name,
        PL_FACE_ATTRIBUTES(PL_FACE_NAME)
#undef PL_FACE_NAME
    };
    return attribute >= 0 && attribute < PL_FACE_ATTRIBUTE_COUNT ? names[attribute] : NULL;
}

int pl_face_pictures_of(uint64_t seed, uint32_t person)
{
    kn_rng r = stream(seed, STREAM_COUNT, person);
    int n = 1;
    while (n < 35 && chance(&r, n < 6 ? 0.58f : 0.8f))
        n++;
    return n;
}

static void draw_skin(kn_rng *r, pl_person *p)
{
    static const pl_color tones[] = {{250, 226, 208}, {238, 205, 180}, {224, 182, 150},
                                     {200, 152, 116}, {158, 110, 80},  {112, 76, 54}};
    p->pale = chance(r, p->male ? 0.02f : 0.06f) ? 1.0f : 0.0f;
    float t = kn_rng_uniform(r);
    float place = p->pale > 0.0f ? 0.0f : 0.5f + (t < 0.75f ? t * 3.2f : 2.4f + (t - 0.75f) * 8.0f);
    place = clamp(place + (p->male ? 0.25f : 0.0f), 0.0f, 4.95f);
    if (p->pale > 0.0f)
        place = 0.0f;
    int i = (int)place;
    p->skin = pl_color_mix(tones[i], tones[i + 1], place - (float)i);
    p->lips = pl_color_mix(pl_color_scale(p->skin, 0.82f), (pl_color){176, 92, 88}, 0.35f);
    static const pl_color irises[] = {{70, 46, 30}, {58, 40, 28}, {92, 120, 150}, {96, 112, 72}};
    uint32_t iris = kn_rng_below(r, 4);
    p->iris = irises[p->skin.r > 170.0f ? iris : iris & 1];
}

static void draw_hair(kn_rng *r, pl_person *p)
{
    static const pl_color colors[] = {
        {34, 28, 26}, {92, 62, 40}, {204, 172, 116}, {172, 170, 168}, {58, 42, 32}};
    float u = kn_rng_uniform(r), gray = p->age > 0.62f ? (p->male ? 0.42f : 0.16f) : 0.01f;
    float blond = p->male ? 0.08f : 0.30f;
    if (u < gray)
        p->hair_kind = PL_HAIR_GRAY;
    else if (p->skin.r > 170.0f && u < gray + (1.0f - gray) * blond)
        p->hair_kind = PL_HAIR_BLOND;
    else
        p->hair_kind = chance(r, 0.34f)  ? PL_HAIR_BLACK
                       : chance(r, 0.5f) ? PL_HAIR_BROWN
                                         : PL_HAIR_OTHER;
    p->hair = pl_color_scale(colors[p->hair_kind], between(r, 0.8f, 1.2f));
    p->bald = p->male && chance(r, p->age > 0.5f ? 0.11f : 0.02f);
    p->receding = p->male ? chance(r, p->age > 0.5f ? 0.32f : 0.08f) : chance(r, 0.03f);
    p->bangs = !p->receding && chance(r, p->male ? 0.08f : 0.22f);
    float length = kn_rng_uniform(r);
    float shorts = p->male ? 0.91f : 0.07f, middles = p->male ? 0.965f : 0.22f;
    p->hair_end = length < shorts    ? between(r, -16.0f, 12.0f)
                  : length < middles ? between(r, 30.0f, 62.0f)
                                     : between(r, 70.0f, 120.0f);
    p->tied_back = p->hair_end > 40.0f && chance(r, 0.08f);
    p->hair_volume =
        clamp(6.0f + 3.0f * bell(r) + (p->hair_end > 20.0f ? 3.0f : 0.0f), 1.0f, 17.0f);
    p->hair_wave =
        chance(r, p->male ? 0.22f : 0.45f) ? between(r, 3.0f, 7.0f) : between(r, 0.0f, 1.2f);
    p->hair_line = 3.0f * bell(r);
}

/* Sizes that differ between the sexes: `m` is +-1 with a person's own deviation, each trait adds
 * its own. */
static void draw_shape(kn_rng *r, pl_person *p)
{
    float m = (p->male ? 1.2f : -1.2f) + 0.35f * bell(r);
    p->chubby = chance(r, p->male ? 0.10f : 0.04f);
    float fat = p->chubby ? 3.5f : 0.0f;
    p->half_width = 42.0f + 0.7f * m + 1.8f * bell(r) + 0.6f * fat;
    p->cheek = p->half_width - 2.5f + 1.1f * bell(r) + 0.8f * fat;
    p->jaw = 31.0f + 2.8f * m + 1.8f * bell(r) + fat;
    p->chin = 14.5f + 3.2f * m + 1.8f * bell(r) + 0.8f * fat;
    p->length = 66.0f + 1.6f * m + 2.4f * bell(r);
    p->brow_thick = clamp(4.1f + 1.5f * m + 0.7f * bell(r), 1.3f, 7.5f);
    p->brow_height = 15.0f - 1.7f * m + 1.2f * bell(r);
    p->brow_arch = clamp(2.4f - 1.3f * m + 1.2f * bell(r), -0.5f, 7.0f);
    p->eye_open = clamp(5.6f - 0.6f * m + 0.9f * bell(r), 2.6f, 8.5f);
    p->eye_width = 11.0f + 0.7f * bell(r);
    p->nose_width = 11.0f + 1.2f * m + 1.4f * bell(r);
    p->nose_length = 25.0f + 1.0f * m + 1.6f * bell(r);
    p->lip_upper = clamp(4.2f - 1.0f * m + 0.8f * bell(r), 1.4f, 7.5f);
    p->lip_lower = clamp(5.6f - 1.0f * m + 1.0f * bell(r), 2.0f, 9.5f);
    p->mouth_width = 17.5f + 0.8f * m + 1.4f * bell(r);
    p->neck_width = 25.0f + 4.0f * m + 1.8f * bell(r) + fat;
}

static void draw_beard(kn_rng *r, pl_person *p)
{
    float u = kn_rng_uniform(r), dense = between(r, 0.55f, 1.0f);
    if (!p->male || u < 0.38f)
        return;
    if (u < 0.70f) {
        p->shadow = between(r, 0.4f, 0.9f);
        return;
    }
    p->shadow = between(r, 0.0f, 0.5f);
    p->goatee = u < 0.88f ? dense : 0.0f;
    p->mustache = u > 0.80f && u < 0.93f ? dense : 0.0f;
    p->sideburns = u > 0.84f ? dense : 0.0f;
}

void pl_face_person(uint64_t seed, uint32_t person, pl_person *out)
{
    kn_rng r = stream(seed, STREAM_PERSON, person);
    *out = (pl_person){.male = chance(&r, 0.42f)};
    out->age = clamp((out->male ? 0.45f : 0.34f) + 0.2f * bell(&r), 0.0f, 1.0f);
    out->grooming = kn_rng_uniform(&r);
    out->glasses_habit = chance(&r, out->male ? 0.10f : 0.025f);
    draw_skin(&r, out);
    draw_hair(&r, out);
    draw_shape(&r, out);
    draw_beard(&r, out);
}

/* What a person wears and does in this picture. */
static void draw_manner(kn_rng *r, pl_face *f)
{
    const pl_person *p = &f->person;
    float g = p->grooming;
    f->smile = clamp((p->male ? 0.38f : 0.5f) + 0.34f * bell(r), 0.0f, 1.0f);
    f->mouth_open = chance(r, 0.18f + 0.5f * f->smile) ? between(r, 0.3f, 1.0f) : 0.0f;
    f->makeup = !p->male && chance(r, 0.25f + 0.8f * g) ? between(r, 0.5f, 1.0f) : 0.0f;
    f->lipstick =
        !p->male ? f->makeup > 0.0f ? chance(r, 0.95f) : chance(r, 0.4f) : chance(r, 0.006f);
    f->rosy = chance(r, p->male            ? 0.01f
                        : f->makeup > 0.0f ? 0.18f
                                           : 0.04f)
                  ? between(r, 0.6f, 1.0f)
                  : 0.0f;
    f->hat = chance(r, p->male ? 0.08f : 0.03f);
    f->glasses = chance(r, p->glasses_habit ? 0.75f : 0.02f);
    f->dark_glasses = f->glasses && chance(r, 0.2f);
    f->earrings = chance(r, p->male ? 0.02f : 0.15f + 0.4f * g);
    f->necktie = chance(r, p->male ? 0.17f : 0.003f);
    f->necklace = !f->necktie && chance(r, p->male ? 0.01f : 0.12f + 0.2f * g);
    f->collar = f->necktie || chance(r, p->male ? 0.45f : 0.12f);
    f->clothes = (pl_color){between(r, 10, 245), between(r, 10, 245), between(r, 10, 245)};
    float gray = 0.33f * (f->clothes.r + f->clothes.g + f->clothes.b);
    f->clothes = pl_color_mix((pl_color){gray, gray, gray}, f->clothes, 0.5f);
    f->accessory = (pl_color){between(r, 10, 230), between(r, 10, 230), between(r, 10, 230)};
}

static void draw_camera(kn_rng *r, pl_face *f)
{
    f->shift_x = 2.0f * bell(r);
    f->shift_y = 2.0f * bell(r);
    f->scale = 1.0f + 0.035f * bell(r);
    f->tilt = 0.05f * bell(r);
    f->turn = clamp(0.38f * bell(r), -1.0f, 1.0f);
    f->nod = clamp(0.4f * bell(r), -1.0f, 1.0f);
    f->light = (pl_point){0.42f * bell(r), 0.3f * bell(r) - 0.15f};
    f->gain = clamp(1.0f + 0.12f * bell(r), 0.55f, 1.35f);
    f->contrast = clamp(1.0f + 0.12f * bell(r), 0.6f, 1.35f);
    f->noise = between(r, 1.0f, 5.0f);
    float warm = 0.05f * bell(r), green = 0.02f * bell(r);
    f->cast = (pl_color){1.0f + warm, 1.0f + green, 1.0f - warm};
    f->blur = chance(r, 0.05f) ? 2 + (int)kn_rng_below(r, 3) : 0;
    f->seed = kn_rng_u32(r);
}

/* The picture's own variation of what belongs to the person. */
static void vary_person(kn_rng *r, pl_person *p)
{
    p->hair = pl_color_scale(p->hair, between(r, 0.9f, 1.1f));
    p->hair_volume = clamp(p->hair_volume + 1.2f * bell(r), 1.0f, 18.0f);
    if (p->hair_end > 20.0f)
        p->hair_end += 8.0f * bell(r);
    p->bangs = chance(r, 0.06f) ? !p->bangs && !p->receding : p->bangs;
    if (p->shadow > 0.0f)
        p->shadow = clamp(p->shadow + 0.12f * bell(r), 0.1f, 0.9f);
    p->eye_open = clamp(p->eye_open + 0.4f * bell(r), 2.4f, 8.5f);
    p->brow_height += 0.7f * bell(r);
}

static void set_attributes(pl_face *f)
{
    const pl_person *p = &f->person;
    bool *has = f->has, hair = !p->bald && !f->hat, beard = p->goatee > 0.0f || p->mustache > 0.0f;
    has[PL_FACE_5_o_Clock_Shadow] = p->shadow > 0.3f && !beard;
    has[PL_FACE_Arched_Eyebrows] = p->brow_arch > 3.8f;
    has[PL_FACE_Bags_Under_Eyes] = p->age > (p->male ? 0.5f : 0.56f) && !f->dark_glasses;
    has[PL_FACE_Bald] = p->bald && !f->hat;
    has[PL_FACE_Bangs] = hair && p->bangs;
    has[PL_FACE_Big_Lips] = p->lip_upper + p->lip_lower > 12.6f;
    has[PL_FACE_Big_Nose] = p->nose_width > 12.3f;
    has[PL_FACE_Black_Hair] = !p->bald && p->hair_kind == PL_HAIR_BLACK;
    has[PL_FACE_Blond_Hair] = !p->bald && p->hair_kind == PL_HAIR_BLOND;
    has[PL_FACE_Blurry] = f->blur > 0;
    has[PL_FACE_Brown_Hair] = !p->bald && p->hair_kind == PL_HAIR_BROWN;
    has[PL_FACE_Bushy_Eyebrows] = p->brow_thick > 6.2f;
    has[PL_FACE_Chubby] = p->chubby;
    has[PL_FACE_Double_Chin] = p->chubby && p->age > 0.3f;
    has[PL_FACE_Eyeglasses] = f->glasses;
    has[PL_FACE_Goatee] = p->goatee > 0.0f;
    has[PL_FACE_Gray_Hair] = !p->bald && p->hair_kind == PL_HAIR_GRAY;
    has[PL_FACE_Heavy_Makeup] = f->makeup > 0.52f;
    has[PL_FACE_High_Cheekbones] = p->cheek - p->jaw + 7.0f * f->smile > (p->male ? 10.5f : 13.0f);
    has[PL_FACE_Male] = p->male;
    has[PL_FACE_Mouth_Slightly_Open] = f->mouth_open > 0.0f;
    has[PL_FACE_Mustache] = p->mustache > 0.0f;
    has[PL_FACE_Narrow_Eyes] = p->eye_open < 4.3f;
    has[PL_FACE_No_Beard] = !beard && p->shadow < 0.6f;
    has[PL_FACE_Oval_Face] = p->jaw < 30.0f && p->length > 64.5f;
    has[PL_FACE_Pale_Skin] = p->pale > 0.0f;
    has[PL_FACE_Pointy_Nose] = p->nose_width < 9.5f;
    has[PL_FACE_Receding_Hairline] = hair && p->receding;
    has[PL_FACE_Rosy_Cheeks] = f->rosy > 0.0f;
    has[PL_FACE_Sideburns] = p->sideburns > 0.0f;
    has[PL_FACE_Smiling] = f->smile > 0.45f;
    has[PL_FACE_Straight_Hair] = !p->bald && p->hair_wave < 0.42f;
    has[PL_FACE_Wavy_Hair] = !p->bald && p->hair_wave > 2.0f;
    has[PL_FACE_Wearing_Earrings] = f->earrings;
    has[PL_FACE_Wearing_Hat] = f->hat;
    has[PL_FACE_Wearing_Lipstick] = f->lipstick;
    has[PL_FACE_Wearing_Necklace] = f->necklace;
    has[PL_FACE_Wearing_Necktie] = f->necktie;
    has[PL_FACE_Young] = p->age < 0.56f;
    float charm = (p->male ? 0.0f : 0.2f) + (p->age < 0.5f ? 0.3f : -0.4f) + 0.35f * f->makeup -
                  (p->chubby || p->bald || f->glasses ? 0.7f : 0.0f) + 0.2f * f->smile;
    has[PL_FACE_Attractive] = charm > 0.36f;
}

void pl_face_picture(uint64_t seed, uint32_t picture, const pl_person *person, pl_face *out)
{
    kn_rng r = stream(seed, STREAM_PICTURE, picture);
    *out = (pl_face){.person = *person};
    vary_person(&r, &out->person);
    draw_manner(&r, out);
    draw_camera(&r, out);
    set_attributes(out);
}

/* Columns that hold for more than about a fifth of the faces. */
static bool is_common(int attribute)
{
    static const uint8_t common[] = {PL_FACE_Arched_Eyebrows,
                                     PL_FACE_Attractive,
                                     PL_FACE_Bags_Under_Eyes,
                                     PL_FACE_Big_Lips,
                                     PL_FACE_Big_Nose,
                                     PL_FACE_Black_Hair,
                                     PL_FACE_Brown_Hair,
                                     PL_FACE_Heavy_Makeup,
                                     PL_FACE_High_Cheekbones,
                                     PL_FACE_Male,
                                     PL_FACE_Mouth_Slightly_Open,
                                     PL_FACE_No_Beard,
                                     PL_FACE_Oval_Face,
                                     PL_FACE_Pointy_Nose,
                                     PL_FACE_Smiling,
                                     PL_FACE_Straight_Hair,
                                     PL_FACE_Wavy_Hair,
                                     PL_FACE_Wearing_Lipstick,
                                     PL_FACE_Young};
    for (size_t i = 0; i < sizeof common; i++)
        if (common[i] == attribute)
            return true;
    return false;
}

void pl_face_labels(uint64_t seed, uint32_t picture, const pl_face *face,
                    int labels[PL_FACE_ATTRIBUTE_COUNT])
{
    kn_rng r = stream(seed, STREAM_LABELS, picture);
    for (int i = 0; i < PL_FACE_ATTRIBUTE_COUNT; i++) {
        float wrong = face->has[i] || is_common(i) ? 0.01f : 0.0005f;
        labels[i] = face->has[i] != chance(&r, wrong) ? 1 : -1;
    }
}
