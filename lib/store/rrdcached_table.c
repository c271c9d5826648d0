/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/rrdcached_parts.h"
#include "util/err.h"

enum { FIRST_CAPACITY = 64 };

int grow(void **array, size_t *capacity, size_t count, size_t size)
{
	size_t wanted = *capacity ? 2 * *capacity : FIRST_CAPACITY;
	void *bigger;

	if (count < *capacity)
		return 0;
	bigger = reallocarray(*array, wanted, size);
	if (!bigger)
		return -ENOMEM;
	*array = bigger;
	*capacity = wanted;
	return 0;
}

static int compare_files(const void *left, const void *right)
{
	const struct cached *a = left;
	const struct cached *b = right;

	return strcmp(a->file, b->file);
}

static void cached_free(struct cached *e)
{
	if (!e)
		return;
	free(e->switch_copy);
	free(e->file);
	free(e);
}

static struct cached *cached_new(const struct series *series, const char *file)
{
	struct cached *e = calloc(1, sizeof(*e));
	const char *name = series->switch_name;

	if (!e)
		return NULL;
	e->series = *series;
	e->layout = series_layout(series->kind);
	e->own.first = HELD_NONE;
	e->older.first = HELD_NONE;
	e->file = strdup(file);
	if (name)
		e->switch_copy = strdup(name);
	if (!e->file || (name && !e->switch_copy)) {
		cached_free(e);
		return NULL;
	}
	e->series.switch_name = e->switch_copy;
	return e;
}

static int cached_add(struct rrdcached *c, const struct series *series,
		      const char *file, struct cached **out)
{
	struct cached *e;
	int rc = grow((void **)&c->all, &c->all_capacity, c->all_count,
		      sizeof(*c->all));

	if (rc < 0)
		return rc;
	e = cached_new(series, file);
	if (!e || !tsearch(e, &c->by_file, compare_files)) {
		cached_free(e);
		return -ENOMEM;
	}
	c->all[c->all_count++] = e;
	*out = e;
	return 0;
}

int cached_find(struct rrdcached *c, const struct series *series,
		struct cached **out)
{
	const char *base = c->target.base;
	struct cached key = { .file = NULL };
	char name[SERIES_FILE_SIZE];
	char file[PATH_MAX];
	struct cached *const *found;
	int rc = series_file(name, sizeof(name), series);

	if (rc < 0)
		return rc;
	(void)snprintf(file, sizeof(file), "%s%s%s", base, base[0] ? "/" : "",
		       name);
	key.file = file;
	found = tfind(&key, &c->by_file, compare_files);
	if (!found)
		return cached_add(c, series, file, out);
	*out = *found;
	return 0;
}

void cached_free_all(struct rrdcached *c)
{
	for (size_t i = 0; i < c->all_count; i++) {
		(void)tdelete(c->all[i], &c->by_file, compare_files);
		cached_free(c->all[i]);
	}
	free(c->all);
}

int cached_work_on(struct rrdcached *c, struct cached *e)
{
	int rc;

	if (e->working)
		return 0;
	rc = grow((void **)&c->work, &c->work_capacity, c->work_count,
		  sizeof(struct cached *));
	if (rc < 0)
		return rc;
	e->working = true;
	e->error = 0;
	c->work[c->work_count++] = e;
	return 0;
}

int held_reserve(struct rrdcached *c, size_t count)
{
	size_t wanted = c->row_capacity ? c->row_capacity : FIRST_CAPACITY;
	struct held_row *rows;

	while (wanted - c->row_count < count)
		wanted *= 2;
	if (wanted == c->row_capacity)
		return 0;
	rows = reallocarray(c->rows, wanted, sizeof(*rows));
	if (!rows)
		return -ENOMEM;
	c->rows = rows;
	c->row_capacity = wanted;
	return 0;
}

void held_add(struct rrdcached *c, struct held_chain *chain,
	      const struct series_row *row)
{
	uint32_t at = (uint32_t)c->row_count;

	assert(c->row_count < c->row_capacity);
	c->rows[at] = (struct held_row){ .row = *row,
					 .next = HELD_NONE,
					 .state = HELD_WAITING };
	c->row_count++;
	if (chain->first == HELD_NONE)
		chain->first = at;
	else
		c->rows[chain->last].next = at;
	chain->last = at;
}

void held_cut(struct rrdcached *c, size_t count)
{
	c->row_count = count;
}
