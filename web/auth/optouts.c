/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/auth/optouts.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "util/err.h"
#include "util/file.h"
#include "util/number.h"

enum { OPTOUTS_MAX = 10000, FILE_MAX = 1 << 20 };

struct optouts {
	char *path;
	pthread_mutex_t lock; /* guards what follows */
	uint64_t serial;
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

static int save(const struct optouts *o)
{
	struct text out;
	int rc;

	text_init(&out);
	for (size_t i = 0; i < o->count; i++)
		text_addf(&out, "%u\n", o->asns[i]);
	rc = text_ok(&out)
		 ? file_replace_private(o->path, text_str(&out), out.len, NULL)
		 : -ENOMEM;
	text_fini(&out);
	return rc;
}

int optouts_set(struct optouts *optouts, uint32_t asn, bool is_out)
{
	size_t at;
	bool was_out;
	int rc = 0;

	(void)pthread_mutex_lock(&optouts->lock);
	at = place_of(optouts, asn);
	was_out = at < optouts->count;
	if (is_out && !was_out && optouts->count == OPTOUTS_MAX)
		rc = ERR_FULL;
	else if (is_out && !was_out)
		optouts->asns[optouts->count++] = asn;
	else if (!is_out && was_out)
		optouts->asns[at] = optouts->asns[--optouts->count];
	if (rc == 0 && is_out != was_out) {
		optouts->serial++;
		rc = save(optouts);
	}
	(void)pthread_mutex_unlock(&optouts->lock);
	return rc;
}

uint64_t optouts_serial(struct optouts *optouts)
{
	uint64_t serial;

	(void)pthread_mutex_lock(&optouts->lock);
	serial = optouts->serial;
	(void)pthread_mutex_unlock(&optouts->lock);
	return serial;
}
