/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/language.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum {
	MAGIC_AT = 0,
	COUNT_AT = 8,
	ORIGINALS_AT = 12, /* offsets of tables of (length, offset) */
	TRANSLATIONS_AT = 16,
	HEADER_SIZE = 28,
	NUMBER_SIZE = 64,
	KEY_SIZE = 160,
};

#define MAGIC UINT32_C(0x950412de)

/* A little-endian number of a catalogue; 0 outside of it. */
static uint32_t number_at(const struct language *l, size_t at)
{
	unsigned char b[4];

	if (at > l->len || l->len - at < sizeof(b))
		return 0;
	memcpy(b, l->mo + at, sizeof(b));
	return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 |
	       (uint32_t)b[3] << 24;
}

/* The text of an entry of a table; "" if it does not lie in the catalogue. */
static const char *text_at(const struct language *l, size_t table, size_t index)
{
	size_t entry = table + 8 * index;
	size_t len = number_at(l, entry);
	size_t at = number_at(l, entry + 4);

	if (at >= l->len || l->len - at <= len || l->mo[at + len] != '\0')
		return "";
	return l->mo + at;
}

/* By bisection: the originals are in order. NULL: it is not there. */
static const char *look_up(const struct language *l, const char *key)
{
	size_t low = 0;
	size_t high;

	if (!l || !l->mo || l->len < HEADER_SIZE ||
	    number_at(l, MAGIC_AT) != MAGIC)
		return NULL;
	high = number_at(l, COUNT_AT);
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order =
		    strcmp(key, text_at(l, number_at(l, ORIGINALS_AT), middle));

		if (order == 0)
			return text_at(l, number_at(l, TRANSLATIONS_AT),
				       middle);
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

const char *language_find(const struct language *language, const char *english)
{
	/* The empty key is the catalogue's own description. */
	const char *found = *english ? look_up(language, english) : NULL;

	return found && *found ? found : english;
}

const char *language_find_in(const struct language *language,
			     const char *context, const char *english)
{
	char key[KEY_SIZE];
	int len = snprintf(key, sizeof(key), "%s\004%s", context, english);
	const char *found = NULL;

	if (len > 0 && (size_t)len < sizeof(key))
		found = look_up(language, key);
	return found && *found ? found : english;
}

const char *tr(const struct text *out, const char *english)
{
	return language_find(out->language, english);
}

void tr_add(struct text *out, const char *english)
{
	text_add(out, tr(out, english));
}

void tr_addf(struct text *out, const char *english, ...)
{
	va_list arguments;

	va_start(arguments, english);
	text_addv(out, tr(out, english), arguments);
	va_end(arguments);
}

const char *language_point(const struct language *language)
{
	return language_find_in(language, "decimal", ".");
}

void language_add_decimal(struct text *out, double value, int decimals)
{
	char digits[NUMBER_SIZE];
	char *point;

	(void)snprintf(digits, sizeof(digits), "%.*f", decimals, value);
	point = strchr(digits, '.');
	if (point)
		*point++ = '\0';
	text_add(out, digits);
	if (point)
		text_addf(out, "%s%s", language_point(out->language), point);
}

void language_add_short(struct text *out, double value)
{
	char digits[NUMBER_SIZE];
	const char *point;

	(void)snprintf(digits, sizeof(digits), "%.4g", value);
	point = strchr(digits, '.');
	language_add_decimal(out, value, point ? (int)strlen(point + 1) : 0);
}
