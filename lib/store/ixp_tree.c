/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/ixp_tree.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/rrd_header.h"
#include "util/cursor.h"
#include "util/err.h"
#include "util/number.h"

enum {
	HALF_HOUR_S = 1800,
	TWO_HOURS_S = 7200,
	DAY_S = 86400,
	FINE_ROWS = 600,
	HALF_HOUR_ROWS = 700,
	TWO_HOUR_ROWS = 750,
	DAY_ROWS = 3650,
	HEARTBEAT_S = 600,
	DIGITS = 5, /* at least, of an id in a name */
	ROW_SIZE = IXP_COLUMN_COUNT * sizeof(double),
	LOOKED_AT_MAX = TWO_HOUR_ROWS * ROW_SIZE,
};

static const char *const columns[] = {
	[IXP_TRAFFIC_IN] = "traffic_in",
	[IXP_TRAFFIC_OUT] = "traffic_out",
};

static const struct series_archive archives[] = {
	{ CONSOLIDATION_AVERAGE, IXP_TREE_STEP_S, FINE_ROWS },
	{ CONSOLIDATION_MAXIMUM, IXP_TREE_STEP_S, FINE_ROWS },
	{ CONSOLIDATION_AVERAGE, HALF_HOUR_S, HALF_HOUR_ROWS },
	{ CONSOLIDATION_MAXIMUM, HALF_HOUR_S, HALF_HOUR_ROWS },
	{ CONSOLIDATION_AVERAGE, TWO_HOURS_S, TWO_HOUR_ROWS },
	{ CONSOLIDATION_MAXIMUM, TWO_HOURS_S, TWO_HOUR_ROWS },
	{ CONSOLIDATION_AVERAGE, DAY_S, DAY_ROWS },
	{ CONSOLIDATION_MAXIMUM, DAY_S, DAY_ROWS },
};

enum { ARCHIVE_COUNT = sizeof(archives) / sizeof(archives[0]) };

static const struct series_layout layout = {
	.columns = columns,
	.column_count = IXP_COLUMN_COUNT,
	.step_s = IXP_TREE_STEP_S,
	.heartbeat_s = HEARTBEAT_S,
	.no_minimum = true,
	.archives = archives,
	.archive_count = ARCHIVE_COUNT,
};

_Static_assert((int)ARCHIVE_COUNT <= (int)SERIES_ARCHIVES_MAX, "held");

static const char *const protocols[] = {
	[IXP_IPV4] = "ipv4",
	[IXP_IPV6] = "ipv6",
};

static const char *const units[] = {
	[IXP_BYTES] = "bytes",
	[IXP_PKTS] = "pkts",
};

const struct series_layout *ixp_tree_layout(void)
{
	return &layout;
}

int ixp_tree_path(char *to, size_t size, const char *root,
		  const struct ixp_file *file)
{
	const char *p = protocols[file->protocol];
	const char *c = units[file->unit];
	uint32_t id = file->id;
	int len = -1;

	switch (file->kind) {
	case IXP_AGGREGATE:
		len = snprintf(
		    to, size,
		    "%s/%s/%s/aggregate/aggregate.%s.%s.vlan%05" PRIu32 ".rrd",
		    root, p, c, p, c, id);
		break;
	case IXP_INDIVIDUAL:
		len = snprintf(
		    to, size,
		    "%s/%s/%s/individual/individual.%s.%s.src-%05" PRIu32
		    ".rrd",
		    root, p, c, p, c, id);
		break;
	case IXP_P2P:
		len = snprintf(to, size,
			       "%s/%s/%s/p2p/src-%05" PRIu32
			       "/p2p.%s.%s.src-%05" PRIu32 ".dst-%05" PRIu32
			       ".rrd",
			       root, p, c, id, p, c, id, file->other);
		break;
	}
	return len < 0 || (size_t)len >= size ? -ENAMETOOLONG : 0;
}

/* The handler, too, takes an empty file for none. @return true: it was one */
static bool remove_empty(const char *path)
{
	struct stat status;

	return lstat(path, &status) == 0 && S_ISREG(status.st_mode) &&
	       status.st_size == 0 && unlink(path) == 0;
}

int ixp_tree_write(const char *root, const struct ixp_file *file,
		   const struct series_row *rows, size_t count, size_t *skipped)
{
	char path[PATH_MAX];
	int rc = ixp_tree_path(path, sizeof(path), root, file);

	*skipped = 0;
	if (rc < 0)
		return rc;
	(void)remove_empty(path);
	return rrd_write_file(path, &layout, rows, count, skipped);
}

/* Where the rows of an archive stand in a file. */
static off_t archive_offset(size_t archive)
{
	size_t rows = 0;

	for (size_t i = 0; i < archive; i++)
		rows += archives[i].rows;
	return (off_t)(rrd_header_size(&layout) + rows * ROW_SIZE);
}

/* True if a column of the row there is above 0. */
static bool has_traffic(struct cursor row)
{
	bool any = false;

	for (size_t i = 0; i < IXP_COLUMN_COUNT; i++) {
		double value = 0;

		cursor_bytes(&row, &value, sizeof(value));
		any = any || value > 0; /* false for NaN */
	}
	return any;
}

/* The end of an archive's newest row with traffic; 0: there is none. */
static int look(int fd, const struct rrd_header *header, size_t archive,
		int64_t *time_s)
{
	const struct series_archive *a = &archives[archive];
	uint8_t bytes[LOOKED_AT_MAX];
	size_t len = a->rows * ROW_SIZE;
	ssize_t got = pread(fd, bytes, len, archive_offset(archive));
	int64_t end_s = header->last_s - header->last_s % a->row_s;

	if (got < 0)
		return -errno;
	for (size_t age = 0; age < a->rows; age++) {
		size_t row =
		    (header->positions[archive] + a->rows - age) % a->rows;
		struct cursor all = cursor_of(bytes, (size_t)got);

		cursor_skip(&all, row * ROW_SIZE);
		if (has_traffic(all)) {
			*time_s = end_s - (int64_t)age * a->row_s;
			return 0;
		}
	}
	*time_s = 0;
	return 0;
}

int ixp_tree_last_traffic(const char *root, const struct ixp_file *file,
			  int64_t *time_s)
{
	static const size_t looked_at[] = { 0, 4 }; /* fine, then far back */
	char path[PATH_MAX];
	struct rrd_header header;
	int64_t found_s = 0;
	int rc = ixp_tree_path(path, sizeof(path), root, file);
	int fd;

	if (rc < 0)
		return rc;
	fd = rrd_header_open(&header, path, &layout);
	if (fd < 0)
		return fd;
	for (size_t i = 0; rc == 0 && found_s == 0 && i < 2; i++)
		rc = look(fd, &header, looked_at[i], &found_s);
	(void)close(fd);
	if (rc == 0)
		*time_s = found_s;
	return rc;
}

/* The number behind a prefix, as "%05u" writes it, up to where *rest begins. */
static bool take_number(const char **rest, const char *prefix, uint32_t *number)
{
	size_t len = strlen(prefix);
	const char *digits = *rest + len;
	size_t count;

	if (strncmp(*rest, prefix, len) != 0)
		return false;
	count = strspn(digits, "0123456789");
	if (count < DIGITS || (count > DIGITS && digits[0] == '0') ||
	    number_u32(digits, count, UINT32_MAX, number) < 0)
		return false;
	*rest = digits + count;
	return true;
}

struct walk {
	ixp_tree_visitor *visit;
	void *context;
	struct ixp_file file; /* protocol and source of the folder at hand */
	bool stopped;
};

/* A folder's own may be read in any thread. */
static const char *next_name(DIR *folder)
{
	/* NOLINTNEXTLINE(concurrency-mt-unsafe) */
	const struct dirent *entry = readdir(folder);

	return entry ? entry->d_name : NULL;
}

static void visit_files(struct walk *w, DIR *folder)
{
	const char *protocol = protocols[w->file.protocol];
	const char *name;
	char prefix[64];

	(void)snprintf(prefix, sizeof(prefix),
		       "p2p.%s.bytes.src-%05" PRIu32 ".dst-", protocol,
		       w->file.id);
	while (!w->stopped && (name = next_name(folder))) {
		if (take_number(&name, prefix, &w->file.other) &&
		    strcmp(name, ".rrd") == 0)
			w->stopped = !w->visit(w->context, &w->file);
	}
}

static DIR *open_inside(DIR *parent, const char *name)
{
	int fd = openat(dirfd(parent), name,
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);

	if (!folder && fd >= 0)
		(void)close(fd);
	return folder;
}

static int visit_sources(struct walk *w, DIR *top)
{
	const char *name;
	int rc = 0;

	while (!w->stopped && (name = next_name(top))) {
		const char *rest = name;
		DIR *folder;

		if (!take_number(&rest, "src-", &w->file.id) || *rest != '\0')
			continue;
		folder = open_inside(top, name);
		if (folder) {
			visit_files(w, folder);
			(void)closedir(folder);
		} else if (errno != ENOTDIR && errno != ELOOP) {
			rc = -errno;
		}
	}
	return rc;
}

int ixp_tree_list(const char *root, ixp_tree_visitor *visit, void *context)
{
	struct walk w = { .visit = visit, .context = context };
	char path[PATH_MAX];
	int rc = 0;

	w.file.kind = IXP_P2P;
	w.file.unit = IXP_BYTES;
	for (int i = 0; i < IXP_PROTOCOL_COUNT && !w.stopped; i++) {
		DIR *top;
		int one = 0;

		w.file.protocol = (enum ixp_protocol)i;
		if (snprintf(path, sizeof(path), "%s/%s/bytes/p2p", root,
			     protocols[i]) >= (int)sizeof(path))
			return -ENAMETOOLONG;
		top = opendir(path);
		if (!top) {
			one = errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
		} else {
			one = visit_sources(&w, top);
			(void)closedir(top);
		}
		rc = rc < 0 ? rc : one;
	}
	return rc;
}
