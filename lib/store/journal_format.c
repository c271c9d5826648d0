/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/journal_format.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "util/crc32c.h"
#include "util/err.h"
#include "util/little_endian.h"
#include "util/number.h"

enum {
	AT_VERSION = 8,
	AT_KIND = 10,
	AT_FILE_S = 12,
	AT_CREATED = 16,
	AT_HEADER_CRC = JOURNAL_HEADER_SIZE - 4,
	SEQ_DIGITS = 20, /* 2^64 has so many: names sort as numbers do */
	ATTEMPTS_MAX = 999,
};

/* One can still be added to it. */
#define SEQ_MAX ((uint64_t)INT64_MAX)

/* As PNG has it: no text, and told from a copy that changed line ends. */
static const uint8_t magic[8] = { 0x89, 'L', 'J', 'N', '\r', '\n', 0x1a, '\n' };

static const char *const prefixes[JOURNAL_KIND_COUNT] = {
	[JOURNAL_STEP_PARTS] = "parts-",
	[JOURNAL_CLOSED_STEPS] = "steps-",
	[JOURNAL_PAIR_PARTS] = "pair-parts-",
	[JOURNAL_CLOSED_PAIRS] = "pairs-",
};

static const char suffix[] = ".jnl";

enum journal_kind journal_kind_of(enum record_kind kind)
{
	switch (kind) {
	case RECORD_STEP:
		return JOURNAL_CLOSED_STEPS;
	case RECORD_PAIR_PART:
		return JOURNAL_PAIR_PARTS;
	case RECORD_PAIR_STEP:
		return JOURNAL_CLOSED_PAIRS;
	case RECORD_PART:
	case RECORD_PORTS:
		break;
	}
	return JOURNAL_STEP_PARTS;
}

void journal_name_write(char *to, const struct journal_name *name)
{
	int wanted =
	    snprintf(to, JOURNAL_NAME_SIZE, "%s%0*" PRIu64,
		     prefixes[name->kind], SEQ_DIGITS, name->first_seq);
	size_t used = wanted > 0 ? (size_t)wanted : 0;

	if (name->attempt)
		(void)snprintf(to + used, JOURNAL_NAME_SIZE - used, "-%u%s",
			       name->attempt, suffix);
	else
		(void)snprintf(to + used, JOURNAL_NAME_SIZE - used, "%s",
			       suffix);
}

static bool read_numbers(struct journal_name *out, const char *at, size_t len)
{
	uint32_t attempt = 0;

	if (len < SEQ_DIGITS ||
	    number_u64(at, SEQ_DIGITS, SEQ_MAX, &out->first_seq) < 0)
		return false;
	at += SEQ_DIGITS;
	len -= SEQ_DIGITS;
	if (len > 0 && (*at != '-' || number_u32(at + 1, len - 1, ATTEMPTS_MAX,
						 &attempt) < 0))
		return false;
	out->attempt = attempt;
	return true;
}

bool journal_name_read(struct journal_name *out, const char *name)
{
	size_t len = strlen(name);
	size_t behind = strlen(suffix);

	for (size_t i = 0; i < JOURNAL_KIND_COUNT; i++) {
		size_t before = strlen(prefixes[i]);

		if (len <= before + behind ||
		    strncmp(name, prefixes[i], before) != 0 ||
		    strcmp(name + len - behind, suffix) != 0)
			continue;
		out->kind = (enum journal_kind)i;
		return read_numbers(out, name + before, len - before - behind);
	}
	return false;
}

int journal_name_compare(const struct journal_name *a,
			 const struct journal_name *b)
{
	if (a->first_seq != b->first_seq)
		return a->first_seq < b->first_seq ? -1 : 1;
	return (a->attempt > b->attempt) - (a->attempt < b->attempt);
}

void journal_header_write(uint8_t *to, const struct journal_header *header)
{
	memset(to, 0, JOURNAL_HEADER_SIZE);
	memcpy(to, magic, sizeof(magic));
	put_le16(to + AT_VERSION, header->version);
	put_le16(to + AT_KIND, (uint16_t)header->kind);
	put_le32(to + AT_FILE_S, header->file_s);
	put_le64(to + AT_CREATED, (uint64_t)header->created_us);
	put_le32(to + AT_HEADER_CRC, crc32c(0, to, AT_HEADER_CRC));
}

int journal_header_read(struct journal_header *out, struct cursor bytes)
{
	const uint8_t *all = bytes.at;
	const uint8_t *first = cursor_take(&bytes, sizeof(magic));
	uint16_t kind;
	uint32_t crc;

	out->version = cursor_le16(&bytes);
	kind = cursor_le16(&bytes);
	out->file_s = cursor_le32(&bytes);
	out->created_us = (int64_t)cursor_le64(&bytes);
	cursor_skip(&bytes, AT_HEADER_CRC - AT_CREATED - sizeof(uint64_t));
	crc = cursor_le32(&bytes);
	if (first && memcmp(first, magic, sizeof(magic)) != 0)
		return ERR_MALFORMED;
	if (!cursor_ok(&bytes))
		return ERR_TRUNCATED;
	/* The checksum first: a flipped bit is no later version. */
	if (crc != crc32c(0, all, AT_HEADER_CRC))
		return ERR_MALFORMED;
	if (out->version > JOURNAL_VERSION)
		return ERR_UNSUPPORTED;
	if (out->version == 0 || kind >= JOURNAL_KIND_COUNT || out->file_s == 0)
		return ERR_MALFORMED;
	out->kind = (enum journal_kind)kind;
	return 0;
}

void journal_frame_write(uint8_t *frame, size_t len, uint64_t seq,
			 uint64_t replaces)
{
	put_le32(frame, (uint32_t)(len - JOURNAL_CHECKED_FROM));
	put_le64(frame + JOURNAL_CHECKED_FROM, seq);
	put_le64(frame + JOURNAL_CHECKED_FROM + 8, replaces);
	put_le32(frame + 4, crc32c(0, frame + JOURNAL_CHECKED_FROM,
				   len - JOURNAL_CHECKED_FROM));
}

int journal_frame_length(struct cursor bytes, size_t *len)
{
	uint32_t behind = cursor_le32(&bytes);
	size_t head = JOURNAL_FRAME_HEAD - JOURNAL_CHECKED_FROM;

	if (behind < head + JOURNAL_RECORD_HEAD ||
	    behind > head + RECORD_BYTES_MAX)
		return ERR_MALFORMED;
	*len = (size_t)behind + JOURNAL_CHECKED_FROM;
	return 0;
}

void journal_frame_head(struct journal_frame *out, struct cursor frame)
{
	cursor_skip(&frame, JOURNAL_CHECKED_FROM);
	out->seq = cursor_le64(&frame);
	out->replaces = cursor_le64(&frame);
	out->payload = frame;
}

int journal_frame_read(struct journal_frame *out, struct cursor frame)
{
	struct cursor c = frame;
	uint32_t crc;

	cursor_skip(&c, 4);
	crc = cursor_le32(&c);
	if (!cursor_ok(&c) || crc != crc32c(0, c.at, cursor_left(&c)))
		return ERR_MALFORMED;
	journal_frame_head(out, frame);
	return out->seq > 0 && out->seq <= SEQ_MAX ? 0 : ERR_MALFORMED;
}
