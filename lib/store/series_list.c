/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/series_list.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/series_parse.h"

enum { DEPTH = SERIES_NAME_LEVELS };

struct walk {
	series_visitor *visit;
	void *context;
	struct series series;
	char switch_name[SERIES_SWITCH_NAME_SIZE];
};

/* Open a folder inside another one; NULL if it is none. */
static DIR *open_inside(DIR *parent, const char *name)
{
	int fd = openat(dirfd(parent), name,
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);

	if (!folder && fd >= 0)
		(void)close(fd);
	return folder;
}

static void visit_series(const struct walk *w)
{
	const struct series *s = &w->series;

	if (s->kind != SERIES_PAIR || s->asn <= s->other_asn)
		w->visit(w->context, s);
}

/* Depth first; open[level] is the folder read at that level. */
static int walk(struct walk *w, DIR *top)
{
	DIR *open[DEPTH] = { top };
	size_t level = 0;
	int rc = 0;

	for (;;) {
		/* A folder of one's own may be read in any thread. */
		/* NOLINTNEXTLINE(concurrency-mt-unsafe) */
		const struct dirent *entry = readdir(open[level]);

		if (!entry) {
			(void)closedir(open[level]);
			if (level-- == 0)
				return rc;
		} else if (!series_parse_level(&w->series, w->switch_name,
					       entry->d_name, level)) {
			continue;
		} else if (level + 1 == series_levels(w->series.kind)) {
			visit_series(w);
		} else {
			open[level + 1] =
			    open_inside(open[level], entry->d_name);
			if (open[level + 1])
				level++;
			else if (errno != ENOTDIR && errno != ELOOP)
				rc = -errno;
		}
	}
}

int series_list_kind(const char *state_dir, enum series_kind kind,
		     series_visitor *visit, void *context)
{
	struct walk w = { .visit = visit,
			  .context = context,
			  .series = { .kind = kind } };
	char path[PATH_MAX];
	DIR *top;

	if (snprintf(path, sizeof(path), "%s/rrd/%s", state_dir,
		     series_folder(kind)) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	top = opendir(path);
	if (!top)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
	return walk(&w, top);
}

int series_list_pairs(const char *state_dir, series_visitor *visit,
		      void *context)
{
	return series_list_kind(state_dir, SERIES_PAIR, visit, context);
}

/* A copy of a name that lasts as the set does; the ports of a switch come one
 * after another, so the last name is mostly the one. */
static const char *keep_name(struct series_set *set, const char *name)
{
	char **names;

	for (size_t i = set->name_count; i-- > 0;) {
		if (strcmp(set->names[i], name) == 0)
			return set->names[i];
	}
	names = realloc(set->names, (set->name_count + 1) * sizeof(*names));
	if (!names)
		return NULL;
	set->names = names;
	names[set->name_count] = strdup(name);
	if (!names[set->name_count])
		return NULL;
	return names[set->name_count++];
}

static void add_to_set(void *context, const struct series *series)
{
	enum { FIRST_CAPACITY = 64 };
	struct series_set *set = context;
	struct series copy = *series;

	if (set->count == set->capacity) {
		size_t capacity =
		    set->capacity ? 2 * set->capacity : FIRST_CAPACITY;
		struct series *items =
		    realloc(set->items, capacity * sizeof(*items));

		set->failed = set->failed || !items;
		if (!items)
			return;
		set->items = items;
		set->capacity = capacity;
	}
	if (series_names_a_switch(series->kind)) {
		copy.switch_name = keep_name(set, series->switch_name);
		set->failed = set->failed || !copy.switch_name;
		if (!copy.switch_name)
			return;
	}
	set->items[set->count++] = copy;
}

int series_set_add_kind(struct series_set *set, const char *state_dir,
			enum series_kind kind)
{
	int rc = series_list_kind(state_dir, kind, add_to_set, set);

	return set->failed ? -ENOMEM : rc;
}

static int compare_items(const void *a, const void *b)
{
	return series_compare(a, b);
}

void series_set_sort(struct series_set *set)
{
	if (set->count > 0)
		qsort(set->items, set->count, sizeof(*set->items),
		      compare_items);
}

void series_set_fini(struct series_set *set)
{
	for (size_t i = 0; i < set->name_count; i++)
		free(set->names[i]);
	free(set->names);
	free(set->items);
	*set = (struct series_set){ 0 };
}
