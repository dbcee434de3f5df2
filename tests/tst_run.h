/* What the runner takes from the harness. */
#ifndef TST_RUN_H
#define TST_RUN_H

int tst_skipped_count(void);
void tst_dir_remove(void);

#endif
