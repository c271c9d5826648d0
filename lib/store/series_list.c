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

#include "util/number.h"

enum { DEPTH = 3 }; /* pair/v100/as64500/as64501.rrd */

/*
 * The folder of each kind and the names at each level below it, as series_path
 * makes them. %a AS number, %o the other one's, %v VLAN, %n ordinal,
 * %i ifIndex, %s switch.
 */
static const struct pattern {
	const char *folder;
	const char *levels[DEPTH];
} patterns[SERIES_KIND_COUNT] = {
	[SERIES_EXCHANGE] = { ".", { "exchange.rrd" } },
	[SERIES_MEMBER] = { "member", { "as%a.rrd" } },
	[SERIES_VLAN_INTERFACE] = { "interface", { "as%a-v%v-%n.rrd" } },
	[SERIES_VLAN] = { "vlan", { "v%v.rrd" } },
	[SERIES_SWITCH] = { "switch", { "%s.rrd" } },
	[SERIES_PORT] = { "port", { "%s", "%i.rrd" } },
	[SERIES_AGENT] = { "agent", { "%s.rrd" } },
	[SERIES_PAIR] = { "pair", { "v%v", "as%a", "as%o.rrd" } },
};

struct walk {
	const struct pattern *pattern;
	series_visitor *visit;
	void *context;
	struct series series;
	char switch_name[SERIES_SWITCH_NAME_SIZE];
};

/* Digits as series_path prints them: at *name, which moves behind them. */
static bool read_number(const char **name, uint32_t max, uint32_t *number)
{
	size_t len = strspn(*name, "0123456789");

	if (len == 0 || (len > 1 && **name == '0') ||
	    number_u32(*name, len, max, number) < 0)
		return false;
	*name += len;
	return true;
}

/* The switch's name: all but the ending that the pattern has behind it. */
static bool read_switch(struct walk *w, const char **name, const char *ending)
{
	size_t behind = strlen(ending);
	size_t len = strlen(*name);

	if (len <= behind || len - behind >= sizeof(w->switch_name))
		return false;
	len -= behind;
	memcpy(w->switch_name, *name, len);
	w->switch_name[len] = '\0';
	w->series.switch_name = w->switch_name;
	*name += len;
	return series_switch_name_is_valid(w->switch_name);
}

static bool read_field(struct walk *w, const char **name, const char *pattern)
{
	struct series *s = &w->series;
	uint32_t number = 0;
	bool good;

	switch (*pattern) {
	case 's':
		return read_switch(w, name, pattern + 1);
	case 'a':
		return read_number(name, UINT32_MAX, &s->asn);
	case 'o':
		return read_number(name, UINT32_MAX, &s->other_asn);
	case 'i':
		return read_number(name, UINT32_MAX, &s->ifindex);
	case 'v':
		good = read_number(name, 4095, &number);
		s->vlan = (uint16_t)number;
		return good;
	default:
		good = read_number(name, UINT16_MAX, &number);
		s->ordinal = (uint16_t)number;
		return good;
	}
}

static bool read_name(struct walk *w, const char *name, size_t level)
{
	const char *pattern = w->pattern->levels[level];

	for (; *pattern; pattern++) {
		if (*pattern != '%') {
			if (*name++ != *pattern)
				return false;
			continue;
		}
		pattern++;
		if (!read_field(w, &name, pattern))
			return false;
	}
	return *name == '\0';
}

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
		} else if (!read_name(w, entry->d_name, level)) {
			continue;
		} else if (level + 1 == DEPTH ||
			   !w->pattern->levels[level + 1]) {
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
	struct walk w = { .pattern = &patterns[kind],
			  .visit = visit,
			  .context = context,
			  .series = { .kind = kind } };
	char path[PATH_MAX];
	DIR *top;

	if (snprintf(path, sizeof(path), "%s/rrd/%s", state_dir,
		     w.pattern->folder) >= (int)sizeof(path))
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
