/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/pair_counters.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "store/cumulative_file.h"

enum { STEPS_A_CALL = 24 }; /* two hours of them */

struct pair_counters {
	pthread_mutex_t lock; /* guards what follows */
	struct cumulative sums;
	bool has_begun;
};

int pair_counters_new(struct pair_counters **out)
{
	struct pair_counters *made = calloc(1, sizeof(*made));

	if (!made)
		return -ENOMEM;
	if (pthread_mutex_init(&made->lock, NULL) != 0) {
		free(made);
		return -ENOMEM;
	}
	cumulative_init(&made->sums, PAIR_COUNTERS_MAX);
	*out = made;
	return 0;
}

void pair_counters_free(struct pair_counters *pairs)
{
	if (!pairs)
		return;
	cumulative_fini(&pairs->sums);
	(void)pthread_mutex_destroy(&pairs->lock);
	free(pairs);
}

static int take_steps(struct pair_counters *pairs, const char *state_dir)
{
	int rc = -ESTALE;

	if (pairs->has_begun)
		rc = cumulative_follow(&pairs->sums, state_dir, JOURNAL_PAIRS,
				       STEPS_A_CALL);
	/* The journal is another one: so are the counters. */
	if (rc == -ESTALE) {
		cumulative_fini(&pairs->sums);
		rc = cumulative_begin(&pairs->sums, state_dir, JOURNAL_PAIRS);
		pairs->has_begun = rc == 0;
	}
	return rc;
}

int pair_counters_look(struct pair_counters *pairs, const char *state_dir,
		       pair_counters_visit visit, void *context)
{
	int rc;

	if (pthread_mutex_trylock(&pairs->lock) != 0)
		return -EBUSY;
	rc = take_steps(pairs, state_dir);
	visit(context, &pairs->sums);
	(void)pthread_mutex_unlock(&pairs->lock);
	return rc;
}
