/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/rrdcached_answer.h"

#include <string.h>

#include "store/rrd_header.h"
#include "util/err.h"
#include "util/number.h"

/* Where a byte stands; the number of bytes left if it does not. */
static size_t distance_to(const struct cursor *c, char byte)
{
	const uint8_t *found = c->left ? memchr(c->at, byte, c->left) : NULL;

	return found ? (size_t)(found - c->at) : c->left;
}

/* Take the bytes before a separator, and it. All that is left if none. */
static struct cursor take_until(struct cursor *c, char separator)
{
	struct cursor part = cursor_sub(c, distance_to(c, separator));

	if (cursor_left(c) > 0)
		cursor_skip(c, 1);
	return part;
}

static int read_number(struct cursor digits, uint64_t max, uint64_t *number)
{
	size_t len = cursor_left(&digits);
	const uint8_t *at = cursor_take(&digits, len);

	if (!at || number_u64((const char *)at, len, max, number) < 0)
		return ERR_MALFORMED;
	return 0;
}

/* A line is complete when its end is there. @return 1, 0, ERR_MALFORMED */
static int line_take(struct cursor *bytes, struct cursor *line)
{
	size_t len = distance_to(bytes, '\n');

	if (len > RRDCACHED_LINE_MAX)
		return ERR_MALFORMED;
	if (len == cursor_left(bytes))
		return 0;
	*line = take_until(bytes, '\n');
	return 1;
}

/* "-1 why" or "2 errors". */
static int status_read(struct cursor line, struct rrdcached_answer *out,
		       uint64_t *lines)
{
	struct cursor word = take_until(&line, ' ');
	struct cursor sign = word;
	uint64_t number;
	int rc;

	out->refused = cursor_left(&word) > 0 && cursor_u8(&sign) == '-';
	if (out->refused)
		word = sign;
	rc = read_number(word, RRDCACHED_LINES_MAX, &number);
	if (rc < 0 || (out->refused && number == 0))
		return ERR_MALFORMED;
	*lines = out->refused ? 0 : number;
	out->message = line;
	return 0;
}

int rrdcached_answer_read(struct cursor bytes, struct rrdcached_answer *out)
{
	struct rrdcached_answer answer = { 0 };
	struct cursor at = bytes;
	struct cursor start;
	struct cursor line;
	uint64_t lines;
	int rc = line_take(&at, &line);

	if (rc != 1)
		return rc;
	rc = status_read(line, &answer, &lines);
	if (rc < 0)
		return rc;
	start = at;
	for (uint64_t i = 0; i < lines; i++) {
		rc = line_take(&at, &line);
		if (rc != 1)
			break;
	}
	answer.size = cursor_left(&bytes) - cursor_left(&at);
	if (rc < 0 || answer.size > RRDCACHED_ANSWER_MAX)
		return ERR_MALFORMED;
	if (lines > 0 && rc == 0)
		return 0;
	answer.lines =
	    cursor_sub(&start, cursor_left(&start) - cursor_left(&at));
	*out = answer;
	return 1;
}

bool rrdcached_line_next(struct cursor *lines, struct cursor *line)
{
	if (cursor_left(lines) == 0)
		return false;
	*line = take_until(lines, '\n');
	return true;
}

int rrdcached_time_read(struct cursor message, int64_t *at_s)
{
	uint64_t number;

	if (read_number(message, (uint64_t)SERIES_LAST_MAX_S, &number) < 0)
		return ERR_MALFORMED;
	*at_s = (int64_t)number;
	return 0;
}

int rrdcached_refusal_read(struct cursor *line, size_t commands, size_t *number)
{
	struct cursor rest = *line;
	struct cursor word = take_until(&rest, ' ');
	struct cursor first = word;
	uint8_t digit = cursor_left(&word) > 0 ? cursor_u8(&first) : 0;
	uint64_t value;

	/* "No permission to create ...\nDid you pass -R to the daemon?" */
	if (digit < '0' || digit > '9')
		return 0;
	if (read_number(word, commands, &value) < 0 || value == 0)
		return ERR_MALFORMED;
	*number = (size_t)value;
	*line = rest;
	return 1;
}

int rrdcached_pending_read(struct cursor line, int64_t *at_s, bool *unknown)
{
	struct cursor stamp = take_until(&line, ':');
	bool all_unknown = true;
	int64_t s;

	if (rrdcached_time_read(stamp, &s) < 0 || cursor_left(&line) == 0)
		return ERR_MALFORMED;
	while (cursor_left(&line) > 0) {
		struct cursor value = take_until(&line, ':');

		if (cursor_left(&value) == 0)
			return ERR_MALFORMED;
		if (cursor_left(&value) != 1 || cursor_u8(&value) != 'U')
			all_unknown = false;
	}
	*at_s = s;
	*unknown = all_unknown;
	return 0;
}
