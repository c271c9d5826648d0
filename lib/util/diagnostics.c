/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/diagnostics.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MESSAGE_SIZE = 800 };

struct place place_of_byte(const char *path, const char *text, size_t len,
			   size_t offset)
{
	struct place place = { .path = path, .line = 1, .column = 1 };
	const char *end = text + (offset < len ? offset : len);
	const char *newline;

	while ((newline = memchr(text, '\n', (size_t)(end - text)))) {
		place.line++;
		text = newline + 1;
	}
	for (; text < end; text++)
		place.column += ((unsigned char)*text & 0xc0) != 0x80;
	return place;
}

void diagnostics_init(struct diagnostics *d)
{
	*d = (struct diagnostics){ 0 };
	text_init(&d->text);
}

void diagnostics_fini(struct diagnostics *d)
{
	text_fini(&d->text);
	*d = (struct diagnostics){ 0 };
}

/* The length of a character in UTF-8 that would break a line or reorder what
 * stands beside it on a terminal (U+200E, 200F, 2028 to 202E, 2066 to 2069);
 * 0: it is none. */
static size_t odd_character(const char *c)
{
	unsigned char last = (unsigned char)c[0];

	if (last < 0x20 || last == 0x7f)
		return 1;
	if (last != 0xe2 || !c[1] || !c[2])
		return 0;
	last = (unsigned char)c[2];
	if ((unsigned char)c[1] == 0x80 &&
	    (last == 0x8e || last == 0x8f || (last >= 0xa8 && last <= 0xae)))
		return 3;
	return (unsigned char)c[1] == 0x81 && last >= 0xa6 && last <= 0xa9 ? 3
									   : 0;
}

/* A message, but for what would leave the line or steer the terminal. */
static void add_message(struct text *out, const char *message)
{
	/* With one of these begins what odd_character knows. */
	static const char suspects[] =
	    "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f"
	    "\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f"
	    "\x7f\xe2";

	while (*message) {
		size_t plain = strcspn(message, suspects);
		size_t odd;

		text_add_bytes(out, message, plain);
		message += plain;
		if (*message == '\0')
			break;
		odd = odd_character(message);
		text_add_char(out, odd ? '?' : *message);
		message += odd ? odd : 1;
	}
}

static void add_line(struct diagnostics *d, struct place place,
		     const char *severity, const char *message)
{
	text_add(&d->text, place.path ? place.path : "-");
	if (place.line) {
		text_add_char(&d->text, ':');
		text_add_u64(&d->text, place.line);
	}
	if (place.line && place.column) {
		text_add_char(&d->text, ':');
		text_add_u64(&d->text, place.column);
	}
	text_add(&d->text, ": ");
	text_add(&d->text, severity);
	text_add(&d->text, ": ");
	add_message(&d->text, message);
	text_add_char(&d->text, '\n');
}

void diagnostics_error(struct diagnostics *d, struct place place,
		       const char *format, ...)
{
	char message[MESSAGE_SIZE];
	va_list arguments;

	if (d->errors++ >= DIAGNOSTICS_SHOWN)
		return;
	va_start(arguments, format);
	(void)vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	add_line(d, place, "error", message);
}

void diagnostics_warning(struct diagnostics *d, struct place place,
			 const char *format, ...)
{
	char message[MESSAGE_SIZE];
	va_list arguments;

	if (d->warnings++ >= DIAGNOSTICS_SHOWN)
		return;
	va_start(arguments, format);
	(void)vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	add_line(d, place, "warning", message);
}

static void add_rest(struct diagnostics *d, unsigned count, const char *what)
{
	if (count > DIAGNOSTICS_SHOWN)
		text_addf(&d->text, "%u more %s%s\n", count - DIAGNOSTICS_SHOWN,
			  what, count - DIAGNOSTICS_SHOWN > 1 ? "s" : "");
}

void diagnostics_end(struct diagnostics *d)
{
	add_rest(d, d->errors, "error");
	add_rest(d, d->warnings, "warning");
}
