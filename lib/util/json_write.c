/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/json_write.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

void json_start(struct json_writer *w, struct text *out)
{
	*w = (struct json_writer){ .out = out, .first = true };
}

/* Length of the UTF-8 sequence at s (RFC 3629), 0 if there is none. */
static size_t utf8_length(const unsigned char *s, size_t left)
{
	size_t len;
	unsigned low = 0x80;
	unsigned high = 0xbf;

	if (s[0] < 0x80)
		return 1;
	if (s[0] >= 0xc2 && s[0] <= 0xdf) {
		len = 2;
	} else if (s[0] >= 0xe0 && s[0] <= 0xef) {
		len = 3;
		low = s[0] == 0xe0 ? 0xa0 : 0x80;
		high = s[0] == 0xed ? 0x9f : 0xbf;
	} else if (s[0] >= 0xf0 && s[0] <= 0xf4) {
		len = 4;
		low = s[0] == 0xf0 ? 0x90 : 0x80;
		high = s[0] == 0xf4 ? 0x8f : 0xbf;
	} else {
		return 0;
	}
	if (left < len || s[1] < low || s[1] > high)
		return 0;
	for (size_t i = 2; i < len; i++) {
		if (s[i] < 0x80 || s[i] > 0xbf)
			return 0;
	}
	return len;
}

static void add_string(struct text *out, const char *value, size_t len)
{
	const unsigned char *bytes = (const unsigned char *)value;
	size_t at = 0;

	text_add_char(out, '"');
	while (at < len) {
		size_t n = utf8_length(bytes + at, len - at);

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

void json_object(struct json_writer *w, const char *key)
{
	begin_item(w, key);
	text_add_char(w->out, '{');
	w->first = true;
}

void json_object_end(struct json_writer *w)
{
	text_add_char(w->out, '}');
	w->first = false;
}

void json_array(struct json_writer *w, const char *key)
{
	begin_item(w, key);
	text_add_char(w->out, '[');
	w->first = true;
}

void json_array_end(struct json_writer *w)
{
	text_add_char(w->out, ']');
	w->first = false;
}

void json_u64(struct json_writer *w, const char *key, uint64_t value)
{
	begin_item(w, key);
	text_add_u64(w->out, value);
}

void json_i64(struct json_writer *w, const char *key, int64_t value)
{
	begin_item(w, key);
	text_addf(w->out, "%" PRId64, value);
}

void json_bool(struct json_writer *w, const char *key, bool value)
{
	begin_item(w, key);
	text_add(w->out, value ? "true" : "false");
}

void json_null(struct json_writer *w, const char *key)
{
	begin_item(w, key);
	text_add(w->out, "null");
}

void json_string(struct json_writer *w, const char *key, const char *value)
{
	json_string_n(w, key, value, strlen(value));
}

void json_string_n(struct json_writer *w, const char *key, const char *value,
		   size_t len)
{
	begin_item(w, key);
	add_string(w->out, value, len);
}

void json_double(struct json_writer *w, const char *key, double value,
		 int decimals)
{
	if (!isfinite(value)) {
		json_null(w, key);
		return;
	}
	begin_item(w, key);
	text_addf(w->out, "%.*f", decimals, value);
}
