/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/watchdog.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

struct watchdog {
	struct connections *all;
	pthread_t thread;
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t wake;
	bool stops;
};

int64_t watchdog_clock_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void *watch(void *context)
{
	struct watchdog *w = context;

	(void)pthread_mutex_lock(&w->lock);
	while (!w->stops) {
		/* Never in a hurry: what is late by some ms is late. */
		int64_t at_ms =
		    connections_expire(w->all, watchdog_clock_ms()) + 50;
		const struct timespec until = {
			.tv_sec = at_ms / 1000,
			.tv_nsec = at_ms % 1000 * 1000000,
		};

		(void)pthread_cond_timedwait(&w->wake, &w->lock, &until);
	}
	(void)pthread_mutex_unlock(&w->lock);
	return NULL;
}

static int init_condition(pthread_cond_t *condition)
{
	pthread_condattr_t attributes;
	int rc;

	if (pthread_condattr_init(&attributes) != 0)
		return -ENOMEM;
	rc = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	if (rc == 0)
		rc = pthread_cond_init(condition, &attributes);
	(void)pthread_condattr_destroy(&attributes);
	return rc == 0 ? 0 : -ENOMEM;
}

int watchdog_start(struct watchdog **out, struct connections *all)
{
	struct watchdog *made = calloc(1, sizeof(*made));
	int rc;

	if (!made || init_condition(&made->wake) < 0) {
		free(made);
		return -ENOMEM;
	}
	made->all = all;
	rc = pthread_mutex_init(&made->lock, NULL) == 0 ? 0 : ENOMEM;
	if (rc == 0) {
		rc = pthread_create(&made->thread, NULL, watch, made);
		if (rc != 0)
			(void)pthread_mutex_destroy(&made->lock);
	}
	if (rc != 0) {
		(void)pthread_cond_destroy(&made->wake);
		free(made);
		return -rc;
	}
	*out = made;
	return 0;
}

void watchdog_stop(struct watchdog *w)
{
	if (!w)
		return;
	(void)pthread_mutex_lock(&w->lock);
	w->stops = true;
	(void)pthread_cond_signal(&w->wake);
	(void)pthread_mutex_unlock(&w->lock);
	(void)pthread_join(w->thread, NULL);
	(void)pthread_cond_destroy(&w->wake);
	(void)pthread_mutex_destroy(&w->lock);
	free(w);
}
