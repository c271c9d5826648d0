/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/kept.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "web/hash.h"

enum { BUCKETS = 4096 };

struct entry {
	struct entry *next; /* in its bucket */
	struct entry *newer;
	struct entry *older; /* asked for less recently */
	struct representation *it;
	uint64_t hash;
	uint64_t serial;
	size_t size;
	char key[];
};

struct kept {
	uint64_t seed;
	pthread_mutex_t lock; /* guards what follows */
	struct entry *newest;
	struct entry *oldest;
	size_t bytes;
	struct entry *buckets[BUCKETS];
};

int kept_new(struct kept **out)
{
	struct kept *made = calloc(1, sizeof(*made));

	if (!made)
		return -ENOMEM;
	if (getrandom(&made->seed, sizeof(made->seed), 0) !=
	    (ssize_t)sizeof(made->seed))
		made->seed = (uint64_t)(uintptr_t)made;
	if (pthread_mutex_init(&made->lock, NULL) != 0) {
		free(made);
		return -ENOMEM;
	}
	*out = made;
	return 0;
}

static void unlink_entry(struct kept *kept, struct entry *entry)
{
	if (entry->newer)
		entry->newer->older = entry->older;
	else
		kept->newest = entry->older;
	if (entry->older)
		entry->older->newer = entry->newer;
	else
		kept->oldest = entry->newer;
}

static void put_first(struct kept *kept, struct entry *entry)
{
	entry->newer = NULL;
	entry->older = kept->newest;
	if (kept->newest)
		kept->newest->newer = entry;
	else
		kept->oldest = entry;
	kept->newest = entry;
}

/* Forget an entry; what it kept is still there for those who send it. */
static void drop(struct kept *kept, struct entry *entry)
{
	struct entry **at = &kept->buckets[entry->hash % BUCKETS];

	while (*at && *at != entry)
		at = &(*at)->next;
	if (*at)
		*at = entry->next;
	unlink_entry(kept, entry);
	kept->bytes -= entry->size;
	representation_unref(entry->it);
	free(entry);
}

static struct entry *find(struct kept *kept, uint64_t hash, const char *key)
{
	struct entry *entry = kept->buckets[hash % BUCKETS];

	while (entry && (entry->hash != hash || strcmp(entry->key, key) != 0))
		entry = entry->next;
	return entry;
}

void kept_free(struct kept *kept)
{
	if (!kept)
		return;
	while (kept->newest)
		drop(kept, kept->newest);
	(void)pthread_mutex_destroy(&kept->lock);
	free(kept);
}

struct representation *kept_find(struct kept *kept, const char *key,
				 uint64_t serial, int64_t now_s)
{
	uint64_t hash = hash_bytes(key, strlen(key), kept->seed);
	struct representation *found = NULL;
	struct entry *entry;

	(void)pthread_mutex_lock(&kept->lock);
	entry = find(kept, hash, key);
	if (entry && (entry->serial != serial ||
		      representation_left_s(entry->it, now_s) <= 0)) {
		drop(kept, entry);
	} else if (entry) {
		unlink_entry(kept, entry);
		put_first(kept, entry);
		found = representation_ref(entry->it);
	}
	(void)pthread_mutex_unlock(&kept->lock);
	return found;
}

static struct entry *make_entry(uint64_t seed, const char *key, uint64_t serial,
				struct representation *it)
{
	size_t key_size = strlen(key) + 1;
	size_t size = sizeof(struct entry) + key_size + representation_size(it);
	struct entry *made;

	if (!representation_keeps(it) || size > KEPT_BYTES_MAX / 4)
		return NULL;
	made = malloc(sizeof(*made) + key_size);
	if (!made)
		return NULL;
	*made = (struct entry){ .hash = hash_bytes(key, key_size - 1, seed),
				.serial = serial,
				.size = size,
				.it = representation_ref(it) };
	memcpy(made->key, key, key_size);
	return made;
}

void kept_add(struct kept *kept, const char *key, uint64_t serial,
	      struct representation *it)
{
	struct entry *made = make_entry(kept->seed, key, serial, it);
	struct entry **bucket;
	struct entry *old;

	if (!made)
		return;
	(void)pthread_mutex_lock(&kept->lock);
	old = find(kept, made->hash, key);
	if (old)
		drop(kept, old);
	bucket = &kept->buckets[made->hash % BUCKETS];
	made->next = *bucket;
	*bucket = made;
	put_first(kept, made);
	kept->bytes += made->size;
	while (kept->bytes > KEPT_BYTES_MAX) {
		assert(kept->oldest && !kept->oldest->older);
		drop(kept, kept->oldest);
	}
	(void)pthread_mutex_unlock(&kept->lock);
}

size_t kept_bytes(struct kept *kept)
{
	size_t bytes;

	(void)pthread_mutex_lock(&kept->lock);
	bytes = kept->bytes;
	(void)pthread_mutex_unlock(&kept->lock);
	return bytes;
}
