/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/auth/throttle.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "web/auth/digest.h"

enum { WAYS = 8 }; /* places where a key can be */

struct bucket {
	char key[DIGEST_TEXT_SIZE]; /* signed, so that none can be aimed at */
	double tokens;
	double at_s; /* when it had them */
};

struct throttle {
	struct throttle_rate rate;
	unsigned char secret[SECRET_BYTES];
	pthread_mutex_t lock; /* guards what follows */
	size_t sets;
	struct bucket buckets[];
};

int throttle_new(struct throttle **out, size_t room, struct throttle_rate rate)
{
	size_t sets = room / WAYS ? room / WAYS : 1;
	struct throttle *made =
	    calloc(1, sizeof(*made) + sets * WAYS * sizeof(struct bucket));
	int rc = made ? secret_bytes(made->secret, SECRET_BYTES) : -ENOMEM;

	if (rc == 0 && pthread_mutex_init(&made->lock, NULL) != 0)
		rc = -ENOMEM;
	if (rc < 0) {
		free(made);
		return rc;
	}
	made->rate = rate;
	made->sets = sets;
	*out = made;
	return 0;
}

void throttle_free(struct throttle *throttle)
{
	if (!throttle)
		return;
	(void)pthread_mutex_destroy(&throttle->lock);
	free(throttle);
}

/* The bucket of a key; a new one is full, and takes the place of that which
 * was used the longest ago. */
static struct bucket *find(struct throttle *throttle, const char *key)
{
	char name[DIGEST_TEXT_SIZE];
	struct bucket *set;
	struct bucket *oldest;
	size_t at = 0;

	digest_sign(throttle->secret, key, strlen(key), name);
	for (size_t i = 0; i < 8; i++)
		at = at * 31 + (unsigned char)name[i];
	set = &throttle->buckets[at % throttle->sets * WAYS];
	oldest = set;
	for (size_t i = 0; i < WAYS; i++) {
		if (strcmp(set[i].key, name) == 0)
			return &set[i];
		if (set[i].at_s < oldest->at_s || set[i].key[0] == '\0')
			oldest = &set[i];
	}
	memcpy(oldest->key, name, sizeof(name));
	oldest->tokens = throttle->rate.burst;
	oldest->at_s = 0;
	return oldest;
}

double throttle_try(struct throttle *throttle, const char *key, double now_s)
{
	const struct throttle_rate *rate = &throttle->rate;
	struct bucket *b;
	double wait_s = 0;

	(void)pthread_mutex_lock(&throttle->lock);
	b = find(throttle, key);
	if (now_s > b->at_s) {
		b->tokens += (now_s - b->at_s) / rate->per_s;
		b->at_s = now_s;
	}
	if (b->tokens > rate->burst)
		b->tokens = rate->burst;
	if (b->tokens >= 1)
		b->tokens -= 1;
	else
		wait_s = (1 - b->tokens) * rate->per_s;
	(void)pthread_mutex_unlock(&throttle->lock);
	return wait_s;
}

void throttle_return(struct throttle *throttle, const char *key)
{
	(void)pthread_mutex_lock(&throttle->lock);
	find(throttle, key)->tokens += 1;
	(void)pthread_mutex_unlock(&throttle->lock);
}
