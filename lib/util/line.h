/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_UTIL_LINE_H
#define LANTERNE_UTIL_LINE_H

/*
 * line — a line of a file of our own, read word by word, as untrusted. Words
 * are apart by one space each. What is wrong sets a flag that stays, so that a
 * reader asks once.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"

struct line {
	const char *at; /* what is left, borrowed */
	size_t left;
	bool bad;
};

/**
 * The line that a content begins with, without its end.
 *
 * @param at, left  the content; moved behind the line
 * @return false: it is empty, or its last line has no end: left tells which
 */
MUST_CHECK bool line_next(struct line *l, const char **at, size_t *left);

/** The next word; an empty one is bad. Borrowed. */
const char *line_word(struct line *l, size_t *len);

/** The next word as a decimal number up to max; 0 and bad if it is none. */
uint64_t line_u64(struct line *l, uint64_t max);

/** The same of 32 bits. */
uint32_t line_u32(struct line *l);

/** Whether the next word is this one. */
bool line_is(struct line *l, const char *wanted);

/**
 * What is left, if it has no control characters and fits; else bad. It may be
 * empty. Bytes beyond ASCII are taken as they are: a name that somebody wrote.
 * @param size  of to, with its NUL
 */
void line_rest(struct line *l, char *to, size_t size);

#endif
