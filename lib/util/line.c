/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/line.h"

#include <string.h>

#include "util/number.h"

bool line_next(struct line *l, const char **at, size_t *left)
{
	const char *end = *left ? memchr(*at, '\n', *left) : NULL;

	if (!end)
		return false;
	*l = (struct line){ .at = *at, .left = (size_t)(end - *at) };
	*left -= l->left + 1;
	*at = end + 1;
	return true;
}

const char *line_word(struct line *l, size_t *len)
{
	const char *word = l->at;
	const char *space = l->left ? memchr(word, ' ', l->left) : NULL;

	*len = space ? (size_t)(space - word) : l->left;
	l->at += *len + (space != NULL);
	l->left -= *len + (space != NULL);
	l->bad |= *len == 0;
	return word;
}

uint64_t line_u64(struct line *l, uint64_t max)
{
	size_t len;
	const char *word = line_word(l, &len);
	uint64_t value = 0;

	l->bad |= number_u64(word, len, max, &value) < 0;
	return value;
}

uint32_t line_u32(struct line *l)
{
	return (uint32_t)line_u64(l, UINT32_MAX);
}

bool line_is(struct line *l, const char *wanted)
{
	size_t len;
	const char *word = line_word(l, &len);

	return strlen(wanted) == len && memcmp(word, wanted, len) == 0;
}

void line_rest(struct line *l, char *to, size_t size)
{
	size_t len = l->left < size ? l->left : size - 1;

	l->bad |= l->left >= size;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)l->at[i];

		l->bad |= c < 0x20 || c == 0x7f;
	}
	memcpy(to, l->at, len);
	to[len] = '\0';
	l->at += l->left;
	l->left = 0;
}
