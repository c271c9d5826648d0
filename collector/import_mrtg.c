/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The files of MRTG as IXP Manager's configuration has them written: five for
 * each port (physicalinterface), LAG (virtualinterface), member, switch and
 * more, as RRD files or as MRTG's own .log. The first data source is what came
 * in by the ports, the second what went out: the same as of our ports.
 *
 * Nothing in them says which port of which switch a number is: the map does.
 * Sums of ports have no series of ours; they come of the ports.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/import_job.h"
#include "store/mrtg_log.h"
#include "util/err.h"
#include "util/file.h"

enum { DEPTH_MAX = 8, FILES_MAX = 1000000, LOG_SIZE_MAX = 16 << 20 };

/* What a file counts: its columns of a port, in and out. */
static const struct category {
	const char *name;
	size_t columns[2];
} categories[] = {
	{ "bits", { PORT_IN_OCTETS, PORT_OUT_OCTETS } },
	{ "pkts", { PORT_IN_UCAST, PORT_OUT_UCAST } },
	{ "errs", { PORT_IN_ERRORS, PORT_OUT_ERRORS } },
	{ "discs", { PORT_IN_DISCARDS, PORT_OUT_DISCARDS } },
	{ "bcasts", { PORT_IN_BCAST, PORT_OUT_BCAST } },
};

/* How files of each thing are called, up to its number. */
static const struct object {
	const char *prefix;
	const char *source; /* in the map, with its number */
	bool is_sum;	    /* of ports */
} objects[] = {
	{ "pi", "physicalinterface:", false },
	{ "vi", "virtualinterface:", false },
	{ "cl", "corelink:", false },
	{ "cb-aggregate-", "corebundle:", true },
	{ "aggregate-", "customer:", true },
	{ "switch-aggregate-", "switch:", true },
	{ "location-aggregate-", "location:", true },
	{ "ixp001-infra", "infrastructure:", true },
	{ "ixp", "ixp:", true },
};

/* A file that was found. */
struct found {
	char *path;   /* below the root */
	char *source; /* whose it is, as the map names it */
	const struct category *category;
	bool is_log;
	bool is_sum;
};

struct tree {
	struct import_job *job;
	struct found *all;
	size_t count;
	size_t room;
	char folder[PATH_MAX]; /* that is read, below the root */
};

/* ---- names ---- */

static const struct category *category_of(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof(categories) / sizeof(*categories); i++) {
		if (strlen(categories[i].name) == len &&
		    memcmp(categories[i].name, name, len) == 0)
			return &categories[i];
	}
	return NULL;
}

/* "pi00012-bits.rrd": physicalinterface:12 and bits. */
static bool read_name(struct found *out, char source[HISTORY_SOURCE_SIZE],
		      const char *name, size_t stem)
{
	const char *dash = memrchr(name, '-', stem);
	size_t before = dash ? (size_t)(dash - name) : 0;

	if (!dash)
		return false;
	out->category = category_of(dash + 1, stem - before - 1);
	for (size_t i = 0;
	     out->category && i < sizeof(objects) / sizeof(*objects); i++) {
		const struct object *o = &objects[i];
		size_t prefix = strlen(o->prefix);
		size_t digits;
		unsigned long number;

		if (before <= prefix || strncmp(name, o->prefix, prefix) != 0)
			continue;
		digits = strspn(name + prefix, "0123456789");
		if (digits == 0 || digits > 9)
			continue;
		number = strtoul(name + prefix, NULL, 10);
		/* "-sidea" of a core link stays */
		(void)snprintf(
		    source, HISTORY_SOURCE_SIZE, "%s%lu%.*s", o->source, number,
		    (int)(before - prefix - digits), name + prefix + digits);
		out->is_sum = o->is_sum;
		return true;
	}
	return false;
}

static bool ends_with(const char *name, const char *ending)
{
	size_t len = strlen(name);
	size_t behind = strlen(ending);

	return len > behind && strcmp(name + len - behind, ending) == 0;
}

static int add(struct tree *t, const struct found *found, const char *source,
	       const char *path)
{
	enum { FIRST_ROOM = 256 };
	struct found *all = t->all;

	if (t->count == t->room) {
		size_t room = t->room ? 2 * t->room : FIRST_ROOM;

		all = realloc(all, room * sizeof(*all));
		if (!all)
			return -ENOMEM;
		t->all = all;
		t->room = room;
	}
	all[t->count] = *found;
	all[t->count].path = strdup(path);
	all[t->count].source = strdup(source);
	if (!all[t->count].path || !all[t->count].source) {
		free(all[t->count].path);
		free(all[t->count].source);
		return -ENOMEM;
	}
	t->count++;
	return 0;
}

static int take_name(struct tree *t, const char *path)
{
	const char *name = strrchr(path, '/');
	struct found found = { .is_log = ends_with(path, ".log") };
	char source[HISTORY_SOURCE_SIZE];

	name = name ? name + 1 : path;
	if (!found.is_log && !ends_with(path, ".rrd"))
		return 0; /* pictures and pages of MRTG's */
	if (t->count < FILES_MAX &&
	    read_name(&found, source, name, strlen(name) - 4))
		return add(t, &found, source, path);
	import_leave(t->job, path, "no name of a file of this tree");
	return 0;
}

/* ---- the folders ---- */

struct level {
	DIR *dir;
	size_t len; /* of the path that leads to it */
};

static DIR *open_folder(int parent, const char *name)
{
	int fd = openat(parent, name,
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir && fd >= 0)
		(void)close(fd);
	return dir;
}

/* A name of a folder: a file, or another folder, which is opened. */
static int visit(struct tree *t, struct level *levels, size_t *depth,
		 const char *name)
{
	struct level *here = &levels[*depth];
	size_t len = here->len + strlen(name);
	DIR *dir;

	if (name[0] == '.')
		return 0;
	if (len + 2 > sizeof(t->folder))
		return -ENAMETOOLONG;
	memcpy(t->folder + here->len, name, len - here->len + 1);
	dir = open_folder(dirfd(here->dir), name);
	if (!dir && errno != ENOTDIR && errno != ELOOP)
		import_unreadable(t->job, t->folder, -errno);
	if (!dir)
		return take_name(t, t->folder);
	if (*depth + 1 == DEPTH_MAX) {
		(void)closedir(dir);
		return 0;
	}
	levels[++*depth] = (struct level){ dir, len + 1 };
	t->folder[len] = '/';
	return 0;
}

static int walk(struct tree *t)
{
	struct level levels[DEPTH_MAX] = { { opendir(t->job->root), 0 } };
	size_t depth = 0;
	int rc = 0;

	if (!levels[0].dir)
		return -errno;
	for (;;) {
		/* NOLINTNEXTLINE(concurrency-mt-unsafe): one's own folder */
		const struct dirent *entry = readdir(levels[depth].dir);

		if (entry && rc == 0) {
			rc = visit(t, levels, &depth, entry->d_name);
			continue;
		}
		(void)closedir(levels[depth].dir);
		if (depth-- == 0)
			return rc;
	}
}

/* ---- the files ---- */

static int read_log(struct import_job *job, const struct found *f,
		    struct history *to, const char *what)
{
	char path[PATH_MAX];
	struct history own; /* all of a log or nothing */
	struct text text;
	const char *fault = NULL;
	int rc;

	if (snprintf(path, sizeof(path), "%s/%s", job->root, f->path) >=
	    (int)sizeof(path))
		return -ENAMETOOLONG;
	text_init(&text);
	history_init(&own, to->layout);
	rc = file_read(path, LOG_SIZE_MAX, &text);
	if (rc == 0)
		rc = mrtg_log_add(text_str(&text), text.len, &own,
				  f->category->columns, &fault);
	if (rc == 0)
		rc = history_add_all(to, &own);
	history_fini(&own);
	text_fini(&text);
	if (rc == 0)
		import_take(job, f->path, what);
	else if (!fault && rc != -ENOMEM && rc != ERR_RANGE &&
		 rc != ERR_UNSUPPORTED)
		import_unreadable(job, f->path, rc);
	else if (rc != -ENOMEM)
		import_refuse(job, f->path, fault ? fault : err_str(rc));
	return rc == -ENOMEM ? rc : 0;
}

static int read_rrd(struct import_job *job, const struct found *f,
		    struct history *to, const char *what)
{
	const struct import_column columns[] = {
		{ "ds0", f->category->columns[0] },
		{ "ds1", f->category->columns[1] },
	};
	const struct import_file file = { .path = f->path,
					  .columns = columns,
					  .count = 2 };
	int rc = import_rrd(job, &file, to, what);

	return rc < 0 ? rc : 0;
}

static const struct history_entry *entry_of(const struct import_job *job,
					    const struct found *f)
{
	const struct history_entry *e = history_map_find(&job->map, f->path);

	return e ? e : history_map_find(&job->map, f->source);
}

static void leave(struct import_job *job, const struct found *f,
		  const struct history_entry *e)
{
	if (e && e->passed_over)
		import_leave(job, f->path, "the map passes it over");
	else if (e)
		import_leave(job, f->path, "the map has it for no port");
	else if (f->is_sum)
		import_leave(job, f->path,
			     "a sum of ports, of which there is no series; a "
			     "line for the map, to keep it as a port's: "
			     "%s,port/SWITCH/IFINDEX",
			     f->source);
	else
		import_leave(job, f->path,
			     "which port it is is not known; a line for the "
			     "map: %s,port/SWITCH/IFINDEX",
			     f->source);
}

/* Files of one thing, from first on. */
static int put_group(struct import_job *job, const struct found *all,
		     size_t count)
{
	const struct history_entry *e = entry_of(job, &all[0]);
	uint64_t unreadable = job->unreadable;
	struct history history;
	char what[SERIES_FILE_SIZE];
	int rc = 0;

	if (!e || e->passed_over || e->series.kind != SERIES_PORT) {
		for (size_t i = 0; i < count; i++)
			leave(job, &all[i], e);
		return 0;
	}
	(void)series_name(what, sizeof(what), &e->series);
	history_init(&history, series_layout(SERIES_PORT));
	for (size_t i = 0; i < count && rc == 0; i++) {
		bool is_second =
		    i > 0 && all[i].category == all[i - 1].category;

		/* both kinds: the RRD file, which comes first, has more */
		if (is_second)
			import_leave(job, all[i].path,
				     "there is another file of the same");
		else if (all[i].is_log)
			rc = read_log(job, &all[i], &history, what);
		else
			rc = read_rrd(job, &all[i], &history, what);
	}
	if (rc == 0 && job->unreadable > unreadable)
		import_withhold(job, &e->series, "a part cannot be read");
	else if (rc == 0 && history_knows(&history))
		rc = import_put(job, &e->series, &history);
	history_fini(&history);
	return rc;
}

static int by_source(const void *left, const void *right)
{
	const struct found *a = left;
	const struct found *b = right;
	int order = strcmp(a->source, b->source);

	if (order == 0)
		order =
		    (a->category > b->category) - (a->category < b->category);
	if (order == 0)
		order = (int)a->is_log - (int)b->is_log;
	return order ? order : strcmp(a->path, b->path);
}

static bool same_group(const struct import_job *job, const struct found *a,
		       const struct found *b)
{
	return strcmp(a->source, b->source) == 0 &&
	       entry_of(job, a) == entry_of(job, b);
}

int import_mrtg(struct import_job *job)
{
	struct tree t = { .job = job };
	int rc = walk(&t);

	if (t.count > 0)
		qsort(t.all, t.count, sizeof(*t.all), by_source);
	for (size_t i = 0, end; i < t.count && rc == 0; i = end) {
		end = i + 1;
		while (end < t.count && same_group(job, &t.all[i], &t.all[end]))
			end++;
		rc = put_group(job, &t.all[i], end - i);
		import_show(job, end, "files");
	}
	for (size_t i = 0; i < t.count; i++) {
		free(t.all[i].path);
		free(t.all[i].source);
	}
	free(t.all);
	if (rc < 0)
		(void)fprintf(stderr, "lanterne-collector: %s: %s\n", job->root,
			      err_str(rc));
	return rc;
}
