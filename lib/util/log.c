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
	len = strlen(line);
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
			line[i] = '?';
	}
	line[len++] = '\n';
	/* One write per line keeps lines of several threads whole; when even
	 * standard error is gone there is nobody left to tell. */
	if (write(STDERR_FILENO, line, len) < 0)
		errno = saved;
	errno = saved;
}
