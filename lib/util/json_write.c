/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/json_write.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

void json_start(struct json_writer *w, struct text *out)
{
	*w = (struct json_writer){ .out = out, .first = true };
}

/*
 * RFC 3629, section 4: the first byte of a sequence, and what its second may
 * be; all further ones are 80..BF.
 */
static const struct utf8_row {
	unsigned char first_low, first_high, second_low, second_high, len;
} utf8_rows[] = {
	{ 0x00, 0x7f, 0x00, 0x00, 1 }, { 0xc2, 0xdf, 0x80, 0xbf, 2 },
	{ 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 },
	{ 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
	{ 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 },
	{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
};

static const struct utf8_row *utf8_row_of(unsigned char first)
{
	const struct utf8_row *row = utf8_rows;

	while (row < utf8_rows + sizeof(utf8_rows) / sizeof(*utf8_rows)) {
		if (first >= row->first_low && first <= row->first_high)
			return row;
		row++;
	}
	return NULL;
}

/* Length of the UTF-8 sequence at s, which has left >= 1 bytes; 0: none. */
static size_t utf8_length(const unsigned char *s, size_t left)
{
	const struct utf8_row *row = utf8_row_of(s[0]);

	if (!row || left < row->len)
		return 0;
	if (row->len > 1 && (s[1] < row->second_low || s[1] > row->second_high))
		return 0;
	for (size_t i = 2; i < row->len; i++) {
		if (s[i] < 0x80 || s[i] > 0xbf)
			return 0;
	}
	return row->len;
}

/* How many bytes from s on stand for themselves. */
static size_t plain_length(const unsigned char *s, size_t left)
{
	size_t n = 0;

	while (n < left && s[n] >= 0x20 && s[n] < 0x7f && s[n] != '"' &&
	       s[n] != '\\')
		n++;
	return n;
}

static void add_string(struct text *out, const char *value, size_t len)
{
	const unsigned char *bytes = (const unsigned char *)value;
	size_t at = 0;

	text_add_char(out, '"');
	while (at < len) {
		size_t n = plain_length(bytes + at, len - at);

		if (n > 0) {
			text_add_bytes(out, bytes + at, n);
			at += n;
			continue;
		}
		n = utf8_length(bytes + at, len - at);
		if (n == 0) {
			text_add(out, "\xef\xbf\xbd"); /* U+FFFD */
			at++;
			continue;
		}
		if (bytes[at] < 0x20 || bytes[at] == 0x7f)
			text_addf(out, "\\u%04x", bytes[at]);
		else if (bytes[at] == '"' || bytes[at] == '\\')
			text_addf(out, "\\%c", bytes[at]);
		else
			text_add_bytes(out, bytes + at, n);
		at += n;
	}
	text_add_char(out, '"');
}

static void begin_item(struct json_writer *w, const char *key)
{
	if (!w->first)
		text_add_char(w->out, ',');
	w->first = false;
	if (key) {
		add_string(w->out, key, strlen(key));
		text_add_char(w->out, ':');
	}
}

void json_put_object(struct json_writer *w, const char *key)
{
	begin_item(w, key);
	text_add_char(w->out, '{');
	w->first = true;
}

void json_end_object(struct json_writer *w)
{
	text_add_char(w->out, '}');
	w->first = false;
}

void json_put_array(struct json_writer *w, const char *key)
{
	begin_item(w, key);
	text_add_char(w->out, '[');
	w->first = true;
}

void json_end_array(struct json_writer *w)
{
	text_add_char(w->out, ']');
	w->first = false;
}

void json_put_u64(struct json_writer *w, const char *key, uint64_t value)
{
	begin_item(w, key);
	text_add_u64(w->out, value);
}

void json_put_i64(struct json_writer *w, const char *key, int64_t value)
{
	begin_item(w, key);
	text_addf(w->out, "%" PRId64, value);
}

void json_put_bool(struct json_writer *w, const char *key, bool value)
{
	begin_item(w, key);
	text_add(w->out, value ? "true" : "false");
}

void json_put_null(struct json_writer *w, const char *key)
{
	begin_item(w, key);
	text_add(w->out, "null");
}

void json_put_string(struct json_writer *w, const char *key, const char *value)
{
	json_put_string_n(w, key, value, strlen(value));
}

void json_put_string_n(struct json_writer *w, const char *key,
		       const char *value, size_t len)
{
	begin_item(w, key);
	add_string(w->out, value, len);
}

void json_put_double(struct json_writer *w, const char *key, double value,
		     int decimals)
{
	if (!isfinite(value)) {
		json_put_null(w, key);
		return;
	}
	begin_item(w, key);
	/* Halves go up, as in all whole numbers that are written. */
	if (decimals == 0 && value >= 0 && value < 1e15)
		text_add_u64(w->out, (uint64_t)llround(value));
	else
		text_addf(w->out, "%.*f", decimals, value);
}

/* As such an array has it, to where there is room for TEXT_U64_SIZE bytes. */
static char *put_whole(char *to, double value)
{
	static const char unknown[] = { 'n', 'u', 'l', 'l' };

	if (value >= 0 && value < 1e18)
		return text_put_u64(to, (uint64_t)(value + 0.5));
	memcpy(to, unknown, sizeof(unknown));
	return to + sizeof(unknown);
}

void json_put_whole_array(struct json_writer *w, const char *key,
			  const double *values, size_t count, double factor)
{
	enum { BLOCK = 1024 };
	char block[BLOCK + TEXT_U64_SIZE + 1];
	char *at = block;

	json_put_array(w, key);
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			*at++ = ',';
		at = put_whole(at, values[i] * factor);
		if (at - block >= BLOCK) {
			text_add_bytes(w->out, block, (size_t)(at - block));
			at = block;
		}
	}
	text_add_bytes(w->out, block, (size_t)(at - block));
	json_end_array(w);
}
