/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ixp/json_path.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

/*
 * The scan knows just enough of JSON to skip a value: strings with their
 * escapes and the depth of brackets. It never leaves the text, whatever the
 * text is; that it is JSON was checked before.
 */

struct scan {
	const char *text;
	size_t len;
	size_t at;
};

void json_path_key(struct json_path *path, const char *key)
{
	assert(path->depth < JSON_PATH_DEPTH);
	path->steps[path->depth++] = (struct json_step){ .key = key };
}

void json_path_index(struct json_path *path, size_t index)
{
	assert(path->depth < JSON_PATH_DEPTH);
	path->steps[path->depth++] = (struct json_step){ .index = index };
}

void json_path_up(struct json_path *path)
{
	assert(path->depth > 0);
	path->depth--;
}

void json_path_print(const struct json_path *path, struct text *out)
{
	for (size_t i = 0; i < path->depth; i++) {
		const struct json_step *step = &path->steps[i];

		if (step->key)
			text_addf(out, "%s%s", i ? "." : "", step->key);
		else
			text_addf(out, "[%zu]", step->index);
	}
}

static char peek(const struct scan *s)
{
	return s->at < s->len ? s->text[s->at] : '\0';
}

static void skip_blank(struct scan *s)
{
	while (s->at < s->len && strchr(" \t\r\n", s->text[s->at]) &&
	       s->text[s->at])
		s->at++;
}

static void skip_string(struct scan *s)
{
	s->at++;
	while (s->at < s->len && s->text[s->at] != '"')
		s->at += s->text[s->at] == '\\' ? 2 : 1;
	s->at++;
}

/* Move behind one value. */
static void skip_value(struct scan *s)
{
	size_t depth = 0;

	do {
		char c;

		skip_blank(s);
		c = peek(s);
		if (c == '"') {
			skip_string(s);
			continue;
		}
		if (c == '{' || c == '[')
			depth++;
		else if (c == '}' || c == ']')
			depth--;
		s->at++;
		/* a number or a word goes on to what ends it */
		while (depth == 0 && s->at < s->len && c != '}' && c != ']' &&
		       !strchr(",]} \t\r\n", s->text[s->at]))
			s->at++;
	} while (depth > 0 && s->at < s->len);
}

/* From '[' to the start of the value with this index. */
static bool enter_array(struct scan *s, size_t index)
{
	s->at++;
	for (size_t i = 0; i < index; i++) {
		skip_value(s);
		skip_blank(s);
		if (peek(s) != ',')
			return false;
		s->at++;
	}
	skip_blank(s);
	return s->at < s->len;
}

/* From '{' to the start of the last value with this key. */
static bool enter_object(struct scan *s, const char *key)
{
	size_t key_len = strlen(key);
	size_t found = 0;

	do {
		size_t from;
		bool same;

		s->at++;
		skip_blank(s);
		from = s->at + 1;
		if (peek(s) != '"')
			break;
		skip_string(s);
		same = s->at == from + key_len + 1 && s->at <= s->len &&
		       memcmp(s->text + from, key, key_len) == 0;
		skip_blank(s);
		s->at++; /* the colon */
		skip_blank(s);
		if (same)
			found = s->at;
		skip_value(s);
		skip_blank(s);
	} while (peek(s) == ',');
	s->at = found;
	return found > 0 && found < s->len;
}

/* Lines and columns from 1; columns count characters of UTF-8. */
static struct place place_at(const struct scan *s, const char *file)
{
	struct place place = { .path = file, .line = 1, .column = 1 };

	for (size_t i = 0; i < s->at && i < s->len; i++) {
		if (s->text[i] == '\n') {
			place.line++;
			place.column = 1;
		} else if (((unsigned char)s->text[i] & 0xc0) != 0x80) {
			place.column++;
		}
	}
	return place;
}

struct place json_path_place(const struct json_path *path, const char *file,
			     const char *text, size_t len)
{
	struct scan s = { .text = text, .len = len };

	skip_blank(&s);
	for (size_t i = 0; i < path->depth; i++) {
		const struct json_step *step = &path->steps[i];
		struct scan deeper = s;
		bool there = false;

		if (step->key && peek(&s) == '{')
			there = enter_object(&deeper, step->key);
		else if (!step->key && peek(&s) == '[')
			there = enter_array(&deeper, step->index);
		if (!there)
			break;
		s = deeper;
	}
	return place_at(&s, file);
}
