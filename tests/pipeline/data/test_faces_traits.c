#include "tst.h"

#include <stdlib.h>

#include "data/faces_plan.h"
#include "data/faces_traits.h"

enum { PICTURES = 20000 };

/* Shares among all, men and women over PICTURES pictures of seed 1, as drawn. */
typedef struct shares {
    double all[PL_FACE_ATTRIBUTE_COUNT], men[PL_FACE_ATTRIBUTE_COUNT],
        women[PL_FACE_ATTRIBUTE_COUNT];
} shares;

static shares count(void)
{
    shares s = {{0}, {0}, {0}};
    pl_faces_plan plan;
    kn_error error;
    double men = 0;
    CU_ASSERT_EQUAL_FATAL(pl_faces_plan_init(&plan, PICTURES, 1, &error), KN_OK);
    for (uint32_t i = 0; i < PICTURES; i++) {
        pl_person person;
        pl_face face;
        pl_face_person(1, plan.person[i], &person);
        pl_face_picture(1, i, &person, &face);
        men += face.has[PL_FACE_Male];
        for (int k = 0; k < PL_FACE_ATTRIBUTE_COUNT; k++)
            (face.has[PL_FACE_Male] ? s.men : s.women)[k] += face.has[k];
    }
    for (int k = 0; k < PL_FACE_ATTRIBUTE_COUNT; k++) {
        s.all[k] = (s.men[k] + s.women[k]) / PICTURES;
        s.men[k] /= men;
        s.women[k] /= PICTURES - men;
    }
    pl_faces_plan_clear(&plan);
    return s;
}

/* CelebA's shares (of 202,599 pictures) for the columns whose share a user may rely on. */
static void test_the_attributes_are_about_as_frequent_as_in_celeba(void)
{
    static const struct {
        pl_face_attribute attribute;
        double share, within;
    } want[] = {
        {PL_FACE_Male, 0.42, 0.03},
        {PL_FACE_Young, 0.77, 0.06},
        {PL_FACE_Smiling, 0.48, 0.05},
        {PL_FACE_Mouth_Slightly_Open, 0.48, 0.10},
        {PL_FACE_Wearing_Lipstick, 0.47, 0.06},
        {PL_FACE_Heavy_Makeup, 0.39, 0.07},
        {PL_FACE_High_Cheekbones, 0.46, 0.08},
        {PL_FACE_Attractive, 0.51, 0.06},
        {PL_FACE_No_Beard, 0.83, 0.05},
        {PL_FACE_5_o_Clock_Shadow, 0.11, 0.06},
        {PL_FACE_Eyeglasses, 0.065, 0.02},
        {PL_FACE_Wearing_Hat, 0.048, 0.02},
        {PL_FACE_Bald, 0.022, 0.015},
        {PL_FACE_Bangs, 0.15, 0.06},
        {PL_FACE_Black_Hair, 0.24, 0.05},
        {PL_FACE_Blond_Hair, 0.15, 0.05},
        {PL_FACE_Brown_Hair, 0.21, 0.07},
        {PL_FACE_Gray_Hair, 0.042, 0.02},
        {PL_FACE_Wavy_Hair, 0.32, 0.06},
        {PL_FACE_Straight_Hair, 0.21, 0.06},
        {PL_FACE_Mustache, 0.042, 0.02},
        {PL_FACE_Goatee, 0.063, 0.025},
        {PL_FACE_Sideburns, 0.057, 0.025},
        {PL_FACE_Big_Nose, 0.23, 0.06},
        {PL_FACE_Big_Lips, 0.24, 0.06},
        {PL_FACE_Blurry, 0.05, 0.015},
    };
    shares s = count();
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        double got = s.all[want[i].attribute];
        if (!tst_near(got, want[i].share, want[i].within, 0)) {
            tst_note("%s: %.3f, not near %.3f", pl_face_attribute_name((int)want[i].attribute), got,
                     want[i].share);
            CU_FAIL("a share is out of its range");
        }
    }
    for (int k = 0; k < PL_FACE_ATTRIBUTE_COUNT; k++)
        CU_ASSERT_TRUE(s.all[k] > 0.01 && s.all[k] < 0.99);
}

static void test_the_attributes_go_with_the_sexes_as_in_life(void)
{
    static const pl_face_attribute womens[] = {
        PL_FACE_Wearing_Lipstick, PL_FACE_Heavy_Makeup, PL_FACE_Wearing_Earrings,
        PL_FACE_Wearing_Necklace, PL_FACE_Rosy_Cheeks,  PL_FACE_Arched_Eyebrows,
        PL_FACE_Blond_Hair,       PL_FACE_Wavy_Hair,    PL_FACE_Big_Lips};
    static const pl_face_attribute mens[] = {PL_FACE_Wearing_Necktie,   PL_FACE_Bald,
                                             PL_FACE_Mustache,          PL_FACE_Goatee,
                                             PL_FACE_Sideburns,         PL_FACE_5_o_Clock_Shadow,
                                             PL_FACE_Bushy_Eyebrows,    PL_FACE_Eyeglasses,
                                             PL_FACE_Receding_Hairline, PL_FACE_Big_Nose};
    shares s = count();
    for (size_t i = 0; i < sizeof womens / sizeof womens[0]; i++)
        CU_ASSERT_TRUE(s.women[womens[i]] > 1.7 * s.men[womens[i]]);
    for (size_t i = 0; i < sizeof mens / sizeof mens[0]; i++)
        CU_ASSERT_TRUE(s.men[mens[i]] > 1.7 * s.women[mens[i]]);
    CU_ASSERT_TRUE(s.women[PL_FACE_No_Beard] == 1.0);
}

static void test_a_person_stays_the_same_and_gray_hair_comes_with_age(void)
{
    int gray = 0, old = 0;
    for (uint32_t who = 0; who < 4000; who++) {
        pl_person a, b;
        pl_face_person(5, who, &a);
        pl_face_person(5, who, &b);
        CU_ASSERT_TRUE(a.male == b.male && a.jaw == b.jaw && a.skin.r == b.skin.r);
        pl_face first, second;
        pl_face_picture(5, 2 * who, &a, &first);
        pl_face_picture(5, 2 * who + 1, &a, &second);
        CU_ASSERT_TRUE(first.person.male == second.person.male &&
                       first.person.jaw == second.person.jaw);
        CU_ASSERT_TRUE(first.seed != second.seed);
        if (first.has[PL_FACE_Gray_Hair]) {
            gray++;
            old += !first.has[PL_FACE_Young];
        }
    }
    CU_ASSERT_TRUE(gray > 60 && old > gray * 3 / 4);
}

static void test_about_1_percent_of_the_labels_are_wrong(void)
{
    int wrong_male = 0, wrong_bald = 0, n = 20000;
    for (uint32_t i = 0; i < (uint32_t)n; i++) {
        pl_person person;
        pl_face face;
        int labels[PL_FACE_ATTRIBUTE_COUNT];
        pl_face_person(9, i, &person);
        pl_face_picture(9, i, &person, &face);
        pl_face_labels(9, i, &face, labels);
        CU_ASSERT_TRUE(labels[PL_FACE_Male] == 1 || labels[PL_FACE_Male] == -1);
        wrong_male += (labels[PL_FACE_Male] == 1) != face.has[PL_FACE_Male];
        wrong_bald += (labels[PL_FACE_Bald] == 1) != face.has[PL_FACE_Bald];
    }
    CU_ASSERT_TRUE(wrong_male > n / 140 && wrong_male < n / 70);
    CU_ASSERT_TRUE(wrong_bald < n / 500);
}

static void test_no_person_is_in_two_partitions(void)
{
    pl_faces_plan plan;
    TST_OK(pl_faces_plan_init(&plan, 5000, 11, e));
    CU_ASSERT_EQUAL(plan.first[1], 4000);
    CU_ASSERT_EQUAL(plan.first[2], 4500);
    uint8_t *seen = calloc((size_t)plan.people, 1), *pictures = calloc((size_t)plan.people, 1);
    CU_ASSERT_TRUE_FATAL(seen && pictures);
    int single = 0, most = 0, together = 0;
    for (int i = 0; i < plan.images; i++) {
        uint32_t who = plan.person[i];
        CU_ASSERT_TRUE_FATAL(who < (uint32_t)plan.people);
        seen[who] |= (uint8_t)(1 << pl_faces_partition(&plan, i));
        pictures[who]++;
        together += i > 0 && who == plan.person[i - 1];
    }
    for (int i = 0; i < plan.people; i++) {
        CU_ASSERT_TRUE(seen[i] == 1 || seen[i] == 2 || seen[i] == 4);
        single += pictures[i] == 1;
        most = pictures[i] > most ? pictures[i] : most;
    }
    CU_ASSERT_TRUE(plan.people > 1500 && plan.people < 2700); /* several pictures per person, */
    CU_ASSERT_TRUE(single > plan.people / 3 && most > 12);    /* few people with many, */
    CU_ASSERT_TRUE(together < 100);                           /* shuffled */
    free(seen);
    free(pictures);
    pl_faces_plan_clear(&plan);
}

const tst_case tst_data_faces_traits[] = {
    TST(test_the_attributes_are_about_as_frequent_as_in_celeba),
    TST(test_the_attributes_go_with_the_sexes_as_in_life),
    TST(test_a_person_stays_the_same_and_gray_hair_comes_with_age),
    TST(test_about_1_percent_of_the_labels_are_wrong),
    TST(test_no_person_is_in_two_partitions),
    TST_END,
};
