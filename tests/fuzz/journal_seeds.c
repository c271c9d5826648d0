/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fuzz/journal_seeds.h"

#include <stdint.h>

#include "store/cumulative.h"
#include "store/journal_format.h"
#include "support/made_records.h"

static const struct {
	const char *name;
	enum record_kind kind;
	unsigned entries;
	unsigned blob_bytes;
} records[] = {
	{ "part", RECORD_PART, 8, 0 },
	{ "step", RECORD_STEP, 12, 0 },
	{ "pair-part", RECORD_PAIR_PART, 6, 0 },
	{ "pair-step", RECORD_PAIR_STEP, 9, 0 },
	{ "ports", RECORD_PORTS, 3, 20 },
	{ "empty", RECORD_STEP, 0, 0 },
};

enum { RECORDS = sizeof(records) / sizeof(*records) };

static void make(struct text *out, size_t i, uint64_t seed)
{
	const struct record_head head = {
		.kind = records[i].kind,
		.start_s = MADE_START_S,
		.from_us = MADE_START_S * INT64_C(1000000),
		.to_us = (MADE_START_S + 60) * INT64_C(1000000),
		.covered_us = 60000000,
		.edge = seed % 2,
		.odd_clock = seed % 3 == 0,
	};

	made_record(out, &head, seed, records[i].entries,
		    records[i].blob_bytes);
}

static void add_header(struct text *file, enum journal_kind kind)
{
	uint8_t bytes[JOURNAL_HEADER_SIZE];

	journal_header_write(bytes, &(struct journal_header){
					.version = JOURNAL_VERSION,
					.kind = kind,
					.file_s = 3600,
					.created_us = 1700000000000000,
				    });
	text_add_bytes(file, bytes, sizeof(bytes));
}

static void add_frame(struct text *file, const struct text *record,
		      uint64_t seq, uint64_t replaces)
{
	static const uint8_t head[JOURNAL_FRAME_HEAD];
	size_t at = file->len;

	text_add_bytes(file, head, sizeof(head));
	text_add_bytes(file, record->data, record->len);
	if (text_ok(file))
		journal_frame_write((uint8_t *)file->data + at, file->len - at,
				    seq, replaces);
}

/* A file of each kind with records that belong there. */
static bool write_file(const char *directory, seed_writer *write,
		       enum journal_kind kind, const char *name)
{
	struct text file;
	struct text record;
	uint64_t seq = 1;
	bool good;

	text_init(&file);
	text_init(&record);
	add_header(&file, kind);
	for (size_t i = 0; i < (size_t)2 * RECORDS; i++) {
		if (journal_kind_of(records[i % RECORDS].kind) != kind)
			continue;
		make(&record, i % RECORDS, seq);
		add_frame(&file, &record, seq,
			  journal_is_closed(kind) ? seq : 0);
		seq += 2;
	}
	good = text_ok(&file) && text_ok(&record) &&
	       write(directory, "journal", name, file.data, file.len);
	text_fini(&record);
	text_fini(&file);
	return good;
}

/* The counters of so many entries. */
static bool write_counters(const char *directory, seed_writer *write,
			   const char *name, unsigned entries)
{
	const struct record_head head = { .kind = RECORD_STEP,
					  .start_s = MADE_START_S };
	struct record_reader reader;
	struct cumulative c;
	struct text bytes;
	bool good;

	text_init(&bytes);
	cumulative_init(&c, CUMULATIVE_MAX);
	made_record(&bytes, &head, 5, entries, 0);
	good = record_open(&reader, cursor_of(bytes.data, bytes.len)) == 0 &&
	       cumulative_take(&c, &reader, 1) == 0;
	text_clear(&bytes);
	cumulative_write(&c, &bytes);
	good = good && text_ok(&bytes) &&
	       write(directory, "cumulative", name, bytes.data, bytes.len);
	cumulative_fini(&c);
	text_fini(&bytes);
	return good;
}

bool journal_seeds(const char *directory, seed_writer *write)
{
	static const char *const names[] = {
		[JOURNAL_STEP_PARTS] = "step-parts",
		[JOURNAL_CLOSED_STEPS] = "closed-steps",
		[JOURNAL_PAIR_PARTS] = "pair-parts",
		[JOURNAL_CLOSED_PAIRS] = "closed-pairs",
	};
	struct text record;
	bool good = true;

	text_init(&record);
	for (size_t i = 0; i < RECORDS; i++) {
		make(&record, i, i + 1);
		good = good && text_ok(&record) &&
		       write(directory, "record", records[i].name, record.data,
			     record.len);
	}
	text_fini(&record);
	for (int i = 0; i < JOURNAL_KIND_COUNT; i++)
		good = good && write_file(directory, write,
					  (enum journal_kind)i, names[i]);
	return good && write_counters(directory, write, "empty", 0) &&
	       write_counters(directory, write, "one", 1) &&
	       write_counters(directory, write, "several", 8);
}
