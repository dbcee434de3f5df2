/* Over made-up /proc and /sys trees. */
#include "util/free_memory.h"

#include <stdlib.h>

#include "tst.h"
#include "util/fs.h"
#include "util/str.h"

static void put(const char *path, const char *text)
{
    char *whole = pl_strdup(tst_path("root/%s", path)), *dir = pl_path_dir(whole);
    TST_OK(pl_make_dirs(dir, e));
    tst_write_text(whole, text);
    free(dir);
    free(whole);
}

static void start(const char *cgroup)
{
    TST_OK(pl_remove_tree(tst_path("root"), e));
    put("proc/meminfo", "MemTotal:  8000 kB\nMemFree:  100 kB\nMemAvailable:  4000 kB\n");
    put("proc/self/cgroup", cgroup);
}

static double here(void)
{
    return pl_memory_free_under(tst_path("root"));
}

static void test_without_groups_the_machine_counts(void)
{
    start("0::/\n");
    CU_ASSERT_DOUBLE_EQUAL(here(), 4096000, 0);
    CU_ASSERT_EQUAL(pl_memory_kills_under(tst_path("root")), 0);
}

static void test_v2_the_tightest_group_above_counts(void)
{
    start("0::/night/job\n");
    put("sys/fs/cgroup/night/job/memory.max", "max\n");
    put("sys/fs/cgroup/night/job/memory.current", "1000\n");
    put("sys/fs/cgroup/night/job/memory.events", "low 0\noom 1\noom_kill 2\n");
    put("sys/fs/cgroup/night/memory.max", "1000000\n");
    put("sys/fs/cgroup/night/memory.current", "900000\n");
    put("sys/fs/cgroup/night/memory.stat", "anon 500000\ninactive_file 300000\n");
    CU_ASSERT_DOUBLE_EQUAL(here(), 400000, 0);
    CU_ASSERT_EQUAL(pl_memory_kills_under(tst_path("root")), 2);
}

static void test_v1_the_memory_controller_counts(void)
{
    start("5:cpu:/other\n4:memory:/box\n0::/\n");
    put("sys/fs/cgroup/memory/box/memory.limit_in_bytes", "2000000\n");
    put("sys/fs/cgroup/memory/box/memory.usage_in_bytes", "2500000\n");
    CU_ASSERT_DOUBLE_EQUAL(here(), 0, 0);
    put("sys/fs/cgroup/memory/box/memory.limit_in_bytes", "9223372036854771712\n");
    CU_ASSERT_DOUBLE_EQUAL(here(), 4096000, 0);
}

static void test_where_nothing_is_known(void)
{
    CU_ASSERT_TRUE(pl_memory_free_under(tst_path("nowhere")) < 0);
    CU_ASSERT_TRUE(pl_memory_free() > 0);
}

const tst_case tst_util_free_memory[] = {
    TST(test_without_groups_the_machine_counts), TST(test_v2_the_tightest_group_above_counts),
    TST(test_v1_the_memory_controller_counts), TST(test_where_nothing_is_known), TST_END};
