/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/read_section.h"

#include <stdbool.h>
#include <string.h>

/* The end of a line becomes NULs. @return what is behind it; NULL: there is
 * none */
static char *cut_line(char *at, char *end)
{
	char *feed = memchr(at, '\n', (size_t)(end - at));

	if (!feed)
		return NULL;
	if (feed > at && feed[-1] == '\r')
		feed[-1] = '\0';
	*feed = '\0';
	return feed + 1;
}

/* @return whether there is a request line */
static bool read_line(struct read_section *to)
{
	struct framing_section *s = &to->section;
	char *space = strchr(to->bytes, ' ');

	if (!space)
		return false;
	*space = '\0';
	s->target_at = (size_t)(space + 1 - to->bytes);
	space = strrchr(space + 1, ' ');
	if (!space)
		return false;
	*space = '\0';
	s->version_at = (size_t)(space + 1 - to->bytes);
	memcpy(to->target, to->bytes + s->target_at,
	       strlen(to->bytes + s->target_at));
	return true;
}

void read_section(struct read_section *to, const char *raw, size_t len)
{
	char *end = to->bytes + len;
	char *line;
	char *next;

	memset(to, 0, sizeof(*to));
	memcpy(to->bytes, raw, len);
	to->section.bytes = to->bytes;
	to->section.target = to->target;
	next = cut_line(to->bytes, end);
	if (!next || !read_line(to))
		return;
	while ((next = cut_line(line = next, end)) && *line) {
		char *colon = strchr(line, ':');
		bool is_folded = *line == ' ' || *line == '\t';

		if (!colon && !is_folded)
			return; /* refused by the library */
		if (colon)
			*colon = '\0';
		to->section.headers += !is_folded;
	}
	/* What is behind the empty line is of the next request; without one
	 * there is no section yet. */
	if (next)
		to->section.len = (size_t)(next - to->bytes);
}
