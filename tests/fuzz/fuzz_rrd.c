/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The header of an RRD file: what is accepted can be compared with rows and put
 * together again, whatever is in it. */

#include <assert.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "store/rrd_compare.h"
#include "store/rrd_file.h"

enum { HEADER_MAX = 4096, START_S = 1700006400, ROWS = 5 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* A file of the right size, made once; its rows are zeros. */
static int file_of(const struct series_layout *layout)
{
	static int fd = -1;

	if (fd < 0) {
		fd = memfd_create("rrd", MFD_CLOEXEC);
		assert(fd >= 0);
		assert(ftruncate(fd, (off_t)rrd_header_file_size(layout)) == 0);
	}
	return fd;
}

static void compare(const struct rrd_file *f)
{
	struct series_row rows[ROWS] = { 0 };
	const struct rrd_truth truth = { .rows = rows,
					 .count = ROWS,
					 .from_s = START_S };
	char fault[64];
	int rc;

	for (size_t i = 0; i < ROWS; i++)
		rows[i].start_s = START_S + (int64_t)(i * f->layout->step_s);
	rc = rrd_compare(f, &truth, INT64_MAX, fault, sizeof(fault));
	assert(rc >= 0);
}

/* The same header comes of what was read of it. */
static void put_again(const struct rrd_file *f, uint8_t *bytes)
{
	struct rrd_header header;
	struct rrd_progress progress;

	rrd_header_put(bytes, f->layout, &f->header, &f->progress);
	assert(!rrd_header_check(bytes, f->layout, &header, &progress));
	assert(header.last_s == f->header.last_s);
	assert(memcmp(header.positions, f->header.positions,
		      f->layout->archive_count * sizeof(uint64_t)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const struct series_layout *layout = series_layout(SERIES_PAIR);
	struct rrd_file f = { .fd = file_of(layout), .layout = layout };
	size_t size = rrd_header_size(layout);
	uint8_t bytes[HEADER_MAX];

	if (len > size)
		len = size;
	if (len > 0)
		memcpy(bytes, data, len);
	memset(bytes + len, 0, size - len);
	if (rrd_header_check(bytes, layout, &f.header, &f.progress))
		return 0;
	/* A file that ends later than its rows is judged by its end alone; and
	 * not each time, for it costs as much as many headers. */
	if (f.header.last_s <= START_S + INT64_C(86400) &&
	    data[len / 2] % 16 == 0)
		compare(&f);
	put_again(&f, bytes);
	return 0;
}
