#include "pipeline/spec/spec_fixture.h"

#include <stdlib.h>
#include <string.h>

#include "tst.h"

kn_status spec_load(const char *text, const char *const *set, pl_study *out, kn_error *e)
{
    int count = 0;
    while (set && set[count])
        count++;
    const char *path = tst_path("x.yaml");
    tst_write_text(path, text);
    return pl_study_load(path, set, count, out, e);
}

pl_study spec_study(const char *text)
{
    pl_study study;
    kn_error e = {KN_OK, ""};
    kn_status rc = spec_load(text, NULL, &study, &e);
    if (rc != KN_OK)
        tst_note("%s", e.text);
    CU_ASSERT_EQUAL_FATAL(rc, KN_OK);
    return study;
}

char *spec_without_dir(const char *text)
{
    pl_str out;
    const char *dir = tst_path("%s", "");
    size_t n = strlen(dir);
    pl_str_init(&out);
    for (const char *hit; (hit = strstr(text, dir)); text = hit + n)
        pl_str_add_bytes(&out, text, (size_t)(hit - text));
    pl_str_add(&out, text);
    return pl_str_take(&out);
}

void spec_check_wrong(const spec_wrong *wrong, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        pl_study study;
        kn_error e = {KN_OK, ""};
        kn_status rc = spec_load(wrong[i].text, wrong[i].set, &study, &e);
        char *got = spec_without_dir(e.text);
        if (rc != KN_EUSAGE || strcmp(got, wrong[i].want) != 0)
            tst_note("%s:", wrong[i].name);
        CU_ASSERT_EQUAL(rc, KN_EUSAGE);
        TST_TEXT(got, wrong[i].want);
        free(got);
    }
}

char *spec_canonical(const pl_run *run)
{
    pl_str out;
    pl_str_init(&out);
    pl_spec_canonical(&run->spec, PL_KEY_ALL, &out);
    return pl_str_take(&out);
}
