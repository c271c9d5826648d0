/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINE_SIZE = 1024 };

static enum log_level worst_hidden = LOG_LEVEL_DEBUG;

void log_set_level(enum log_level level)
{
	worst_hidden = (enum log_level)(level + 1);
}

/* How many bytes a character of UTF-8 has that neither moves the cursor nor
 * turns the direction or the line; 0: it is none. */
static size_t plain_character(const unsigned char *at)
{
	unsigned code = at[0];
	size_t more = code < 0x80 ? 0 : code < 0xe0 ? 1 : code < 0xf0 ? 2 : 3;

	if (code < 0x20 || code == 0x7f || (code >= 0x80 && code < 0xc2) ||
	    code > 0xf4)
		return 0;
	if (more > 0)
		code &= 0x3fU >> more;
	for (size_t i = 1; i <= more; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (at[i] & 0x3f);
	}
	/* Controls, too long a form, marks of lines and of direction. */
	if ((code >= 0x80 && code < 0xa0) || (more == 2 && code < 0x800) ||
	    (more == 3 && (code < 0x10000 || code > 0x10ffff)) ||
	    (code >= 0xd800 && code < 0xe000) || code == 0x200e ||
	    code == 0x200f || (code >= 0x2028 && code <= 0x202e) ||
	    (code >= 0x2066 && code <= 0x2069))
		return 0;
	return more + 1;
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
