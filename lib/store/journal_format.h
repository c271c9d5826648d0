/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_JOURNAL_FORMAT_H
#define LANTERNE_STORE_JOURNAL_FORMAT_H

/*
 * journal_format — names, headers and frames of journal files, as bytes.
 * ARCHITECTURE.md, "The journal", has them. For lib/store alone.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/journal.h"
#include "util/attr.h"
#include "util/cursor.h"

/* What a file holds: the parts or the closed steps of a stream. */
enum journal_kind {
	JOURNAL_STEP_PARTS,
	JOURNAL_CLOSED_STEPS,
	JOURNAL_PAIR_PARTS,
	JOURNAL_CLOSED_PAIRS,
	JOURNAL_KIND_COUNT,
};

enum {
	JOURNAL_VERSION = 1,
	JOURNAL_HEADER_SIZE = 32, /* of a file; in every version */
	JOURNAL_CHECKED_FROM = 8, /* of a frame: behind length and checksum */
	JOURNAL_FRAME_HEAD = 24,  /* and behind seq and replaces */
	JOURNAL_RECORD_HEAD = 52, /* no record is shorter */
	JOURNAL_NAME_SIZE = 64,
};

/* "steps-00000000000000000042.jnl", "parts-00000000000000000042-1.jnl" */
struct journal_name {
	enum journal_kind kind;
	uint64_t first_seq;
	unsigned attempt; /* 0, or the first attempts stand there still */
};

struct journal_header {
	uint16_t version;
	enum journal_kind kind;
	uint32_t file_s; /* its records start in one such span of time */
	int64_t created_us;
};

/* One frame; the payload is borrowed from whoever read it. */
struct journal_frame {
	uint64_t seq;
	uint64_t replaces;
	uint64_t offset; /* in its file */
	struct cursor payload;
};

static inline enum journal_stream journal_stream_of(enum journal_kind kind)
{
	return kind <= JOURNAL_CLOSED_STEPS ? JOURNAL_STEPS : JOURNAL_PAIRS;
}

static inline bool journal_is_closed(enum journal_kind kind)
{
	return kind == JOURNAL_CLOSED_STEPS || kind == JOURNAL_CLOSED_PAIRS;
}

/** Which file a record goes to. */
enum journal_kind journal_kind_of(enum record_kind kind);

/** The parts of the stream that closed steps of this kind replace. */
static inline enum journal_kind journal_parts_of(enum journal_stream stream)
{
	return stream == JOURNAL_STEPS ? JOURNAL_STEP_PARTS
				       : JOURNAL_PAIR_PARTS;
}

static inline enum journal_kind journal_closed_of(enum journal_stream stream)
{
	return stream == JOURNAL_STEPS ? JOURNAL_CLOSED_STEPS
				       : JOURNAL_CLOSED_PAIRS;
}

/** A file's name; to has JOURNAL_NAME_SIZE bytes. */
void journal_name_write(char *to, const struct journal_name *name);

/** False if it is none. */
bool journal_name_read(struct journal_name *out, const char *name);

/** Ordered by first_seq, then attempt: below, at or over 0. */
int journal_name_compare(const struct journal_name *a,
			 const struct journal_name *b);

/** Fill JOURNAL_HEADER_SIZE bytes. */
void journal_header_write(uint8_t *to, const struct journal_header *header);

/**
 * @param out  its version is also set when ERR_UNSUPPORTED is returned
 * @return 0; ERR_TRUNCATED, ERR_MALFORMED (no journal file, or damaged),
 *         ERR_UNSUPPORTED (of a later version)
 */
MUST_CHECK int journal_header_read(struct journal_header *out,
				   struct cursor bytes);

/**
 * Fill the head of a frame, whose payload stands behind it already.
 * @param len  of head and payload
 */
void journal_frame_write(uint8_t *frame, size_t len, uint64_t seq,
			 uint64_t replaces);

/**
 * The whole length of a frame by its first four bytes.
 * @return 0 or ERR_MALFORMED (no frame is so short or long)
 */
MUST_CHECK int journal_frame_length(struct cursor bytes, size_t *len);

/** Read seq and replaces, without a look at the checksum. */
void journal_frame_head(struct journal_frame *out, struct cursor frame);

/** Read a whole frame. @return 0; ERR_MALFORMED: the checksum is wrong */
MUST_CHECK int journal_frame_read(struct journal_frame *out,
				  struct cursor frame);

#endif
