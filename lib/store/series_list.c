/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/series_list.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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
		} else if (!read_name(entry->d_name, level,
				      &w->numbers[level])) {
			continue;
		} else if (level + 1 == DEPTH) {
			visit_pair(w);
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

int series_list_pairs(const char *state_dir, series_visitor *visit,
		      void *context)
{
	struct walk w = { .visit = visit, .context = context };
	char path[PATH_MAX];
	DIR *top;

	if (snprintf(path, sizeof(path), "%s/rrd/pair", state_dir) >=
	    (int)sizeof(path))
		return -ENAMETOOLONG;
	top = opendir(path);
	if (!top)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
	return walk(&w, top);
}
