/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_UTIL_LOG_H
#define LANTERNE_UTIL_LOG_H

/*
 * log — one event, one line on standard error.
 *
 * Lines read "area: what happened: which one: why", lower case. On a terminal
 * they stand as they are; elsewhere each starts with "<N>", the priority that
 * journald reads. Control characters in the text, what is no UTF-8, and marks
 * that end a line or turn its direction become "?", so a line can not be
 * forged. errno is left as it was.
 */

#include "util/attr.h"

enum log_level {
	LOG_LEVEL_ERROR = 3,
	LOG_LEVEL_WARNING = 4,
	LOG_LEVEL_NOTICE = 5,
	LOG_LEVEL_INFO = 6,
	LOG_LEVEL_DEBUG = 7,
};

/** Show lines of this level and worse; LOG_LEVEL_INFO at the start. */
void log_set_level(enum log_level level);

/** Write one line; a text of over 1000 bytes is cut. */
void log_line(enum log_level level, const char *format, ...) PRINTF_LIKE(2, 3);

#define log_error(...)	 log_line(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_notice(...)	 log_line(LOG_LEVEL_NOTICE, __VA_ARGS__)
#define log_info(...)	 log_line(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...)	 log_line(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
