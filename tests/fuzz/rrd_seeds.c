/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fuzz/rrd_seeds.h"

#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "store/rrd_header.h"
#include "store/rrd_write.h"
#include "support/tempdir.h"

enum { START_S = 1700006400, HEADER_MAX = 4096 };

/* The header of a pair's file after some rows, as librrd writes it, but for its
 * positions: librrd makes these up. */
static bool read_header(const char *dir, uint8_t *bytes, size_t len)
{
	const struct series pair = { .kind = SERIES_PAIR,
				     .asn = 64500,
				     .other_asn = 64501,
				     .vlan = 100 };
	struct series_row rows[5] = { 0 };
	char path[PATH_MAX];
	FILE *file;
	bool good;

	for (size_t i = 0; i < 5; i++) {
		rows[i].start_s = START_S + (int64_t)i * SERIES_PAIR_STEP_S;
		for (size_t c = 0; c < PAIR_COUNT; c++)
			rows[i].values[c] =
			    i == 2 ? (double)NAN : (double)(100 * i + c);
	}
	if (rrd_write_rows(dir, &pair, rows, 5, NULL) < 0 ||
	    series_path(path, sizeof(path), dir, &pair) < 0)
		return false;
	file = fopen(path, "rbe");
	if (!file)
		return false;
	good = fread(bytes, 1, len, file) == len;
	(void)fclose(file);
	return good;
}

bool rrd_seeds(const char *directory,
	       bool (*write)(const char *directory, const char *parser,
			     const char *name, const void *bytes, size_t len))
{
	const struct series_layout *layout = series_layout(SERIES_PAIR);
	size_t len = rrd_header_size(layout);
	size_t positions = layout->archive_count * sizeof(uint64_t);
	uint8_t bytes[HEADER_MAX];
	char *dir = tempdir_new();
	bool good = len <= sizeof(bytes) && read_header(dir, bytes, len);

	tempdir_remove(dir);
	if (!good)
		return false;
	memset(bytes + len - positions, 0, positions);
	good = write(directory, "rrd", "pair", bytes, len);
	memcpy(bytes, "BAD", 4);
	return good && write(directory, "rrd", "marked", bytes, len);
}
