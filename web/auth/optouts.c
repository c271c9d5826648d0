/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/auth/optouts.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "util/err.h"
#include "util/file.h"
#include "util/number.h"

enum { OPTOUTS_MAX = 10000, FILE_MAX = 1 << 20 };

struct optouts {
	char *path;
	atomic_uint_fast64_t serial;
	pthread_mutex_t writing; /* of the file; taken before the other */
	pthread_mutex_t lock;	 /* guards what follows */
	size_t count;
	uint32_t asns[OPTOUTS_MAX];
};

static int load(struct optouts *o, struct text *problem)
{
	struct text content;
	unsigned line = 0;
	const char *at;
	int rc;

	text_init(&content);
	rc = file_read(o->path, FILE_MAX, &content);
	if (rc == -ENOENT)
		rc = 0;
	else if (rc < 0)
		text_addf(problem, "%s: %s\n", o->path, err_str(rc));
	for (at = text_str(&content); rc == 0 && *at; line++) {
		size_t len = strcspn(at, "\n");

		if (o->count == OPTOUTS_MAX ||
		    number_u32(at, len, UINT32_MAX, &o->asns[o->count]) < 0) {
			text_addf(problem,
				  "%s:%u: expected an AS number, one a line\n",
				  o->path, line + 1);
			rc = ERR_CONFIG;
		}
		o->count++;
		at += len + (at[len] == '\n');
	}
	text_fini(&content);
	return rc;
}

int optouts_new(struct optouts **out, const char *path, struct text *problem)
{
	struct optouts *made = calloc(1, sizeof(*made));
	int rc;

	if (!made)
		return -ENOMEM;
	made->path = strdup(path);
	rc = made->path ? load(made, problem) : -ENOMEM;
	if (rc == 0 && pthread_mutex_init(&made->lock, NULL) != 0)
		rc = -ENOMEM;
	if (rc == 0 && pthread_mutex_init(&made->writing, NULL) != 0) {
		(void)pthread_mutex_destroy(&made->lock);
		rc = -ENOMEM;
	}
	if (rc < 0) {
		free(made->path);
		free(made);
		return rc;
	}
	*out = made;
	return 0;
}

void optouts_free(struct optouts *optouts)
{
	if (!optouts)
		return;
	(void)pthread_mutex_destroy(&optouts->writing);
	(void)pthread_mutex_destroy(&optouts->lock);
	free(optouts->path);
	free(optouts);
}

/* Under the lock: where it is, or count. */
static size_t place_of(const struct optouts *o, uint32_t asn)
{
	size_t at = 0;

	while (at < o->count && o->asns[at] != asn)
		at++;
	return at;
}

bool optouts_has(struct optouts *optouts, uint32_t asn)
{
	bool found;

	(void)pthread_mutex_lock(&optouts->lock);
	found = place_of(optouts, asn) < optouts->count;
	(void)pthread_mutex_unlock(&optouts->lock);
	return found;
}

/* The list with a member in or out, whatever it is now. */
static void format(const struct optouts *o, uint32_t asn, bool is_out,
		   struct text *out)
{
	for (size_t i = 0; i < o->count; i++) {
		if (o->asns[i] != asn)
			text_addf(out, "%u\n", o->asns[i]);
	}
	if (is_out)
		text_addf(out, "%u\n", asn);
}

/* Under the lock. */
static void change(struct optouts *o, uint32_t asn, bool is_out)
{
	size_t at = place_of(o, asn);

	if (is_out && at == o->count)
		o->asns[o->count++] = asn;
	else if (!is_out && at < o->count)
		o->asns[at] = o->asns[--o->count];
}

int optouts_set(struct optouts *optouts, uint32_t asn, bool is_out)
{
	struct text out;
	bool is_same;
	bool fits;
	int rc = 0;

	text_init(&out);
	(void)pthread_mutex_lock(&optouts->writing);
	(void)pthread_mutex_lock(&optouts->lock);
	is_same = (place_of(optouts, asn) < optouts->count) == is_out;
	fits = !is_out || optouts->count < OPTOUTS_MAX;
	format(optouts, asn, is_out, &out);
	(void)pthread_mutex_unlock(&optouts->lock);
	if (!is_same && !fits)
		rc = ERR_FULL;
	else if (!is_same && !text_ok(&out))
		rc = -ENOMEM;
	else if (!is_same)
		rc = file_replace_private(optouts->path, text_str(&out),
					  out.len, NULL);
	/* It holds once it is on the disk. */
	if (!is_same && rc == 0) {
		(void)pthread_mutex_lock(&optouts->lock);
		change(optouts, asn, is_out);
		(void)pthread_mutex_unlock(&optouts->lock);
		atomic_fetch_add(&optouts->serial, 1);
	}
	(void)pthread_mutex_unlock(&optouts->writing);
	text_fini(&out);
	return rc;
}

uint64_t optouts_serial(struct optouts *optouts)
{
	return atomic_load(&optouts->serial);
}
