/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The processes are started anew from the program's file, not forked: what
 * librrd stands on is not made to be used behind a fork of threads, and a
 * helper has nothing of the web's in its memory.
 */
#include "web/render_pool.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "util/err.h"
#include "util/log.h"
#include "web/render_process.h"

struct render_ticket {
	struct render_pool *pool;
	struct render_ticket *next; /* in the queue */
	render_done done;
	void *context;
	struct render_job job;
};

/* A thread and its process. */
struct worker {
	struct render_pool *pool;
	pthread_t thread;
	struct render_process process;
};

struct render_pool {
	struct render_pool_options options;
	struct render_spawner *spawner;
	int stop_fd; /* can be read once the pool stops */
	struct worker *workers;
	unsigned worker_count;
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t wake;
	struct render_ticket *first;
	struct render_ticket **last; /* where the next one goes */
	unsigned admitted;	     /* tickets that are not done */
	bool stopping;
	struct render_pool_counters counters;
};

const struct render_pool_options render_pool_defaults = {
	.program = "/proc/self/exe",
	.processes = 2,
	.queue_max = 32,
	.images_max = 1000,
	.deadline_ms = 5000,
};

static void count(struct render_pool *pool, uint64_t *counter)
{
	(void)pthread_mutex_lock(&pool->lock);
	++*counter;
	(void)pthread_mutex_unlock(&pool->lock);
}

static void give_back(struct render_ticket *ticket)
{
	struct render_pool *pool = ticket->pool;

	(void)pthread_mutex_lock(&pool->lock);
	pool->admitted--;
	(void)pthread_mutex_unlock(&pool->lock);
	free(ticket);
}

/* The place is free before the holder hears of it. */
static void finish(struct render_ticket *ticket, int rc, struct text *png)
{
	render_done done = ticket->done;
	void *context = ticket->context;

	give_back(ticket);
	done(context, rc, png);
}

/* The next one to draw; NULL: the pool stops. */
static struct render_ticket *take(struct render_pool *pool)
{
	struct render_ticket *taken = NULL;

	(void)pthread_mutex_lock(&pool->lock);
	while (!pool->stopping && !pool->first)
		(void)pthread_cond_wait(&pool->wake, &pool->lock);
	if (!pool->stopping) {
		taken = pool->first;
		pool->first = taken->next;
		if (!pool->first)
			pool->last = &pool->first;
	}
	(void)pthread_mutex_unlock(&pool->lock);
	return taken;
}

/* A process that lives; one that ended by itself, or was to, is replaced. */
static int ready(struct worker *w)
{
	struct render_pool *pool = w->pool;
	int rc;

	if (render_process_lives(&w->process)) {
		if (w->process.images < pool->options.images_max)
			return 0;
		count(pool, &pool->counters.recycled);
	}
	render_process_end(&w->process);
	rc = render_process_start(&w->process, pool->spawner);
	if (rc < 0)
		log_warning("render: cannot start a process: %s", err_str(rc));
	else
		count(pool, &pool->counters.started);
	return rc < 0 ? -EPIPE : 0;
}

static void note(struct render_pool *pool, int rc)
{
	switch (rc) {
	case 0:
		count(pool, &pool->counters.drawn);
		return;
	case -EPIPE:
		log_warning("render: a process died");
		count(pool, &pool->counters.died);
		return;
	case -ETIMEDOUT:
		log_warning("render: a process took longer than %u ms: killed",
			    pool->options.deadline_ms);
		count(pool, &pool->counters.late);
		return;
	case -ECANCELED:
		return;
	default:
		log_warning("render: not drawn: %s", err_str(rc));
		count(pool, &pool->counters.failed);
	}
}

static void *work(void *context)
{
	struct worker *w = context;
	struct render_pool *pool = w->pool;
	struct render_ticket *ticket;

	while ((ticket = take(pool))) {
		struct text png;
		int rc = ready(w);

		text_init(&png);
		if (rc == 0)
			rc = render_process_draw(&w->process, &ticket->job,
						 pool->options.deadline_ms,
						 pool->stop_fd, &png);
		if (rc == -EPIPE || rc == -ETIMEDOUT || rc == -ECANCELED)
			render_process_end(&w->process);
		note(pool, rc);
		finish(ticket, rc, &png);
		text_fini(&png);
	}
	render_process_end(&w->process);
	return NULL;
}

static int init_lock(struct render_pool *pool)
{
	if (pthread_mutex_init(&pool->lock, NULL) != 0)
		return -ENOMEM;
	if (pthread_cond_init(&pool->wake, NULL) == 0)
		return 0;
	(void)pthread_mutex_destroy(&pool->lock);
	return -ENOMEM;
}

int render_pool_new(struct render_pool **out,
		    const struct render_pool_options *options)
{
	struct render_pool *made = calloc(1, sizeof(*made));
	int rc = made ? init_lock(made) : -ENOMEM;

	if (rc < 0) {
		free(made);
		return rc;
	}
	made->options = *options;
	made->last = &made->first;
	made->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	rc = made->stop_fd < 0
		 ? -errno
		 : render_spawner_new(&made->spawner, options->program);
	if (rc < 0)
		render_pool_free(made);
	else
		*out = made;
	return rc;
}

int render_pool_start(struct render_pool *pool)
{
	unsigned wanted = pool->options.processes;

	pool->workers = calloc(wanted, sizeof(*pool->workers));
	if (!pool->workers)
		return -ENOMEM;
	for (unsigned i = 0; i < wanted; i++) {
		struct worker *w = &pool->workers[i];
		int rc;

		w->pool = pool;
		rc = pthread_create(&w->thread, NULL, work, w);
		if (rc != 0)
			return -rc;
		pool->worker_count++;
	}
	return 0;
}

bool render_pool_lives(const struct render_pool *pool)
{
	return render_spawner_lives(pool->spawner);
}

void render_pool_stop(struct render_pool *pool)
{
	static const uint64_t one = 1;
	struct render_ticket *left;

	if (!pool)
		return;
	(void)pthread_mutex_lock(&pool->lock);
	pool->stopping = true;
	left = pool->first;
	pool->first = NULL;
	pool->last = &pool->first;
	(void)pthread_cond_broadcast(&pool->wake);
	(void)pthread_mutex_unlock(&pool->lock);
	if (pool->worker_count > 0 &&
	    write(pool->stop_fd, &one, sizeof(one)) < 0)
		log_warning("render: processes end when they are done");
	for (unsigned i = 0; i < pool->worker_count; i++)
		(void)pthread_join(pool->workers[i].thread, NULL);
	pool->worker_count = 0;
	while (left) {
		struct render_ticket *next = left->next;

		finish(left, -ECANCELED, NULL);
		left = next;
	}
}

void render_pool_free(struct render_pool *pool)
{
	if (!pool)
		return;
	render_pool_stop(pool);
	free(pool->workers);
	render_spawner_free(pool->spawner);
	if (pool->stop_fd >= 0)
		(void)close(pool->stop_fd);
	(void)pthread_cond_destroy(&pool->wake);
	(void)pthread_mutex_destroy(&pool->lock);
	free(pool);
}

int render_pool_admit(struct render_pool *pool, struct render_ticket **out)
{
	struct render_ticket *made = calloc(1, sizeof(*made));
	int rc = made ? 0 : -ENOMEM;

	(void)pthread_mutex_lock(&pool->lock);
	if (rc == 0 && pool->stopping)
		rc = -ECANCELED;
	else if (rc == 0 && pool->admitted >= pool->options.queue_max)
		rc = ERR_FULL;
	if (rc == 0)
		pool->admitted++;
	else if (rc == ERR_FULL)
		pool->counters.refused++;
	(void)pthread_mutex_unlock(&pool->lock);
	if (rc < 0) {
		free(made);
		return rc;
	}
	made->pool = pool;
	*out = made;
	return 0;
}

struct render_job *render_ticket_job(struct render_ticket *ticket)
{
	return &ticket->job;
}

void render_ticket_begin(struct render_ticket *ticket, render_done done,
			 void *context)
{
	struct render_pool *pool = ticket->pool;
	bool stopping;

	ticket->done = done;
	ticket->context = context;
	ticket->next = NULL;
	(void)pthread_mutex_lock(&pool->lock);
	stopping = pool->stopping;
	if (!stopping) {
		*pool->last = ticket;
		pool->last = &ticket->next;
		(void)pthread_cond_signal(&pool->wake);
	}
	(void)pthread_mutex_unlock(&pool->lock);
	if (stopping)
		finish(ticket, -ECANCELED, NULL);
}

void render_ticket_drop(struct render_ticket *ticket)
{
	if (ticket)
		give_back(ticket);
}

struct render_pool_counters render_pool_counters(struct render_pool *pool)
{
	struct render_pool_counters counters;

	(void)pthread_mutex_lock(&pool->lock);
	counters = pool->counters;
	(void)pthread_mutex_unlock(&pool->lock);
	return counters;
}
