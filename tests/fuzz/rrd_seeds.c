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

/* What a foreign file says of itself, a word after another. */
struct words {
	uint8_t bytes[2048];
	size_t len;
};

static void put(struct words *w, const void *bytes, size_t len, size_t size)
{
	memcpy(w->bytes + w->len, bytes, len);
	w->len += size;
}

static void put_u64(struct words *w, uint64_t value)
{
	put(w, &value, sizeof(value), sizeof(value));
}

static void put_source(struct words *w, const char *name, const char *type)
{
	put(w, name, strlen(name), 20);
	put(w, type, strlen(type), 20 + 80);
}

static void put_archive(struct words *w, const char *name, uint64_t rows,
			uint64_t steps)
{
	put(w, name, strlen(name), 24);
	put_u64(w, rows);
	put_u64(w, steps);
	w->len += 80;
}

/* A whole file of another program's: two data sources, a few rows. */
static struct words make_foreign(const char *version)
{
	static const double float_cookie = 8.642135E130;
	struct words w = { .len = 0 };

	put(&w, "RRD", 4, 4);
	put(&w, version, strlen(version), 5 + 7);
	put(&w, &float_cookie, sizeof(float_cookie), sizeof(float_cookie));
	put_u64(&w, 2);
	put_u64(&w, 3);
	put_u64(&w, 300);
	w.len += 80;
	put_source(&w, "ds0", "COUNTER");
	put_source(&w, "ds1", "COUNTER");
	put_archive(&w, "AVERAGE", 3, 1);
	put_archive(&w, "MAX", 2, 6);
	put_archive(&w, "LAST", 1, 1);
	put_u64(&w, START_S + 10);
	put_u64(&w, 0);
	w.len += 2 * (32 + 80);
	w.len += 2 * 3 * 80;
	put_u64(&w, 1);
	put_u64(&w, 0);
	put_u64(&w, 0);
	for (int i = 0; i < (3 + 2 + 1) * 2; i++) {
		double value = i == 2 ? (double)NAN : i * 100.5;

		put(&w, &value, sizeof(value), sizeof(value));
	}
	return w;
}

static bool foreign_seeds(const char *directory,
			  bool (*write)(const char *directory,
					const char *parser, const char *name,
					const void *bytes, size_t len))
{
	struct words w = make_foreign("0003");
	struct words old = make_foreign("0001");

	return write(directory, "rrd_foreign", "mrtg", w.bytes, w.len) &&
	       write(directory, "rrd_foreign", "cut", w.bytes, w.len - 9) &&
	       write(directory, "rrd_foreign", "old", old.bytes, 64);
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
	return good && write(directory, "rrd", "marked", bytes, len) &&
	       foreign_seeds(directory, write);
}
