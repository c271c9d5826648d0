/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/memo.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct entry {
	struct entry *next; /* asked for less recently */
	char name[MEMO_NAME_SIZE];
	struct memo_epoch epoch;
	size_t size;
	unsigned char data[];
};

struct memo {
	pthread_mutex_t lock; /* guards what follows */
	struct entry *newest;
	size_t bytes;
};

int memo_new(struct memo **out)
{
	struct memo *made = calloc(1, sizeof(*made));

	if (!made)
		return -ENOMEM;
	if (pthread_mutex_init(&made->lock, NULL) != 0) {
		free(made);
		return -ENOMEM;
	}
	*out = made;
	return 0;
}

void memo_free(struct memo *memo)
{
	if (!memo)
		return;
	while (memo->newest) {
		struct entry *next = memo->newest->next;

		free(memo->newest);
		memo->newest = next;
	}
	(void)pthread_mutex_destroy(&memo->lock);
	free(memo);
}

static bool same_epoch(const struct memo_epoch *a, const struct memo_epoch *b)
{
	return a->generation == b->generation &&
	       a->step_end_s == b->step_end_s && a->period == b->period;
}

/* Take an entry out of the list; NULL: there is none of that name. */
static struct entry *take(struct memo *memo, const char *name)
{
	for (struct entry **at = &memo->newest; *at; at = &(*at)->next) {
		struct entry *found = *at;

		if (strcmp(found->name, name) != 0)
			continue;
		*at = found->next;
		memo->bytes -= found->size;
		return found;
	}
	return NULL;
}

static void put_first(struct memo *memo, struct entry *entry)
{
	entry->next = memo->newest;
	memo->newest = entry;
	memo->bytes += entry->size;
}

static void drop_least_asked(struct memo *memo)
{
	struct entry **at = &memo->newest;

	while (*at && (*at)->next)
		at = &(*at)->next;
	if (*at) {
		memo->bytes -= (*at)->size;
		free(*at);
		*at = NULL;
	}
}

bool memo_find(struct memo *memo, const char *name,
	       const struct memo_epoch *epoch, void **out, size_t *size)
{
	struct entry *found;
	void *copy = NULL;

	(void)pthread_mutex_lock(&memo->lock);
	found = take(memo, name);
	if (found && same_epoch(&found->epoch, epoch)) {
		copy = malloc(found->size ? found->size : 1);
		if (copy)
			memcpy(copy, found->data, found->size);
		*size = found->size;
	}
	if (found)
		put_first(memo, found);
	(void)pthread_mutex_unlock(&memo->lock);
	*out = copy;
	return copy != NULL;
}

void memo_keep(struct memo *memo, const char *name,
	       const struct memo_epoch *epoch, const void *data, size_t size)
{
	struct entry *made = NULL;

	if (size <= MEMO_BYTES_MAX && strlen(name) < MEMO_NAME_SIZE)
		made = malloc(sizeof(*made) + size);
	if (!made)
		return;
	(void)snprintf(made->name, sizeof(made->name), "%s", name);
	made->epoch = *epoch;
	made->size = size;
	memcpy(made->data, data, size);
	(void)pthread_mutex_lock(&memo->lock);
	free(take(memo, name));
	put_first(memo, made);
	while (memo->bytes > MEMO_BYTES_MAX)
		drop_least_asked(memo);
	(void)pthread_mutex_unlock(&memo->lock);
}
