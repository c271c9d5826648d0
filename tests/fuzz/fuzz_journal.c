/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A whole file of the journal: as it comes, and then with its checksums made
 * right, so that what stands behind them is reached.
 */

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "store/journal_format.h"
#include "util/crc32c.h"
#include "util/little_endian.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

enum { INPUT_MAX = 1 << 20 };

static void read_file(const char *path, size_t len)
{
	struct journal_reader *r = NULL;
	struct record_reader record;
	struct record_entry entry;
	uint64_t last = 0;
	size_t records = 0;

	if (journal_read_file(&r, path) < 0)
		return;
	while (journal_read_next(r, &record) == 1) {
		assert(record.head.seq > last);
		last = record.head.seq;
		assert(++records <= len / JOURNAL_FRAME_HEAD);
		while (record_next(&record, &entry) == 1)
			assert(entry.seen_us >= 0);
	}
	assert(journal_read_next(r, &record) == 0);
	assert(journal_read_damaged(r) <= 1);
	journal_read_close(r);
}

static void mend(uint8_t *bytes, size_t len)
{
	size_t at = JOURNAL_HEADER_SIZE;

	if (len < JOURNAL_HEADER_SIZE)
		return;
	put_le32(bytes + at - 4, crc32c(0, bytes, at - 4));
	while (len - at >= JOURNAL_FRAME_HEAD) {
		size_t frame;

		if (journal_frame_length(cursor_of(bytes + at, len - at),
					 &frame) < 0 ||
		    frame > len - at)
			return;
		put_le32(bytes + at + 4,
			 crc32c(0, bytes + at + JOURNAL_CHECKED_FROM,
				frame - JOURNAL_CHECKED_FROM));
		at += frame;
	}
}

/* One file in memory for all inputs: to make one takes longer than to read it.
 */
static void read_bytes(const uint8_t *bytes, size_t len)
{
	static char path[64];
	static int fd = -1;

	if (fd < 0) {
		fd = memfd_create("journal", MFD_CLOEXEC);
		(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	}
	if (fd < 0 || ftruncate(fd, (off_t)len) < 0 ||
	    pwrite(fd, bytes, len, 0) != (ssize_t)len)
		abort();
	read_file(path, len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	uint8_t *copy = malloc(len + 1);

	if (!copy || len > INPUT_MAX)
		abort();
	memcpy(copy, data, len);
	read_bytes(copy, len);
	mend(copy, len);
	read_bytes(copy, len);
	free(copy);
	return 0;
}
