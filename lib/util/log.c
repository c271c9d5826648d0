/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINE_SIZE = 1024 };

static enum log_level worst_hidden = LOG_LEVEL_DEBUG;

void log_set_level(enum log_level level)
{
	worst_hidden = (enum log_level)(level + 1);
}

/* Whether a character moves the cursor, ends the line, turns its direction, or
 * is none. */
static bool is_tricky(uint32_t character)
{
	static const struct {
		uint32_t from;
		uint32_t to;
	} tricky[] = {
		{ 0x00, 0x1f },		  { 0x7f, 0x9f },
		{ 0x200e, 0x200f },	  { 0x2028, 0x202e },
		{ 0x2066, 0x2069 },	  { 0xd800, 0xdfff },
		{ 0x110000, UINT32_MAX },
	};

	for (size_t i = 0; i < sizeof(tricky) / sizeof(tricky[0]); i++) {
		if (character >= tricky[i].from && character <= tricky[i].to)
			return true;
	}
	return false;
}

/* How many bytes a character of UTF-8 has that can be shown; 0: it is none. */
static size_t plain_character(const unsigned char *at)
{
	static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
	uint32_t code = at[0];
	size_t more = code < 0xc0 ? 0 : code < 0xe0 ? 1 : code < 0xf0 ? 2 : 3;

	if ((code >= 0x80 && code < 0xc0) || code >= 0xf8)
		return 0;
	if (more > 0)
		code &= 0x3fU >> more;
	for (size_t i = 1; i <= more; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (at[i] & 0x3fU);
	}
	return code < least[more] || is_tricky(code) ? 0 : more + 1;
}

/* Each byte of what is not plain becomes a question mark. */
static void make_plain(char *line)
{
	unsigned char *at = (unsigned char *)line;

	while (*at) {
		size_t len = plain_character(at);

		if (len == 0)
			*at = '?';
		at += len ? len : 1;
	}
}

void log_line(enum log_level level, const char *format, ...)
{
	int saved = errno;
	char line[LINE_SIZE];
	size_t start = 0;
	size_t len;
	va_list arguments;

	if (level >= worst_hidden)
		return;
	if (!isatty(STDERR_FILENO)) {
		(void)snprintf(line, sizeof(line), "<%d>", (int)level);
		start = strlen(line);
	}
	errno = saved; /* for %m */
	va_start(arguments, format);
	(void)vsnprintf(line + start, sizeof(line) - start - 1, format,
			arguments);
	va_end(arguments);
	make_plain(line);
	len = strlen(line);
	line[len++] = '\n';
	/* One write per line keeps lines of several threads whole; when even
	 * standard error is gone there is nobody left to tell. */
	if (write(STDERR_FILENO, line, len) < 0)
		errno = saved;
	errno = saved;
}
