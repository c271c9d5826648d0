/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A list for each phase, in the order in which connections entered it. As all
 * of a phase may take the same time, the first of a list is also the one that
 * is late first, and the oldest of those without a header is the first of
 * that list. Counting those of an address looks at each: 1,500 are fewer than
 * what accepting one costs.
 */
#include "web/connections.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "web/client.h"

enum { LOOK_MS = 1000 };

/* As the phases, with the header of a later request by itself: it may take
 * longer. */
enum queue { FIRST_HEADER, LATER_HEADER, BODY, ANSWER, QUEUES };

struct connection {
	int fd;
	struct ipaddr source; /* what is counted together */
	enum queue queue;
	bool is_over;	    /* its socket was shut down; in no list */
	int64_t entered_ms; /* when the phase began */
	struct connection *before;
	struct connection *next;
};

struct list {
	struct connection *first;
	struct connection *last;
};

struct connections {
	struct connections_limits limits;
	int64_t most_ms[QUEUES];
	pthread_mutex_t lock; /* guards what follows */
	struct list lists[QUEUES];
	struct connections_counters counters;
};

const struct connections_limits connections_usual = {
	.total = 1500,
	.most_ms = { [CONNECTION_HEADER] = 10000,
		     [CONNECTION_BODY] = 10000,
		     [CONNECTION_ANSWER] = 60000 },
	.idle_ms = 15000,
	.end = NULL,
};

static void shut_down(int fd)
{
	(void)shutdown(fd, SHUT_RDWR);
}

int connections_new(struct connections **out,
		    const struct connections_limits *limits)
{
	struct connections *made = calloc(1, sizeof(*made));
	const int64_t *most_ms = limits->most_ms;

	if (!made || pthread_mutex_init(&made->lock, NULL) != 0) {
		free(made);
		return -ENOMEM;
	}
	made->limits = *limits;
	if (!made->limits.end)
		made->limits.end = shut_down;
	made->most_ms[FIRST_HEADER] = most_ms[CONNECTION_HEADER];
	made->most_ms[LATER_HEADER] =
	    limits->idle_ms + most_ms[CONNECTION_HEADER];
	made->most_ms[BODY] = most_ms[CONNECTION_BODY];
	made->most_ms[ANSWER] = most_ms[CONNECTION_ANSWER];
	*out = made;
	return 0;
}

void connections_free(struct connections *all)
{
	if (!all)
		return;
	(void)pthread_mutex_destroy(&all->lock);
	free(all);
}

static void append(struct connections *all, struct connection *one)
{
	struct list *list = &all->lists[one->queue];

	one->before = list->last;
	one->next = NULL;
	if (list->last)
		list->last->next = one;
	else
		list->first = one;
	list->last = one;
}

static void take_out(struct connections *all, struct connection *one)
{
	struct list *list = &all->lists[one->queue];

	if (one->before)
		one->before->next = one->next;
	else
		list->first = one->next;
	if (one->next)
		one->next->before = one->before;
	else
		list->last = one->before;
}

static void end(struct connections *all, struct connection *one)
{
	take_out(all, one);
	one->is_over = true;
	all->counters.open--;
	all->limits.end(one->fd);
}

/* The first of a list, or the first of a source. */
static struct connection *first_of(const struct list *list,
				   const struct ipaddr *source)
{
	struct connection *one = list->first;

	while (source && one && !ipaddr_equal(&one->source, source))
		one = one->next;
	return one;
}

static struct connection *older(struct connection *a, struct connection *b)
{
	if (!a || !b)
		return a ? a : b;
	return b->entered_ms < a->entered_ms ? b : a;
}

/* Who goes; NULL if there is nobody. */
static struct connection *find_oldest(const struct connections *all,
				      const struct ipaddr *source)
{
	const struct list *lists = all->lists;
	struct connection *found =
	    older(first_of(&lists[FIRST_HEADER], source),
		  first_of(&lists[LATER_HEADER], source));

	return found ? found
		     : older(first_of(&lists[BODY], source),
			     first_of(&lists[ANSWER], source));
}

static unsigned count_of(const struct connections *all,
			 const struct ipaddr *source)
{
	unsigned count = 0;

	for (size_t i = 0; i < QUEUES; i++) {
		for (const struct connection *one = all->lists[i].first; one;
		     one = one->next)
			count += ipaddr_equal(&one->source, source);
	}
	return count;
}

/* Before another one of this peer comes. */
static void make_room(struct connections *all,
		      const struct connection_peer *peer,
		      const struct ipaddr *source)
{
	struct connection *oldest;

	if (peer->per_address > 0 &&
	    count_of(all, source) >= peer->per_address) {
		oldest = find_oldest(all, source);
		if (oldest)
			end(all, oldest);
		all->counters.over_address++;
	}
	if (all->counters.open >= all->limits.total) {
		oldest = find_oldest(all, NULL);
		if (oldest)
			end(all, oldest);
		all->counters.over_total++;
	}
}

struct connection *connections_add(struct connections *all,
				   const struct connection_peer *peer,
				   int64_t now_ms)
{
	struct connection *made = calloc(1, sizeof(*made));
	struct connections_counters *counters = &all->counters;

	if (!made)
		return NULL;
	made->fd = peer->fd;
	made->source = client_network(&peer->addr);
	made->queue = FIRST_HEADER;
	made->entered_ms = now_ms;
	(void)pthread_mutex_lock(&all->lock);
	make_room(all, peer, &made->source);
	append(all, made);
	counters->accepted++;
	counters->open++;
	if (counters->open > counters->most)
		counters->most = counters->open;
	(void)pthread_mutex_unlock(&all->lock);
	return made;
}

void connections_enter(struct connections *all, struct connection *one,
		       enum connection_phase phase, int64_t now_ms)
{
	static const enum queue queues[CONNECTION_PHASES] = {
		[CONNECTION_HEADER] = LATER_HEADER,
		[CONNECTION_BODY] = BODY,
		[CONNECTION_ANSWER] = ANSWER,
	};

	if (!one)
		return;
	(void)pthread_mutex_lock(&all->lock);
	if (!one->is_over) {
		take_out(all, one);
		one->queue = queues[phase];
		one->entered_ms = now_ms;
		append(all, one);
	}
	(void)pthread_mutex_unlock(&all->lock);
}

void connections_remove(struct connections *all, struct connection *one)
{
	if (!one)
		return;
	(void)pthread_mutex_lock(&all->lock);
	if (!one->is_over) {
		take_out(all, one);
		all->counters.open--;
	}
	(void)pthread_mutex_unlock(&all->lock);
	free(one);
}

static void expire(struct connections *all, enum queue queue, int64_t now_ms)
{
	static const enum connection_phase phases[QUEUES] = {
		[FIRST_HEADER] = CONNECTION_HEADER,
		[LATER_HEADER] = CONNECTION_HEADER,
		[BODY] = CONNECTION_BODY,
		[ANSWER] = CONNECTION_ANSWER,
	};
	struct connection *one;

	while ((one = all->lists[queue].first) &&
	       now_ms - one->entered_ms >= all->most_ms[queue]) {
		end(all, one);
		all->counters.late[phases[queue]]++;
	}
}

int64_t connections_expire(struct connections *all, int64_t now_ms)
{
	int64_t again_ms = now_ms + LOOK_MS;

	(void)pthread_mutex_lock(&all->lock);
	for (enum queue queue = 0; queue < QUEUES; queue++) {
		const struct connection *first;
		int64_t late_ms;

		expire(all, queue, now_ms);
		first = all->lists[queue].first;
		late_ms =
		    first ? first->entered_ms + all->most_ms[queue] : again_ms;
		if (late_ms < again_ms)
			again_ms = late_ms;
	}
	(void)pthread_mutex_unlock(&all->lock);
	return again_ms;
}

struct connections_counters connections_counters(struct connections *all)
{
	struct connections_counters counters;

	(void)pthread_mutex_lock(&all->lock);
	counters = all->counters;
	(void)pthread_mutex_unlock(&all->lock);
	return counters;
}
