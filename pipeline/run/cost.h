/* What work costs on this machine, by what earlier work cost.
 *
 * CACHE/times.tsv has a line per entry that was made (run/cost_log.h). Of a piece of work three
 * things are known before it is done: its class (what changes the cost of a unit of work: stage,
 * image size, layers, batch, optimizer ..., not learning rate, seed or epochs), its amount
 * (run/cost_work.h), and its company: the threads it has, and how many jobs run side by side. The
 * estimate is amount / rate, by the nearest rate there is:
 *
 *   measured  the same class in the same company on this machine
 *   scaled    the same class in other company or on another machine; else the same kind of model;
 *             else the same stage; brought to this company by the cores a job gets
 *   guessed   nothing of the stage was done yet: a constant, so that an order can be told
 *
 * A rate is a mean of logarithms in which the newest works count most. After opening an estimate is
 * O(1), about a microsecond, except for the first of a class, for which the net is built once. A
 * pl_costs is used by one thread at a time; any number of processes share the file. */
#ifndef PL_RUN_COST_H
#define PL_RUN_COST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "stages/stage.h"

typedef struct pl_costs pl_costs;

typedef enum pl_cost_basis { PL_COST_MEASURED, PL_COST_SCALED, PL_COST_GUESSED } pl_cost_basis;

/* Reads CACHE/times.tsv; a missing, damaged or unreadable file is an empty one. Writes nothing but
 * where the file has grown beyond its bound (it is then shortened to its newest lines). */
kn_status pl_costs_open(const char *cache_dir, pl_costs **out, kn_error *e);
void pl_costs_free(pl_costs *c); /* NULL is allowed */

/* The amount of work of a stage of a run: ingest images x pixels, split images, train epochs x
 * images x multiply-adds of a forward pass, evaluate images x multiply-adds. */
double pl_costs_work(pl_costs *c, pl_stage_id stage, const pl_run_spec *spec);

/* Seconds one such work takes with `threads` threads while `jobs` of them run side by side (>= 1
 * both). *basis (may be NULL) tells how that is known. Above 0. */
double pl_costs_seconds(pl_costs *c, pl_stage_id stage, const pl_run_spec *spec, int threads,
                        int jobs, pl_cost_basis *basis);

/* Work per second of one job measured in exactly this company on this machine; 0: never measured.
 */
double pl_costs_rate(pl_costs *c, pl_stage_id stage, const pl_run_spec *spec, int threads,
                     int jobs);

/* The highest peak of private memory, in bytes, seen of this class with these threads; where there
 * is none, with any threads; 0: never seen. */
double pl_costs_memory(pl_costs *c, pl_stage_id stage, const pl_run_spec *spec, int threads);

/* Images there are at most: rows of the label table, bounded by data.limit. 0 where the table
 * cannot be read. Counted once per table. */
double pl_costs_images(pl_costs *c, const pl_data_spec *data);

/* Trainable numbers of the run's net. */
double pl_costs_params(pl_costs *c, const pl_run_spec *spec);

/* An entry was made: adds a line to the file and takes in what other processes added since. bytes:
 * peak private memory of the process that did it, 0 where not known. Never fails the run: what
 * cannot be written is remembered by this process alone. */
void pl_costs_note(pl_costs *c, pl_stage_id stage, const pl_run_spec *spec, int threads, int jobs,
                   double seconds, double bytes);

/* Takes in what other processes (workers) added to the file since it was read. Cheap. */
void pl_costs_catch_up(pl_costs *c);

#endif
