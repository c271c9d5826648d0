/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/auth/throttle.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
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

/* What a bucket has by now. */
static double tokens_at(const struct throttle *t, const struct bucket *b,
			double now_s)
{
	double tokens = b->tokens;

	if (now_s > b->at_s)
		tokens += (now_s - b->at_s) / t->rate.per_s;
	return tokens < t->rate.burst ? tokens : t->rate.burst;
}

/* Which of two is to go: one that is not used, then the fuller one, then the
 * older one. What is owed is not forgotten for what is not. */
static bool goes_before(const struct throttle *t, const struct bucket *a,
			const struct bucket *b, double now_s)
{
	double x = tokens_at(t, a, now_s);
	double y = tokens_at(t, b, now_s);

	if ((a->key[0] == '\0') != (b->key[0] == '\0'))
		return a->key[0] == '\0';
	return x != y ? x > y : a->at_s < b->at_s;
}

/* The bucket of a key; a new one is full. */
static struct bucket *find(struct throttle *throttle, const char *key,
			   double now_s)
{
	char name[DIGEST_TEXT_SIZE];
	struct bucket *set;
	struct bucket *fullest;
	size_t at = 0;

	digest_sign(throttle->secret, key, strlen(key), name);
	for (size_t i = 0; i < 8; i++)
		at = at * 31 + (unsigned char)name[i];
	set = &throttle->buckets[at % throttle->sets * WAYS];
	fullest = set;
	for (size_t i = 0; i < WAYS; i++) {
		if (strcmp(set[i].key, name) == 0)
			return &set[i];
		if (goes_before(throttle, &set[i], fullest, now_s))
			fullest = &set[i];
	}
	memcpy(fullest->key, name, sizeof(name));
	fullest->tokens = throttle->rate.burst;
	fullest->at_s = now_s;
	return fullest;
}

double throttle_try(struct throttle *throttle, const char *key, double now_s)
{
	const struct throttle_rate *rate = &throttle->rate;
	struct bucket *b;
	double wait_s = 0;

	(void)pthread_mutex_lock(&throttle->lock);
	b = find(throttle, key, now_s);
	b->tokens = tokens_at(throttle, b, now_s);
	if (now_s > b->at_s)
		b->at_s = now_s;
	if (b->tokens >= 1)
		b->tokens -= 1;
	else
		wait_s = (1 - b->tokens) * rate->per_s;
	(void)pthread_mutex_unlock(&throttle->lock);
	return wait_s;
}

void throttle_return(struct throttle *throttle, const char *key, double now_s)
{
	(void)pthread_mutex_lock(&throttle->lock);
	find(throttle, key, now_s)->tokens += 1;
	(void)pthread_mutex_unlock(&throttle->lock);
}
