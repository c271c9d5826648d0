/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/history_map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store/series_parse.h"
#include "util/csv_line.h"
#include "util/err.h"
#include "util/file.h"

/* A map that is being read. */
struct reading {
	struct history_map *map;
	struct diagnostics *d;
	struct place place;
};

static void complain(struct reading *r, size_t column, const char *found,
		     const char *expected)
{
	struct place place = r->place;

	place.column = column;
	diagnostics_error(r->d, place, "found %s, expected %s", found,
			  expected);
}

static bool is(const struct csv_field *field, const char *text)
{
	return field->len == strlen(text) &&
	       memcmp(field->text, text, field->len) == 0;
}

static struct history_entry *next_entry(struct history_map *m)
{
	enum { FIRST_ROOM = 64 };
	struct history_entry *entries = m->entries;

	if (m->count == m->room) {
		size_t room = m->room ? 2 * m->room : FIRST_ROOM;

		entries = realloc(entries, room * sizeof(*entries));
		if (!entries)
			return NULL;
		m->entries = entries;
		m->room = room;
	}
	entries[m->count] = (struct history_entry){ 0 };
	return &entries[m->count];
}

/* The series that the second field names. @return false: it was complained of
 * or, with *rc, there is no memory */
static bool take_series(struct reading *r, const struct csv_field *field,
			struct history_entry *to, int *rc)
{
	char switch_name[SERIES_SWITCH_NAME_SIZE];

	to->passed_over = is(field, "-");
	if (to->passed_over)
		return true;
	if (series_parse(&to->series, switch_name, field->text, field->len) <
	    0) {
		complain(r, field->column, "no name of a series",
			 "one as port/sw1/436207616, interface/as64500-v100-1, "
			 "or -");
		return false;
	}
	if (!series_names_a_switch(to->series.kind))
		return true;
	to->switch_name = strdup(switch_name);
	to->series.switch_name = to->switch_name;
	*rc = to->switch_name ? 0 : -ENOMEM;
	return to->switch_name != NULL;
}

/* Zeros before a number say nothing: an id has one name. */
static void shorten(char *source)
{
	char *digits = strchr(source, ':');
	size_t zeros;

	if (!digits || strchr(source, '/') || strchr(source, '.'))
		return;
	digits++;
	zeros = strspn(digits, "0");
	if (digits[zeros] < '0' || digits[zeros] > '9')
		zeros -= zeros > 0 ? 1 : 0;
	memmove(digits, digits + zeros, strlen(digits + zeros) + 1);
}

static int take_line(struct reading *r, const struct csv_line *line)
{
	const struct csv_field *source = &line->fields[0];
	struct history_entry *entry;
	int rc = 0;

	if (line->count != 2) {
		complain(r, 1, "a line of another number of fields",
			 "two: source,series");
		return 0;
	}
	if (r->map->count == 0 && is(source, "source") &&
	    is(&line->fields[1], "series"))
		return 0;
	if (source->len == 0 || source->len >= HISTORY_SOURCE_SIZE ||
	    memchr(source->text, '\0', source->len)) {
		complain(r, source->column, "no source, or one of 256 bytes",
			 "one as physicalinterface:12, or a path");
		return 0;
	}
	entry = next_entry(r->map);
	if (!entry)
		return -ENOMEM;
	if (!take_series(r, &line->fields[1], entry, &rc))
		return rc;
	entry->source = strndup(source->text, source->len);
	if (!entry->source) {
		free(entry->switch_name);
		return -ENOMEM;
	}
	shorten(entry->source);
	r->map->count++;
	return 0;
}

static int read_line(struct reading *r, char *line, size_t len)
{
	struct csv_line fields;
	const char *fault;
	size_t column = 1;

	if (len == 0 || line[0] == '#' || line[0] == '\r')
		return 0;
	fault = csv_line_split(&fields, line, len, &column);
	if (fault) {
		complain(r, column, fault, "two fields");
		return 0;
	}
	return take_line(r, &fields);
}

static int by_source(const void *a, const void *b)
{
	return strcmp(((const struct history_entry *)a)->source,
		      ((const struct history_entry *)b)->source);
}

/* One source is one series. */
static void sort(struct reading *r)
{
	struct history_map *m = r->map;
	struct place file = { .path = r->place.path };

	if (m->count == 0)
		return;
	qsort(m->entries, m->count, sizeof(*m->entries), by_source);
	for (size_t i = 1; i < m->count; i++) {
		if (by_source(&m->entries[i - 1], &m->entries[i]) == 0)
			diagnostics_error(r->d, file,
					  "found the source %s twice, "
					  "expected it once",
					  m->entries[i].source);
	}
}

int history_map_read(struct history_map *out, char *text, size_t len,
		     const char *path, struct diagnostics *d)
{
	struct reading r = { .map = out, .d = d, .place = { .path = path } };
	unsigned errors = d->errors;
	int rc = 0;

	*out = (struct history_map){ 0 };
	while (len > 0 && rc == 0) {
		char *newline = memchr(text, '\n', len);
		size_t line = newline ? (size_t)(newline - text) : len;
		size_t taken = newline ? line + 1 : line;

		r.place.line++;
		rc = read_line(&r, text, line);
		text += taken;
		len -= taken;
	}
	sort(&r);
	if (rc == 0 && d->errors > errors)
		rc = ERR_CONFIG;
	return rc;
}

int history_map_load(struct history_map *out, const char *path,
		     struct diagnostics *d)
{
	struct text text;
	int rc;

	*out = (struct history_map){ 0 };
	text_init(&text);
	rc = file_read(path, HISTORY_MAP_SIZE_MAX, &text);
	if (rc == 0)
		rc = history_map_read(out, text.data, text.len, path, d);
	text_fini(&text);
	return rc;
}

void history_map_fini(struct history_map *m)
{
	for (size_t i = 0; i < m->count; i++) {
		free(m->entries[i].source);
		free(m->entries[i].switch_name);
	}
	free(m->entries);
	*m = (struct history_map){ 0 };
}

const struct history_entry *history_map_find(const struct history_map *m,
					     const char *source)
{
	size_t low = 0;
	size_t high = m->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(source, m->entries[middle].source);

		if (order == 0)
			return &m->entries[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}
