/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/csv_line.h"

#include <stdbool.h>
#include <string.h>

/* A line that is being read. */
struct scan {
	char *line;
	size_t len;
	size_t at;
};

static bool is_at(const struct scan *s, char c)
{
	return s->at < s->len && s->line[s->at] == c;
}

/* A field up to the comma. @return what is wrong, or NULL */
static const char *take_plain(struct scan *s, struct csv_field *out)
{
	while (s->at < s->len && !is_at(s, ',')) {
		if (is_at(s, '"'))
			return "a quote inside a field that does not begin "
			       "with one";
		s->at++;
	}
	out->len = s->at - (out->column - 1);
	return NULL;
}

/* A quoted field; what is in it moves to its beginning. */
static const char *take_quoted(struct scan *s, struct csv_field *out)
{
	char *to = s->line + s->at;

	out->text = to;
	for (s->at++;; s->at++) {
		if (s->at >= s->len)
			return "a quoted field without end on its line";
		if (is_at(s, '"')) {
			s->at++;
			if (!is_at(s, '"'))
				break;
		}
		*to++ = s->line[s->at];
	}
	out->len = (size_t)(to - out->text);
	return s->at == s->len || is_at(s, ',') ? NULL
						: "text behind a quoted field";
}

const char *csv_line_split(struct csv_line *out, char *line, size_t len,
			   size_t *column)
{
	struct scan s = { .len = len };
	const char *fault = NULL;

	s.line = line;
	out->count = 0;
	while (len > 0 &&
	       (line[s.len - 1] == '\n' || line[s.len - 1] == '\r') &&
	       --s.len > 0)
		continue;
	do {
		struct csv_field *field = &out->fields[out->count];

		if (out->count == CSV_FIELDS_MAX) {
			*column = s.at + 1;
			return "too many fields";
		}
		if (out->count++ > 0)
			s.at++; /* the comma */
		field->text = line + s.at;
		field->column = s.at + 1;
		fault = is_at(&s, '"') ? take_quoted(&s, field)
				       : take_plain(&s, field);
		*column = s.at + 1;
	} while (!fault && is_at(&s, ','));
	return fault;
}
