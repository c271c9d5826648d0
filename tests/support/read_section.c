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

/* @return false: it is none */
static bool read_header(struct read_section *to, char *line)
{
	struct framing_section *s = &to->section;
	struct framing_header *header = &to->headers[s->header_count];
	char *colon = strchr(line, ':');

	/* The one before is put together elsewhere. */
	if (s->header_count > 0 && (*line == ' ' || *line == '\t')) {
		header[-1].name = "";
		return true;
	}
	if (!colon || s->header_count == FRAMING_HEADERS_MAX)
		return false;
	*colon = '\0';
	header->name = line;
	header->value = colon + 1 + strspn(colon + 1, " \t");
	s->header_count++;
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
	to->section.headers = to->headers;
	next = cut_line(to->bytes, end);
	if (!next || !read_line(to))
		return;
	while ((next = cut_line(line = next, end)) && *line) {
		if (!read_header(to, line))
			return; /* refused by the library */
	}
	/* What is behind the empty line is of the next request; without one
	 * there is no section yet. */
	if (next)
		to->section.len = (size_t)(next - to->bytes);
}
