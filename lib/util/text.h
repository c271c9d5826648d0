/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_UTIL_TEXT_H
#define LANTERNE_UTIL_TEXT_H

/*
 * text — an output buffer that only grows.
 *
 * Running out of memory sets a flag that stays: a writer appends without
 * checking and the one who uses the result asks text_ok once. The content is
 * always followed by a NUL that len does not count.
 */

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"

struct language;

struct text {
	char *data; /* NULL while nothing was added */
	size_t len;
	size_t capacity;
	bool failed;
	const struct language *language; /* its reader's; NULL: English */
};

/** Make an empty buffer; allocates nothing. */
void text_init(struct text *t);

/** Make an empty buffer for the reader of another one. */
void text_init_like(struct text *t, const struct text *other);

/** Give the memory back; the buffer is empty and usable again. */
void text_fini(struct text *t);

/** Drop the content and the failure, keep the memory. */
void text_clear(struct text *t);

/** Append len bytes, which may be NULL if len is 0. */
void text_add_bytes(struct text *t, const void *bytes, size_t len);

/** Append a string. */
void text_add(struct text *t, const char *string);

/** Append one character. */
void text_add_char(struct text *t, char c);

/** Append formatted text, as printf would print it. */
void text_addf(struct text *t, const char *format, ...) PRINTF_LIKE(2, 3);

/** The same with its arguments in a list, which is used up. */
void text_addv(struct text *t, const char *format, va_list arguments)
    PRINTF_LIKE(2, 0);

enum { TEXT_U64_SIZE = 20 }; /* digits of the largest number */

/** Write a decimal number, without a NUL, to where there is room for
 * TEXT_U64_SIZE. @return behind it */
char *text_put_u64(char *to, uint64_t number);

/** Append a decimal number; much cheaper than text_addf. */
void text_add_u64(struct text *t, uint64_t number);

/**
 * Append a string that came from outside, so that it stays on its line:
 * control bytes, quotes and backslashes as \xNN, at most limit bytes of it,
 * and "..." where there were more.
 */
void text_add_quoted(struct text *t, const char *bytes, size_t len,
		     size_t limit);

/** True while every append has succeeded. */
bool text_ok(const struct text *t);

/** The content; "" while empty. Borrowed until the next append. */
const char *text_str(const struct text *t);

/**
 * Hand over the content as a string to be freed by the caller; the buffer is
 * empty then. NULL if an append had failed.
 */
MUST_CHECK char *text_steal(struct text *t);

/** How many letters and digits of ASCII a string begins with: what stands for
 * itself in every format, so that it can be taken at once. */
static inline size_t text_word(const char *string)
{
	size_t len = 0;

	while ((unsigned char)((string[len] | 0x20) - 'a') < 26 ||
	       (unsigned char)(string[len] - '0') < 10)
		len++;
	return len;
}

#endif
