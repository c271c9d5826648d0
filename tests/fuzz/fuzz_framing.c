/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A header section: what is accepted has, as it came over the wire, nothing
 * that another reader could take otherwise.
 */

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "support/read_section.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static size_t count_lines(const char *raw, size_t len, const char *start)
{
	size_t n = strlen(start);
	size_t count = 0;

	for (size_t i = 0; i + n < len; i++)
		count +=
		    raw[i] == '\n' && strncasecmp(raw + i + 1, start, n) == 0;
	return count;
}

/* A NUL can stand for the CR that a bare line feed lacks: the library ends the
 * same lines, and what it has left is the same. */
static void check_bytes(const char *raw, size_t len)
{
	size_t nuls = 0;
	size_t bare = 0;

	for (size_t i = 0; i < len; i++) {
		assert(raw[i] != '\x7f');
		if (raw[i] == '\r')
			assert(i + 1 < len && raw[i + 1] == '\n');
		nuls += raw[i] == '\0';
		bare += raw[i] == '\n' && (i == 0 || raw[i - 1] != '\r');
	}
	assert(nuls == bare);
}

static void check_accepted(const char *raw, size_t len,
			   const struct framing *framing)
{
	check_bytes(raw, len);
	assert(len > 4 && raw[len - 1] == '\n');
	assert(count_lines(raw, len, " ") == 0);
	assert(count_lines(raw, len, "\t") == 0);
	assert(count_lines(raw, len, "transfer-encoding") == 0 ||
	       count_lines(raw, len, "transfer-encoding:") == 0);
	assert(count_lines(raw, len, "content-length:") <= 1);
	assert(count_lines(raw, len, "host:") <= 1);
	assert(framing->body_len <= FRAMING_BODY_MAX);
	assert(framing->body_len == 0 || memcmp(raw, "POST ", 5) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct read_section s;
	const char *raw = (const char *)data;
	struct framing framing;

	if (len >= READ_SECTION_MAX)
		return 0;
	read_section(&s, raw, len);
	framing = framing_read(&s.section);
	assert((framing.refusal != 0) == (framing.why != NULL));
	if (framing.refusal == 0)
		check_accepted(raw, s.section.len, &framing);
	return 0;
}
