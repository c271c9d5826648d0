/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "net/mac.h"

#include <stdio.h>

#include "util/err.h"

enum { HEX_DIGITS = 12 };

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/*
 * The number of digits between separators in a text of this length and its
 * separator: each notation has a length of its own.
 */
static bool notation(size_t len, const char *text, size_t *group,
		     char *separator)
{
	switch (len) {
	case 12:
		*group = HEX_DIGITS;
		*separator = '\0';
		return true;
	case 14:
		*group = 4;
		*separator = '.';
		return true;
	case 17:
		*group = 2;
		*separator = text[2];
		return text[2] == ':' || text[2] == '-';
	default:
		return false;
	}
}

int mac_parse(const char *text, size_t len, struct mac *out)
{
	uint64_t bits = 0;
	size_t digits = 0;
	size_t group;
	char separator;

	if (!notation(len, text, &group, &separator))
		return ERR_SYNTAX;
	for (size_t i = 0; i < len; i++) {
		int value = hex_value(text[i]);

		if (i % (group + 1) == group) {
			if (text[i] != separator)
				return ERR_SYNTAX;
			continue;
		}
		if (value < 0 || ++digits > HEX_DIGITS)
			return ERR_SYNTAX;
		bits = bits << 4 | (uint64_t)value;
	}
	out->bits = bits;
	return 0;
}

char *mac_format(struct mac mac, char to[MAC_TEXT_SIZE])
{
	(void)snprintf(to, MAC_TEXT_SIZE, "%02x:%02x:%02x:%02x:%02x:%02x",
		       (unsigned)(mac.bits >> 40 & 0xff),
		       (unsigned)(mac.bits >> 32 & 0xff),
		       (unsigned)(mac.bits >> 24 & 0xff),
		       (unsigned)(mac.bits >> 16 & 0xff),
		       (unsigned)(mac.bits >> 8 & 0xff),
		       (unsigned)(mac.bits & 0xff));
	return to;
}
