/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_TESTS_SUPPORT_TOLD_TRUTH_H
#define LANTERNE_TESTS_SUPPORT_TOLD_TRUTH_H

/*
 * told_truth — rows of series of all kinds, with gaps and unknown values,
 * told to an rrdcached step by step, and its files compared with those that
 * rrd_write_rows makes of them. Every failure fails the test that called.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/rrdcached.h"

struct told_truth {
	const char *dir; /* with the server's files, as a state_dir */
	int64_t to_s;	 /* how far it goes, from STORED_START on */
	size_t asked;	 /* how often the source was */
};

/** The first one of each kind has the number of the kind. */
struct series told_series(size_t number);

/** The journal: a rrdcached_rows_since; the context is the truth. */
int told_source(void *context, struct rrdcached *c,
		const struct rrdcached_gap *gaps, size_t count);

/** Give the rows of the next minute. */
void told_step(struct told_truth *truth, struct rrdcached *client);

/** What a caller tells a new client from its journal. */
void told_expect_all(const struct told_truth *truth, struct rrdcached *client);

/**
 * Have the server write its files, see that they end where they must, and
 * count those that are unlike what the truth makes.
 *
 * @param exactly  compare all of a file that is ever read again, and not the
 *                 rows only; that takes longer
 */
size_t told_count_unlike(const struct told_truth *truth,
			 struct rrdcached *client, bool exactly);

#endif
