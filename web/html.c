/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/html.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* A code point that UTF-8 may carry: no surrogate, none past the end. */
static bool is_scalar(uint32_t code)
{
	return code < 0xd800 || (code > 0xdfff && code <= 0x10ffff);
}

/* One code point of UTF-8 (RFC 3629); its length, 0 if there is none. */
static size_t decode(const unsigned char *s, size_t left, uint32_t *code)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len;

	if (s[0] < 0x80) {
		*code = s[0];
		return 1;
	}
	len = (s[0] & 0xe0) == 0xc0   ? 2
	      : (s[0] & 0xf0) == 0xe0 ? 3
	      : (s[0] & 0xf8) == 0xf0 ? 4
				      : 0;
	if (len == 0 || len > left)
		return 0;
	*code = s[0] & (0x7fu >> len);
	for (size_t i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (s[i] & 0x3f);
	}
	if (*code < smallest[len] || !is_scalar(*code))
		return 0;
	return len;
}

/* Characters that XML forbids or that would reorder what stands beside. */
static bool is_refused(uint32_t code)
{
	if (code < 0x7f)
		return code < 0x20;
	return code <= 0x9f || code == 0x061c || code == 0x200e ||
	       code == 0x200f || code == 0x2028 || code == 0x2029 ||
	       (code >= 0x202a && code <= 0x202e) ||
	       (code >= 0x2066 && code <= 0x2069) || code == 0xfeff ||
	       (code & 0xfffe) == 0xfffe;
}

static void add_as_it_is(struct text *out, const char *bytes, size_t len,
			 uint32_t code)
{
	(void)code;
	text_add_bytes(out, bytes, len);
}

static void add_character(struct text *out, const char *bytes, size_t len,
			  uint32_t code)
{
	switch (code) {
	case '&':
		text_add(out, "&amp;");
		return;
	case '<':
		text_add(out, "&lt;");
		return;
	case '>':
		text_add(out, "&gt;");
		return;
	case '"':
		text_add(out, "&quot;");
		return;
	case '\'':
		text_add(out, "&#39;");
		return;
	default:
		text_add_bytes(out, bytes, len);
	}
}

/* How a character that may stand is written. */
typedef void (*add_one)(struct text *out, const char *bytes, size_t len,
			uint32_t code);

static void escape(struct text *out, const char *string, size_t limit,
		   add_one add)
{
	size_t left = strlen(string);
	const char *at = string;

	while (left > 0) {
		size_t run = text_word(at);
		uint32_t code = 0;
		size_t len;

		if (run > 0 && (size_t)(at - string) + run <= limit) {
			text_add_bytes(out, at, run);
			at += run;
			left -= run;
			continue;
		}
		len = decode((const unsigned char *)at, left, &code);
		if ((size_t)(at - string) + (len ? len : 1) > limit) {
			text_add(out, "\xe2\x80\xa6"); /* ellipsis */
			return;
		}
		if (len == 0 || is_refused(code))
			text_add(out, REPLACEMENT);
		else
			add(out, at, len, code);
		len = len ? len : 1;
		at += len;
		left -= len;
	}
}

void html_escape(struct text *out, const char *string)
{
	escape(out, string, SIZE_MAX, add_character);
}

void html_name(struct text *out, const char *string)
{
	escape(out, string, HTML_NAME_MAX, add_character);
}

void html_plain(struct text *out, const char *string, size_t limit)
{
	escape(out, string, limit, add_as_it_is);
}

void html_url(struct text *out, const char *string)
{
	static const char digits[] = "0123456789ABCDEF";

	for (;;) {
		size_t run = text_word(string);
		unsigned char byte;

		text_add_bytes(out, string, run);
		string += run;
		byte = (unsigned char)*string++;
		if (byte == '\0')
			return;
		/* With letters and digits, what RFC 3986, 2.3, lets stand
		 * for itself. */
		if (strchr("-._~", byte)) {
			text_add_char(out, (char)byte);
			continue;
		}
		text_add_char(out, '%');
		text_add_char(out, digits[byte >> 4]);
		text_add_char(out, digits[byte & 15]);
	}
}

void html_yaml(struct text *out, const char *string)
{
	size_t left = strlen(string);

	text_add_char(out, '"');
	for (;;) {
		size_t run = text_word(string);
		uint32_t code = 0;
		size_t len;

		text_add_bytes(out, string, run);
		string += run;
		left -= run;
		if (left == 0)
			break;
		len = decode((const unsigned char *)string, left, &code);
		if (len == 0)
			text_add(out, "\\uFFFD");
		else if (code == '"' || code == '\\')
			text_addf(out, "\\%c", (char)code);
		else if (code >= 0x20 && code < 0x7f)
			text_add_char(out, (char)code);
		else if (code <= 0xffff)
			text_addf(out, "\\u%04X", (unsigned)code);
		else
			text_addf(out, "\\U%08X", (unsigned)code);
		len = len ? len : 1;
		string += len;
		left -= len;
	}
	text_add_char(out, '"');
}

void html_url_of(struct text *out, const char *attribute)
{
	static const char entity[] = "&amp;";
	struct text plain;

	text_init(&plain);
	while (*attribute) {
		text_add_char(&plain, *attribute);
		attribute += strncmp(attribute, entity, sizeof(entity) - 1) == 0
				 ? sizeof(entity) - 1
				 : 1;
	}
	html_url(out, text_str(&plain));
	text_fini(&plain);
}
