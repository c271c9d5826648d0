/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/series_list.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "util/err.h"
#include "util/number.h"

enum { DEPTH = 3 }; /* pair/v100/as64500/as64501.rrd */

/* What stands before and behind the number in the names of each level. */
static const struct {
	const char *before;
	const char *behind;
	uint32_t max;
} levels[DEPTH] = {
	{ "v", "", 4095 },
	{ "as", "", UINT32_MAX },
	{ "as", ".rrd", UINT32_MAX },
};

struct walk {
	series_visitor *visit;
	void *context;
	uint32_t numbers[DEPTH];
};

static bool read_name(const char *name, size_t level, uint32_t *number)
{
	size_t before = strlen(levels[level].before);
	size_t behind = strlen(levels[level].behind);
	size_t len = strlen(name);

	if (len <= before + behind ||
	    strncmp(name, levels[level].before, before) != 0 ||
	    strcmp(name + len - behind, levels[level].behind) != 0)
		return false;
	return number_u32(name + before, len - before - behind,
			  levels[level].max, number) == 0;
}

static void visit_pair(const struct walk *w)
{
	const struct series series = {
		.kind = SERIES_PAIR,
		.vlan = (uint16_t)w->numbers[0],
		.asn = w->numbers[1],
		.other_asn = w->numbers[2],
	};

	if (series.asn <= series.other_asn)
		w->visit(w->context, &series);
}

/* One folder of a level; calls itself no deeper than the levels go. */
static int walk_folder(struct walk *w, const char *path, size_t level)
{
	char below[PATH_MAX];
	struct dirent *entry;
	DIR *folder = opendir(path);
	int rc = 0;

	if (!folder)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
	while (rc == 0 && (entry = readdir(folder))) {
		if (!read_name(entry->d_name, level, &w->numbers[level]))
			continue;
		if (level + 1 == DEPTH) {
			visit_pair(w);
			continue;
		}
		if (snprintf(below, sizeof(below), "%s/%s", path,
			     entry->d_name) >= (int)sizeof(below))
			rc = -ENAMETOOLONG;
		else
			rc = walk_folder(w, below, level + 1);
	}
	(void)closedir(folder);
	return rc;
}

int series_list_pairs(const char *state_dir, series_visitor *visit,
		      void *context)
{
	struct walk w = { .visit = visit, .context = context };
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/rrd/pair", state_dir) >=
	    (int)sizeof(path))
		return -ENAMETOOLONG;
	return walk_folder(&w, path, 0);
}
