/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Of the ranges that match a form the most precise one says its quality,
 * wherever it stands in the list. What cannot be read is passed over, up to its
 * comma.
 */
#include "web/accept.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

enum {
	QUALITY_ONE = 1000, /* thousandths */

	/* How precisely a range names a form. */
	PRECISE_ANY = 0,
	PRECISE_KIND = 1, /* text/ and a star */
	PRECISE_TYPE = 2,
	PRECISE_VERSION = 3,
	PRECISE_NOT = -1,
};

/* Part of the header. */
struct slice {
	const char *at;
	size_t len;
};

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

static struct slice trim(struct slice s)
{
	while (s.len > 0 && is_space(*s.at)) {
		s.at++;
		s.len--;
	}
	while (s.len > 0 && is_space(s.at[s.len - 1]))
		s.len--;
	return s;
}

/* Take what stands before a separator that is in no quotes; from goes on behind
 * it. @return false at the end */
static bool take(struct slice *from, char separator, struct slice *out)
{
	bool is_quoted = false;
	size_t len = 0;

	if (!from->at)
		return false;
	while (len < from->len && (is_quoted || from->at[len] != separator)) {
		if (is_quoted && from->at[len] == '\\' && len + 1 < from->len)
			len++;
		else if (from->at[len] == '"')
			is_quoted = !is_quoted;
		len++;
	}
	*out = trim((struct slice){ from->at, len });
	if (len < from->len)
		*from =
		    (struct slice){ from->at + len + 1, from->len - len - 1 };
	else
		from->at = NULL;
	return true;
}

static bool is(struct slice s, const char *word)
{
	return s.len == strlen(word) && strncasecmp(s.at, word, s.len) == 0;
}

/* "0.5", with at most three digits behind the point. @return thousandths; -1:
 * it is none */
static int quality_of(struct slice s)
{
	int value = 0;

	if (s.len == 0 || s.len > 5 || (s.at[0] != '0' && s.at[0] != '1') ||
	    (s.len > 1 && s.at[1] != '.'))
		return -1;
	for (size_t i = 0; i < 5; i++) {
		if (i == 1)
			continue;
		if (i < s.len && (s.at[i] < '0' || s.at[i] > '9'))
			return -1;
		value = 10 * value + (i < s.len ? s.at[i] - '0' : 0);
	}
	return value <= QUALITY_ONE ? value : -1;
}

static struct slice unquote(struct slice s)
{
	if (s.len >= 2 && s.at[0] == '"' && s.at[s.len - 1] == '"')
		return (struct slice){ s.at + 1, s.len - 2 };
	return s;
}

/* How precisely a type, without parameters, names a form's. */
static int precision_of_type(struct slice range, const char *type)
{
	size_t kind = strcspn(type, "/") + 1;

	if (is(range, "*/*"))
		return PRECISE_ANY;
	if (is(range, type))
		return PRECISE_TYPE;
	if (range.len == kind + 1 && range.at[kind] == '*' &&
	    strncasecmp(range.at, type, kind) == 0)
		return PRECISE_KIND;
	return PRECISE_NOT;
}

/* What a range says of a form. @return how precisely it names it */
static int match(struct slice range, const struct accept_form *form,
		 int *quality)
{
	struct slice part;
	int precision = PRECISE_NOT;

	*quality = QUALITY_ONE;
	if (take(&range, ';', &part))
		precision = precision_of_type(part, form->type);
	while (take(&range, ';', &part)) {
		struct slice name;

		if (part.len == 0 || !take(&part, '=', &name) || !part.at)
			continue;
		part = unquote(trim(part));
		if (is(name, "q")) {
			*quality = quality_of(part);
			break; /* what follows is not of the type */
		}
		if (!is(name, "version") || precision < PRECISE_TYPE)
			continue;
		precision =
		    is(part, form->version) ? PRECISE_VERSION : PRECISE_NOT;
	}
	return *quality < 0 ? PRECISE_NOT : precision;
}

/* The quality of a form, and how precisely it was named. */
static int weigh(const char *header, const struct accept_form *form,
		 int *precision)
{
	struct slice rest = { header, strlen(header) };
	struct slice range;
	int best = 0;

	*precision = PRECISE_NOT;
	while (take(&rest, ',', &range)) {
		int quality;
		int precise = match(range, form, &quality);

		if (precise > *precision) {
			*precision = precise;
			best = quality;
		}
	}
	return best;
}

size_t accept_choose(const char *header, const struct accept_form *forms,
		     size_t count)
{
	size_t chosen = 0;
	int best = 0;
	int how = PRECISE_NOT;

	if (!header || !*header)
		return 0;
	for (size_t i = 0; i < count; i++) {
		int precision;
		int quality = weigh(header, &forms[i], &precision);

		if (quality > best ||
		    (quality == best && quality > 0 && precision > how)) {
			chosen = i;
			best = quality;
			how = precision;
		}
	}
	return chosen;
}
