/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/journal_list.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/err.h"
#include "util/log.h"

enum {
	PARTS = 1 << JOURNAL_STEP_PARTS | 1 << JOURNAL_PAIR_PARTS,
	CLOSED = 1 << JOURNAL_CLOSED_STEPS | 1 << JOURNAL_CLOSED_PAIRS,
};

int journal_list_path(char *to, size_t size, const char *folder,
		      const struct journal_name *name)
{
	char file[JOURNAL_NAME_SIZE];
	int wanted;

	journal_name_write(file, name);
	wanted = snprintf(to, size, "%s/%s", folder, file);
	return wanted < 0 || (size_t)wanted >= size ? -ENAMETOOLONG : 0;
}

void journal_list_refuse(const char *path, unsigned version)
{
	log_error("journal: %s: written by a later version: format %u, this "
		  "program reads up to %d",
		  path, version, JOURNAL_VERSION);
}

static int add(struct journal_list *list, const struct journal_file *file)
{
	if (list->count == list->room) {
		size_t larger = list->room ? 2 * list->room : 64;
		struct journal_file *grown =
		    realloc(list->files, larger * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		list->files = grown;
		list->room = larger;
	}
	list->files[list->count++] = *file;
	return 0;
}

/* What the heads of the frames say of the last one. */
static int find_last(struct journal_file *file)
{
	struct journal_scan scan = {
		.fd = file->fd,
		.size = file->size,
		.at = JOURNAL_HEADER_SIZE,
	};
	struct journal_frame frame;
	int rc;

	while ((rc = journal_scan_hop(&scan, &frame)) == 1) {
		if (frame.seq > file->last_seq)
			file->last_seq = frame.seq;
	}
	return rc;
}

/* Open, measure and peek into a file that the folder lists. */
static int look_at(struct journal_list *list, const char *folder,
		   const struct journal_name *name)
{
	struct journal_file file = { .name = *name, .fd = -1 };
	struct stat status;
	char path[PATH_MAX];
	int rc = journal_list_path(path, sizeof(path), folder, name);

	if (rc < 0)
		return rc;
	file.fd = journal_scan_open(path);
	if (file.fd == -ENOENT)
		return 0; /* removed in the meantime */
	/* No descriptor left, or no memory, says nothing about the file: it is
	 * not to be taken for damaged and left out. */
	if (file.fd < 0 && !journal_scan_is_damage(file.fd))
		return file.fd;
	if (file.fd < 0) {
		file.status = file.fd;
		file.fd = -1;
		return add(list, &file);
	}
	if (fstat(file.fd, &status) < 0) {
		rc = -errno;
		(void)close(file.fd);
		return rc;
	}
	file.size = (uint64_t)status.st_size;
	file.status = journal_scan_peek(&file.first, file.fd);
	if (file.status == ERR_UNSUPPORTED) {
		journal_list_refuse(path, file.first.header.version);
		rc = ERR_UNSUPPORTED;
	} else if (!journal_scan_is_damage(file.status)) {
		rc = file.status;
	}
	if (rc == 0 && file.status == 0 && !journal_is_closed(name->kind))
		rc = find_last(&file);
	if (journal_is_closed(name->kind) || file.status < 0) {
		(void)close(file.fd);
		file.fd = -1;
	}
	if (rc == 0)
		rc = add(list, &file);
	if (rc < 0 && file.fd >= 0)
		(void)close(file.fd);
	return rc;
}

/* Parts are listed twice. */
static bool is_listed(const struct journal_list *list,
		      const struct journal_name *name)
{
	for (size_t i = 0; !journal_is_closed(name->kind) && i < list->count;
	     i++) {
		if (list->files[i].name.kind == name->kind &&
		    journal_name_compare(&list->files[i].name, name) == 0)
			return true;
	}
	return false;
}

static int list_kinds(struct journal_list *list, const char *folder,
		      unsigned kinds)
{
	DIR *dir = kinds ? opendir(folder) : NULL;
	int rc = 0;

	if (!dir)
		return kinds ? -errno : 0;
	for (;;) {
		struct journal_name name;
		const struct dirent *entry;

		errno = 0;
		/* A folder of one's own may be read in any thread. */
		/* NOLINTNEXTLINE(concurrency-mt-unsafe) */
		entry = readdir(dir);
		if (!entry) {
			rc = -errno;
			break;
		}
		if (!journal_name_read(&name, entry->d_name) ||
		    !(kinds & 1u << name.kind) || is_listed(list, &name))
			continue;
		rc = look_at(list, folder, &name);
		if (rc < 0)
			break;
	}
	(void)closedir(dir);
	return rc;
}

static int by_kind_and_name(const void *left, const void *right)
{
	const struct journal_file *a = left;
	const struct journal_file *b = right;

	if (a->name.kind != b->name.kind)
		return (int)a->name.kind - (int)b->name.kind;
	return journal_name_compare(&a->name, &b->name);
}

int journal_list_read(struct journal_list *out, const char *folder,
		      unsigned kinds)
{
	int rc;

	*out = (struct journal_list){ 0 };
	rc = list_kinds(out, folder, kinds & PARTS);
	if (rc == 0)
		rc = list_kinds(out, folder, kinds & CLOSED);
	if (rc == 0)
		rc = list_kinds(out, folder, kinds & PARTS);
	if (out->count > 0)
		qsort(out->files, out->count, sizeof(*out->files),
		      by_kind_and_name);
	return rc;
}

void journal_list_fini(struct journal_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->files[i].fd >= 0)
			(void)close(list->files[i].fd);
	}
	free(list->files);
	*list = (struct journal_list){ 0 };
}

void journal_list_kind(const struct journal_list *list, enum journal_kind kind,
		       size_t *from, size_t *to)
{
	size_t i = 0;

	while (i < list->count && list->files[i].name.kind < kind)
		i++;
	*from = i;
	while (i < list->count && list->files[i].name.kind == kind)
		i++;
	*to = i;
}

int journal_list_start(struct journal_scan *scan, const char *folder,
		       const struct journal_file *file)
{
	char path[PATH_MAX];
	int fd;
	int rc;

	*scan = (struct journal_scan){ .fd = -1 };
	if (file->fd >= 0) {
		fd = fcntl(file->fd, F_DUPFD_CLOEXEC, 0);
		rc = fd < 0 ? -errno : 0;
	} else {
		rc = journal_list_path(path, sizeof(path), folder, &file->name);
		fd = rc < 0 ? -1 : journal_scan_open(path);
		if (rc == 0 && fd < 0)
			rc = fd;
	}
	return rc < 0 ? rc : journal_scan_start(scan, fd, file->size);
}
