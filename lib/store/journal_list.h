/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_JOURNAL_LIST_H
#define LANTERNE_STORE_JOURNAL_LIST_H

/*
 * journal_list — the files of a journal's folder, as they are at one moment.
 *
 * Parts are opened before closed steps are listed. So parts whose removal is
 * seen have their closed step in the list, and parts that are seen are known
 * as replaced if it is there: nothing is missed or seen twice beside a running
 * writer. Then parts are listed again, for the record of ports that follows a
 * closed step and was written just before it. For lib/store alone.
 */

#include <stddef.h>
#include <stdint.h>

#include "store/journal_format.h"
#include "store/journal_scan.h"
#include "util/attr.h"

struct journal_file {
	struct journal_name name;
	uint64_t size;
	int status; /* of reading the header: 0, ERR_..., -errno */
	struct journal_peek first;
	int fd; /* of parts; owned; -1: none */
	/* of parts, from the heads of the frames */
	uint64_t last_seq;
};

struct journal_list {
	struct journal_file *files; /* ordered by kind, then as their names */
	size_t count;
	size_t room;
};

/**
 * List the files of some kinds.
 *
 * @param kinds  bit 1 << JOURNAL_..._PARTS etc.
 * @param out    journal_list_fini is due in any case
 * @return 0; -ENOENT: no such folder; ERR_UNSUPPORTED: one is of a later
 *         version, the log says which; -errno
 */
MUST_CHECK int journal_list_read(struct journal_list *out, const char *folder,
				 unsigned kinds);
void journal_list_fini(struct journal_list *list);

/** The files of a kind are [*from, *to). */
void journal_list_kind(const struct journal_list *list, enum journal_kind kind,
		       size_t *from, size_t *to);

/** "FOLDER/NAME". @return 0 or -ENAMETOOLONG */
MUST_CHECK int journal_list_path(char *to, size_t size, const char *folder,
				 const struct journal_name *name);

/**
 * Begin to read a file, as long as it was when it was listed.
 * @return as journal_scan_start; -ENOENT: it is gone
 */
MUST_CHECK int journal_list_start(struct journal_scan *scan, const char *folder,
				  const struct journal_file *file);

/** Say in the log that a file is of a later version. */
void journal_list_refuse(const char *path, unsigned version);

#endif
