/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/search.h"

#include <stddef.h>
#include <string.h>

enum { FOLDED_MAX = 512 };

/* What U+00C0 to U+00FF are without accents; NUL: themselves. */
static const char plain[64] = "aaaaaa\0ceeeeiiii\0nooooo\0ouuuuy\0\0"
			      "aaaaaa\0ceeeeiiii\0nooooo\0ouuuuy\0";

/* Small letters without accents; what does not fit is left out. */
static void fold(char to[FOLDED_MAX], const char *text)
{
	size_t len = 0;

	for (const char *c = text; *c && len + 1 < FOLDED_MAX; c++) {
		unsigned char byte = (unsigned char)*c;
		unsigned char next = (unsigned char)c[1];
		char letter = '\0';

		if (byte == 0xc3 && (next & 0xc0) == 0x80)
			letter = plain[next & 0x3f];
		if (letter != '\0')
			c++;
		else
			letter = byte >= 'A' && byte <= 'Z'
				     ? (char)(byte + ('a' - 'A'))
				     : *c;
		to[len++] = letter;
	}
	to[len] = '\0';
}

bool search_matches(const char *text, const char *words)
{
	char folded[FOLDED_MAX];
	char wanted[FOLDED_MAX];
	char *rest = wanted;
	const char *word;

	fold(folded, text);
	fold(wanted, words);
	while ((word = strsep(&rest, " ")) != NULL) {
		if (!strstr(folded, word))
			return false;
	}
	return true;
}
