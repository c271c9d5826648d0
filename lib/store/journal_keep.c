/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/journal_parts.h"

int journal_keep_add(struct journal *j, const struct journal_kept *file)
{
	if (j->kept_count == j->kept_room) {
		size_t larger = j->kept_room ? 2 * j->kept_room : 64;
		struct journal_kept *grown =
		    realloc(j->kept, larger * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		j->kept = grown;
		j->kept_room = larger;
	}
	j->kept[j->kept_count++] = *file;
	return 0;
}

static bool same_name(const struct journal_name *a,
		      const struct journal_name *b)
{
	return a->kind == b->kind && journal_name_compare(a, b) == 0;
}

struct journal_kept *journal_keep_find(struct journal *j,
				       const struct journal_name *name)
{
	for (size_t i = j->kept_count; i > 0; i--) {
		if (same_name(&j->kept[i - 1].name, name))
			return &j->kept[i - 1];
	}
	return NULL;
}

bool journal_keep_remove(struct journal *j, const struct journal_name *name)
{
	struct journal_kept *file = journal_keep_find(j, name);
	char path[PATH_MAX];
	int rc = journal_list_path(path, sizeof(path), j->folder, name);

	if (rc == 0)
		rc = j->disk->remove(path);
	if (rc < 0 && rc != -ENOENT)
		return false;
	if (file) {
		size_t behind = (size_t)(j->kept + j->kept_count - file) - 1;

		memmove(file, file + 1, behind * sizeof(*file));
		j->kept_count--;
	}
	return true;
}

void journal_keep_sweep(struct journal *j)
{
	for (size_t i = 0; i < j->kept_count;) {
		struct journal_name name = j->kept[i].name;

		if (!j->kept[i].given_up || !journal_keep_remove(j, &name))
			i++;
	}
}

static bool is_written(const struct journal *j, const struct journal_name *name)
{
	const struct journal_output *output = &j->outputs[name->kind];

	return output->fd >= 0 && same_name(&output->name, name);
}

static bool is_replaced(const struct journal_kept *file,
			const struct journal_item *closed,
			enum journal_kind parts)
{
	return file->name.kind == parts &&
	       file->name.first_seq >= closed->replaces &&
	       file->name.first_seq < closed->seq &&
	       file->start_s == closed->start_s;
}

void journal_keep_replaced(struct journal *j, const struct journal_item *closed)
{
	enum journal_kind kind =
	    journal_parts_of(journal_stream_of(journal_kind_of(closed->kind)));
	struct journal_output *output = &j->outputs[kind];
	const struct journal_kept *written =
	    output->fd >= 0 ? journal_keep_find(j, &output->name) : NULL;

	if (written && is_replaced(written, closed, kind)) {
		(void)close(output->fd);
		output->fd = -1;
	}
	for (size_t i = 0; i < j->kept_count;) {
		struct journal_name name = j->kept[i].name;

		/* A file that stays is left out by its readers. */
		if (!is_replaced(&j->kept[i], closed, kind) ||
		    !journal_keep_remove(j, &name))
			i++;
	}
}

/*
 * When the records of a file end. Of one that begins with an odd clock that is
 * not known, and then as for the next one of its kind.
 */
static bool find_end(const struct journal *j, size_t at, int64_t *end_s)
{
	const struct journal_kept *best = NULL;
	const struct journal_kept *file = &j->kept[at];

	for (size_t i = 0; i < j->kept_count; i++) {
		const struct journal_kept *other = &j->kept[i];

		if (other->name.kind == file->name.kind && other->dated &&
		    journal_name_compare(&other->name, &file->name) >= 0 &&
		    (!best ||
		     journal_name_compare(&other->name, &best->name) < 0))
			best = other;
	}
	*end_s = best ? best->end_s : 0;
	return best;
}

static bool is_old(const struct journal *j, size_t at)
{
	enum journal_stream stream = journal_stream_of(j->kept[at].name.kind);
	int64_t end_s = j->kept[at].end_s;

	if (!j->kept[at].dated && !find_end(j, at, &end_s))
		return false;
	return end_s <= j->newest_s - j->limits.keep_s[stream];
}

static void remove_old(struct journal *j)
{
	for (size_t i = 0; i < j->kept_count;) {
		struct journal_name name = j->kept[i].name;

		if (is_written(j, &name) || !is_old(j, i) ||
		    !journal_keep_remove(j, &name))
			i++;
		else
			j->counters.files_removed++;
	}
}

static uint64_t total_bytes(const struct journal *j)
{
	uint64_t total = 0;

	for (size_t i = 0; i < j->kept_count; i++)
		total += j->kept[i].bytes;
	return total;
}

/* The oldest file that is not being written; NULL: there is none. */
static const struct journal_kept *oldest(const struct journal *j)
{
	const struct journal_kept *found = NULL;

	for (size_t i = 0; i < j->kept_count; i++) {
		const struct journal_kept *file = &j->kept[i];

		if (!is_written(j, &file->name) &&
		    (!found ||
		     journal_name_compare(&file->name, &found->name) < 0))
			found = file;
	}
	return found;
}

void journal_keep_bounds(struct journal *j)
{
	if (!j->keeps_old)
		remove_old(j);
	while (total_bytes(j) > j->limits.total_max_bytes) {
		const struct journal_kept *file = oldest(j);
		struct journal_name name;

		if (!file)
			break;
		name = file->name;
		if (!journal_keep_remove(j, &name))
			break;
		j->counters.files_removed++;
	}
	j->counters.bytes = total_bytes(j);
}
