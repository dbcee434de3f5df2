#include "util/duration.h"

#include "tst.h"

static void test_durations_are_read(void)
{
    static const struct {
        const char *text;
        double seconds;
    } cases[] = {{"90s", 90},
                 {"45m", 2700},
                 {"8h", 28800},
                 {"1h30m", 5400},
                 {"2d", 172800},
                 {"90", 90},
                 {"1.5h", 5400},
                 {"0", 0},
                 {"1d2h3m4.5s", 93784.5},
                 {".5s", 0.5},
                 {"10000d", PL_DURATION_MAX}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double got = -1;
        CU_ASSERT_TRUE(pl_duration_read(cases[i].text, &got));
        CU_ASSERT_DOUBLE_EQUAL(got, cases[i].seconds, 0);
    }
}

static void test_other_texts_are_no_durations(void)
{
    static const char *const texts[] = {"",    "s",    "soon",  "8 h",  " 8h", "8h ",
                                        "-8h", "+8h",  "8w",    "1h30", "inf", "nan",
                                        "0x8", "1e3s", "1..5s", ".s",   "8hh", "1:30"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        double got = -1;
        if (pl_duration_read(texts[i], &got))
            tst_note("\"%s\" was read", texts[i]);
        CU_ASSERT_DOUBLE_EQUAL(got, -1, 0);
    }
}

static void test_a_command_line_takes_more_than_nothing(void)
{
    double got = -1;
    TST_OK(pl_parse_duration("--for", "1h30m", &got, e));
    CU_ASSERT_DOUBLE_EQUAL(got, 5400, 0);
    TST_FAILS(KN_EUSAGE, "--for: '0s' is not a duration such as 90s, 45m, 8h or 1h30m",
              pl_parse_duration("--for", "0s", &got, e));
    TST_FAILS(KN_EUSAGE, "--for: '10001d' is not a duration such as 90s, 45m, 8h or 1h30m",
              pl_parse_duration("--for", "10001d", &got, e));
    TST_FAILS(KN_EUSAGE, "--for: 'ever' is not a duration such as 90s, 45m, 8h or 1h30m",
              pl_parse_duration("--for", "ever", &got, e));
}

static void test_durations_as_text_read_back(void)
{
    static const struct {
        double seconds;
        const char *text;
    } cases[] = {{1, "1s"},
                 {60, "60s"},
                 {119, "119s"},
                 {120, "2m"},
                 {3600, "1h"},
                 {5400, "1h30m"},
                 {28800, "8h"},
                 {90061, "1d1h1m1s"},
                 {86405, "1d5s"},
                 {90.5, "90.5s"},
                 {86400.1, "86400.1s"},
                 {100.0 / 3, "33.333333333333336s"},
                 {PL_DURATION_MAX, "10000d"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        pl_str out;
        double back = -1;
        pl_str_init(&out);
        pl_duration_add(&out, cases[i].seconds);
        TST_TEXT(out.text, cases[i].text);
        CU_ASSERT_TRUE(pl_duration_read(out.text, &back));
        CU_ASSERT_DOUBLE_EQUAL(back, cases[i].seconds, 0);
        pl_str_clear(&out);
    }
}

const tst_case tst_util_duration[] = {TST(test_durations_are_read),
                                      TST(test_other_texts_are_no_durations),
                                      TST(test_a_command_line_takes_more_than_nothing),
                                      TST(test_durations_as_text_read_back), TST_END};
