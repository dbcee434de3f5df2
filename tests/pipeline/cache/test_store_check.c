/* facet cache verify: reading, telling, repairing. */
#define _GNU_SOURCE
#include "cache/store_check.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pipeline/cache/store_rig.h"
#include "tst.h"
#include "util/fs.h"
#include "util/interrupt.h"
#include "util/str.h"

/* What is told, a line each. */
static void note(void *context, const pl_damage *d)
{
    pl_str_addf(context, "%s%s%s|%s|%s|%s%s\n", d->row ? d->row->stage : "", d->row ? "" : d->file,
                "", d->study, d->label, d->why,
                d->repaired ? "|repaired"
                : d->busy   ? "|busy"
                            : "");
}

static pl_check check(pl_store *s, bool repair, bool quick, const char *want)
{
    pl_str told;
    pl_check out;
    pl_str_init(&told);
    const pl_check_options options = {
        .repair = repair, .quick = quick, .damaged = note, .context = &told};
    TST_OK(pl_store_check(s, &options, &out, e));
    TST_TEXT(told.text, want);
    pl_str_clear(&told);
    return out;
}

static void test_a_whole_store_is_told_to_be(void)
{
    pl_store *s = rig_open();
    pl_digest key = pl_digest_text("a");
    rig_make(s, &key, "weights");
    rig_set_use(&key, 1000);
    pl_check c = check(s, false, false, "");
    CU_ASSERT_EQUAL(c.entries, 1);
    CU_ASSERT_EQUAL(c.damaged + c.files + c.moved + c.leftovers, 0);
    check(s, true, false, "");
    struct stat st;
    CU_ASSERT_EQUAL(stat(rig_file(&key, "entry.json"), &st), 0);
    CU_ASSERT_EQUAL(st.st_mtim.tv_sec, 1000); /* checking is no use */
    pl_store_close(s);
}

static void test_damage_is_told_and_repaired(void)
{
    pl_store *s = rig_open();
    pl_digest cut = pl_digest_text("cut"), lost = pl_digest_text("lost"),
              torn = pl_digest_text("t");
    rig_make(s, &cut, "weights");
    rig_make(s, &lost, "weights");
    rig_make(s, &torn, "weights");
    CU_ASSERT_EQUAL(truncate(rig_file(&cut, "model.bin"), 3), 0);
    CU_ASSERT_EQUAL(unlink(rig_file(&lost, "entry.json")), 0); /* no find would see it */
    tst_write_text(rig_file(&torn, "model.bin"), "WEIGHTS");
    /* in the order of their keys */
    char *lines[3];
    const pl_digest *const key[] = {&cut, &lost, &torn};
    for (int i = 0; i < 3; i++)
        lines[i] = i == 1 ? pl_format("train|||cannot open '%s': No such file or directory",
                                      rig_file(&lost, "entry.json"))
                          : pl_format("train|one|lr=0.1|%s",
                                      i == 0 ? "model.bin has 3 bytes, not 7"
                                             : "model.bin has another content than when it was "
                                               "made");
    int order[3] = {0, 1, 2};
    for (int i = 0; i < 3; i++)
        for (int k = i + 1; k < 3; k++)
            if (strcmp(key[order[k]]->hex, key[order[i]]->hex) < 0) {
                int swap = order[i];
                order[i] = order[k];
                order[k] = swap;
            }
    char *plain = pl_format("%s\n%s\n%s\n", lines[order[0]], lines[order[1]], lines[order[2]]);
    char *fixed = pl_format("%s|repaired\n%s|repaired\n%s|repaired\n", lines[order[0]],
                            lines[order[1]], lines[order[2]]);
    for (int i = 0; i < 2; i++) { /* telling changes nothing */
        pl_check c = check(s, false, false, plain);
        CU_ASSERT_EQUAL(c.damaged, 3);
        CU_ASSERT_EQUAL(c.repaired, 0);
    }
    pl_check c = check(s, true, false, fixed);
    CU_ASSERT_EQUAL(c.repaired, 3);
    c = check(s, false, false, "");
    CU_ASSERT_EQUAL(c.entries, 0);
    CU_ASSERT_TRUE(pl_store_was_damaged(s, "train", &cut));
    rig_make(s, &cut, "weights"); /* and it is made again */
    CU_ASSERT_TRUE(rig_find(s, &cut, true, NULL));
    for (int i = 0; i < 3; i++)
        free(lines[i]);
    free(plain);
    free(fixed);
    pl_store_close(s);
}

static void test_quick_sees_sizes_and_not_contents(void)
{
    pl_store *s = rig_open();
    pl_digest key = pl_digest_text("a");
    rig_make(s, &key, "weights");
    tst_write_text(rig_file(&key, "model.bin"), "WEIGHTS");
    pl_check c = check(s, false, true, "");
    CU_ASSERT_EQUAL(c.moved, 1);
    c = check(s, true, true, /* what moved is read before its times are noted */
              "train|one|lr=0.1|model.bin has another content than when it was made|repaired\n");
    rig_make(s, &key, "weights");
    CU_ASSERT_EQUAL(truncate(rig_file(&key, "model.bin"), 3), 0);
    check(s, false, true, "train|one|lr=0.1|model.bin has 3 bytes, not 7\n");
    pl_store_close(s);
}

static void test_moved_times_are_noted_without_use(void)
{
    pl_store *s = rig_open();
    pl_digest key = pl_digest_text("a");
    rig_make(s, &key, "weights");
    CU_ASSERT_EQUAL(utimensat(AT_FDCWD, rig_file(&key, "model.bin"), NULL, 0), 0);
    rig_set_use(&key, 1000);
    CU_ASSERT_EQUAL(check(s, false, false, "").moved, 1);
    CU_ASSERT_EQUAL(check(s, true, false, "").moved, 1);
    CU_ASSERT_EQUAL(check(s, false, false, "").moved, 0);
    struct stat st;
    CU_ASSERT_EQUAL(stat(rig_file(&key, "entry.json"), &st), 0);
    CU_ASSERT_EQUAL(st.st_mtim.tv_sec, 1000);
    pl_store_close(s);
}

static void test_an_entry_that_is_made_again_is_left_to_its_maker(void)
{
    pl_store *s = rig_open();
    pl_digest key = pl_digest_text("a");
    rig_make(s, &key, "weights");
    CU_ASSERT_EQUAL(truncate(rig_file(&key, "model.bin"), 3), 0);
    int lock = -1;
    TST_OK(pl_lock_open(tst_path("cache/locks/%s.lock", key.hex), true, &lock, e));
    pl_check c = check(s, true, false, "train|one|lr=0.1|model.bin has 3 bytes, not 7|busy\n");
    CU_ASSERT_EQUAL(c.repaired, 0);
    CU_ASSERT_TRUE(rig_has(&key));
    pl_lock_close(lock);
    pl_store_close(s);
}

/* Each "%s" of a text. Heap. */
static char *replace(const char *text, const char *with)
{
    pl_str s;
    pl_str_init(&s);
    for (const char *hit; (hit = strstr(text, "%s")) != NULL; text = hit + 2) {
        pl_str_add_bytes(&s, text, (size_t)(hit - text));
        pl_str_add(&s, with);
    }
    pl_str_add(&s, text);
    return pl_str_take(&s);
}

static void test_torn_memories_are_dropped_line_by_line(void)
{
    pl_store *s = rig_open();
    TST_OK(pl_make_dirs(tst_path("cache/folders"), e));
    tst_write_text(tst_path("cache/digests.json"), "{\"1:2\": {\"sha");
    tst_write_text(tst_path("cache/studies/0123456789abcdef.json"), "[]\n");
    tst_write(tst_path("cache/times.tsv"), "one\t1\n\0\0\0\ntwo\t2\nthree", 20);
    tst_write_text(tst_path("cache/folders/0123456789abcdef.tsv"), "1:2:3\tdigest\n");
    char *told = pl_format("digests.json|||%s:1:13: premature end of input near '\"sha'%%s\n"
                           "times.tsv|||2 of 4 lines are torn%%s\n"
                           "studies/0123456789abcdef.json|||it is no JSON object%%s\n",
                           tst_path("cache/digests.json"));
    char *plain = replace(told, ""), *repaired = replace(told, "|repaired");
    pl_check c = check(s, false, false, plain);
    CU_ASSERT_EQUAL(c.files, 3);
    CU_ASSERT_EQUAL(check(s, true, false, repaired).repaired, 3);
    CU_ASSERT_EQUAL(check(s, false, false, "").files, 0);
    char *left = tst_read(tst_path("cache/times.tsv"), NULL);
    TST_TEXT(left, "one\t1\ntwo\t2\n");
    free(left);
    free(told);
    free(plain);
    free(repaired);
    pl_store_close(s);
}

static void test_leftovers_of_dead_processes_go(void)
{
    pl_store *s = rig_open();
    pl_digest key = pl_digest_text("a"), dead = pl_digest_text("dead");
    rig_make(s, &key, "weights");
    TST_OK(pl_make_dirs(tst_path("cache/tmp/train-%s", dead.hex), e));
    TST_OK(pl_make_dirs(tst_path("cache/work/%s", key.hex), e));  /* the entry is whole */
    TST_OK(pl_make_dirs(tst_path("cache/work/%s", dead.hex), e)); /* a checkpoint is no leftover */
    tst_write_text(rig_file(&key, "entry.json.tmp2000000000.0"), "{");
    CU_ASSERT_EQUAL(check(s, false, false, "").leftovers, 2);
    CU_ASSERT_EQUAL(check(s, true, false, "").leftovers, 2);
    CU_ASSERT_EQUAL(check(s, false, false, "").leftovers, 0);
    CU_ASSERT_FALSE(pl_exists(rig_file(&key, "entry.json.tmp2000000000.0")));
    CU_ASSERT_TRUE(pl_exists(tst_path("cache/work/%s", dead.hex)));
    pl_store_close(s);
}

static void test_a_signal_ends_the_reading(void)
{
    pl_store *s = rig_open();
    pl_digest key = pl_digest_text("a");
    rig_make(s, &key, "weights");
    pl_check out;
    const pl_check_options options = {.repair = true};
    pl_interrupt_set(true);
    TST_FAILS(KN_EINTERRUPTED, "interrupted", pl_store_check(s, &options, &out, e));
    pl_interrupt_set(false);
    pl_interrupt_at(1); /* within a file: that is no damage */
    TST_FAILS(KN_EINTERRUPTED, "interrupted", pl_store_check(s, &options, &out, e));
    pl_interrupt_set(false);
    CU_ASSERT_EQUAL(out.damaged, 0);
    CU_ASSERT_TRUE(rig_has(&key));
    pl_store_close(s);
}

const tst_case tst_cache_store_check[] = {
    TST(test_a_whole_store_is_told_to_be),
    TST(test_damage_is_told_and_repaired),
    TST(test_quick_sees_sizes_and_not_contents),
    TST(test_moved_times_are_noted_without_use),
    TST(test_an_entry_that_is_made_again_is_left_to_its_maker),
    TST(test_torn_memories_are_dropped_line_by_line),
    TST(test_leftovers_of_dead_processes_go),
    TST(test_a_signal_ends_the_reading),
    TST_END};
