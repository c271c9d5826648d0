/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/auth/worker.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "util/err.h"

struct worker {
	pthread_t thread;
	size_t room;
	pthread_cond_t changed;
	pthread_mutex_t lock; /* guards what follows */
	struct work *first;
	struct work *last;
	size_t count;
	bool is_over;
};

/* The next work; NULL: there is none left and there will be none. */
static struct work *wait_for_work(struct worker *w)
{
	struct work *next;

	(void)pthread_mutex_lock(&w->lock);
	while (!w->first && !w->is_over)
		(void)pthread_cond_wait(&w->changed, &w->lock);
	next = w->first;
	if (next) {
		w->first = next->next;
		if (!w->first)
			w->last = NULL;
		w->count--;
	}
	(void)pthread_mutex_unlock(&w->lock);
	return next;
}

static void *run(void *worker)
{
	struct work *next;

	while ((next = wait_for_work(worker)) != NULL)
		next->run(next);
	return NULL;
}

int worker_new(struct worker **out, size_t room)
{
	struct worker *made = calloc(1, sizeof(*made));
	int rc;

	if (!made)
		return -ENOMEM;
	made->room = room;
	rc = pthread_mutex_init(&made->lock, NULL);
	if (rc == 0) {
		rc = pthread_cond_init(&made->changed, NULL);
		if (rc == 0) {
			rc = pthread_create(&made->thread, NULL, run, made);
			if (rc != 0)
				(void)pthread_cond_destroy(&made->changed);
		}
		if (rc != 0)
			(void)pthread_mutex_destroy(&made->lock);
	}
	if (rc != 0) {
		free(made);
		return -rc;
	}
	*out = made;
	return 0;
}

void worker_stop(struct worker *worker)
{
	bool was_over;

	if (!worker)
		return;
	(void)pthread_mutex_lock(&worker->lock);
	was_over = worker->is_over;
	worker->is_over = true;
	(void)pthread_cond_signal(&worker->changed);
	(void)pthread_mutex_unlock(&worker->lock);
	if (!was_over)
		(void)pthread_join(worker->thread, NULL);
}

void worker_free(struct worker *worker)
{
	if (!worker)
		return;
	worker_stop(worker);
	(void)pthread_cond_destroy(&worker->changed);
	(void)pthread_mutex_destroy(&worker->lock);
	free(worker);
}

int worker_do(struct worker *worker, struct work *work)
{
	int rc = 0;

	work->next = NULL;
	(void)pthread_mutex_lock(&worker->lock);
	if (worker->is_over || worker->count == worker->room) {
		rc = ERR_FULL;
	} else {
		if (worker->last)
			worker->last->next = work;
		else
			worker->first = work;
		worker->last = work;
		worker->count++;
		(void)pthread_cond_signal(&worker->changed);
	}
	(void)pthread_mutex_unlock(&worker->lock);
	return rc;
}
