/* SPDX-License-Identifier: GPL-2.0-or-later */

/* One list, in the order in which items came: it is short, so it is looked
 * through whole for what comes next and for who has how many. */
#include "web/work_queue.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

/* An item that a thread is at, on that thread's stack. */
struct at_work {
	int64_t since_ms;
	struct at_work *next;
};

struct work_queue {
	struct work_queue_options options;
	pthread_t *threads;
	unsigned thread_count;
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t wake;
	struct work_item *first;
	struct at_work *running;
	unsigned dear_running;
	bool stops;
	struct work_queue_counters counters;
};

const struct work_queue_options work_queue_usual = {
	.threads = 2,
	.dear_max = 1,
	.queue_max = 64,
	.source_max = 16,
};

/* Where the next item to run is linked; NULL: none may run now. */
static struct work_item **find_next(struct work_queue *q)
{
	struct work_item **dear = NULL;

	for (struct work_item **at = &q->first; *at; at = &(*at)->next) {
		if (!(*at)->is_dear)
			return at;
		if (!dear)
			dear = at;
	}
	return q->dear_running < q->options.dear_max ? dear : NULL;
}

static struct work_item *take(struct work_queue *q, struct work_item **link)
{
	struct work_item *taken = *link;

	*link = taken->next;
	taken->next = NULL;
	q->counters.waiting--;
	return taken;
}

static int64_t clock_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void leave(struct work_queue *q, const struct at_work *gone)
{
	struct at_work **at = &q->running;

	while (*at != gone)
		at = &(*at)->next;
	*at = gone->next;
}

static void *work(void *context)
{
	struct work_queue *q = context;

	(void)pthread_mutex_lock(&q->lock);
	while (!q->stops) {
		struct work_item **link = find_next(q);
		struct at_work this;
		struct work_item *item;
		bool is_dear;

		if (!link) {
			(void)pthread_cond_wait(&q->wake, &q->lock);
			continue;
		}
		item = take(q, link);
		is_dear = item->is_dear;
		q->dear_running += is_dear;
		this = (struct at_work){ clock_ms(), q->running };
		q->running = &this;
		(void)pthread_mutex_unlock(&q->lock);
		item->run(item, WORK_RUN);
		(void)pthread_mutex_lock(&q->lock);
		leave(q, &this);
		q->dear_running -= is_dear;
		q->counters.done++;
	}
	(void)pthread_mutex_unlock(&q->lock);
	return NULL;
}

static int start_threads(struct work_queue *q)
{
	unsigned wanted = q->options.threads;

	q->threads = calloc(wanted, sizeof(*q->threads));
	if (!q->threads)
		return -ENOMEM;
	for (unsigned i = 0; i < wanted; i++) {
		int rc = pthread_create(&q->threads[i], NULL, work, q);

		if (rc != 0)
			return -rc;
		q->thread_count++;
	}
	return 0;
}

int work_queue_new(struct work_queue **out,
		   const struct work_queue_options *options)
{
	struct work_queue *made = calloc(1, sizeof(*made));
	int rc;

	if (!made || pthread_mutex_init(&made->lock, NULL) != 0) {
		free(made);
		return -ENOMEM;
	}
	if (pthread_cond_init(&made->wake, NULL) != 0) {
		(void)pthread_mutex_destroy(&made->lock);
		free(made);
		return -ENOMEM;
	}
	made->options = *options;
	rc = start_threads(made);
	if (rc < 0)
		work_queue_free(made);
	else
		*out = made;
	return rc;
}

void work_queue_stop(struct work_queue *q)
{
	struct work_item *left;

	if (!q)
		return;
	(void)pthread_mutex_lock(&q->lock);
	q->stops = true;
	left = q->first;
	q->first = NULL;
	q->counters.waiting = 0;
	(void)pthread_cond_broadcast(&q->wake);
	(void)pthread_mutex_unlock(&q->lock);
	for (unsigned i = 0; i < q->thread_count; i++)
		(void)pthread_join(q->threads[i], NULL);
	q->thread_count = 0;
	while (left) {
		struct work_item *item = left;

		left = item->next;
		item->run(item, WORK_GIVEN_UP);
	}
}

void work_queue_free(struct work_queue *q)
{
	if (!q)
		return;
	work_queue_stop(q);
	free(q->threads);
	(void)pthread_cond_destroy(&q->wake);
	(void)pthread_mutex_destroy(&q->lock);
	free(q);
}

/* How many items of a source wait. */
static unsigned count_of(const struct work_queue *q,
			 const struct ipaddr *source)
{
	unsigned count = 0;

	for (const struct work_item *at = q->first; at; at = at->next)
		count += ipaddr_equal(&at->source, source);
	return count;
}

/* The link to the newest item of the source that has the most, if those are
 * two more than a source with so many has: it then has fewer still. */
static struct work_item **find_most(struct work_queue *q, unsigned than)
{
	struct work_item **found = NULL;
	unsigned most = than + 1;

	for (struct work_item **at = &q->first; *at; at = &(*at)->next) {
		unsigned count =
		    (*at)->source.version ? count_of(q, &(*at)->source) : 0;

		if (count > most || (found && count == most)) {
			found = at;
			most = count;
		}
	}
	return found;
}

static void append(struct work_queue *q, struct work_item *item)
{
	struct work_item **link = &q->first;

	while (*link)
		link = &(*link)->next;
	item->next = NULL;
	*link = item;
	q->counters.waiting++;
	if (q->counters.waiting > q->counters.most)
		q->counters.most = q->counters.waiting;
}

/* Who has no place now: the item itself, another one, or nobody (NULL). */
static struct work_item *find_place(struct work_queue *q,
				    struct work_item *item)
{
	bool is_counted = item->source.version != 0;
	unsigned own = is_counted ? count_of(q, &item->source) : 0;
	struct work_item **most;

	if (q->stops)
		return item;
	if (is_counted && own >= q->options.source_max) {
		q->counters.refused_source++;
		return item;
	}
	if (q->counters.waiting < q->options.queue_max)
		return NULL;
	q->counters.refused_full++;
	most = find_most(q, own);
	return most ? take(q, most) : item;
}

void work_queue_add(struct work_queue *q, struct work_item *item)
{
	struct work_item *without;

	(void)pthread_mutex_lock(&q->lock);
	without = find_place(q, item);
	if (without != item) {
		append(q, item);
		(void)pthread_cond_signal(&q->wake);
	}
	(void)pthread_mutex_unlock(&q->lock);
	if (without)
		without->run(without, WORK_GIVEN_UP);
}

struct work_queue_counters work_queue_counters(struct work_queue *q)
{
	struct work_queue_counters counters;

	(void)pthread_mutex_lock(&q->lock);
	counters = q->counters;
	for (const struct at_work *at = q->running; at; at = at->next) {
		int64_t ms = clock_ms() - at->since_ms;

		if (ms > counters.longest_ms)
			counters.longest_ms = ms;
	}
	(void)pthread_mutex_unlock(&q->lock);
	return counters;
}
