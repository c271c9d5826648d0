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

/* True if a backslash takes the quote at this place, in a string from there. */
static bool is_escaped(const struct scan *s, size_t from, size_t quote)
{
	size_t slashes = 0;

	while (quote - slashes > from && s->text[quote - slashes - 1] == '\\')
		slashes++;
	return slashes % 2 != 0;
}

static void skip_string(struct scan *s)
{
	size_t from = ++s->at;

	while (s->at < s->len) {
		const char *quote =
		    memchr(s->text + s->at, '"', s->len - s->at);

		if (!quote)
			break;
		s->at = (size_t)(quote - s->text) + 1;
		if (!is_escaped(s, from, s->at - 1))
			return;
	}
	s->at = s->len + 1; /* its end would be there */
}

/* Move behind a number or a word. */
static void skip_word(struct scan *s)
{
	s->at++;
	while (s->at < s->len && !strchr(",]} \t\r\n", s->text[s->at]))
		s->at++;
}

/* Move behind an object or an array. */
static void skip_brackets(struct scan *s)
{
	size_t depth = 0;

	do {
		switch (peek(s)) {
		case '"':
			skip_string(s);
			continue;
		case '{':
		case '[':
			depth++;
			break;
		case '}':
		case ']':
			depth--;
			break;
		default:
			break;
		}
		s->at++;
	} while (depth > 0 && s->at < s->len);
}

/* Move behind one value. */
static void skip_value(struct scan *s)
{
	skip_blank(s);
	switch (peek(s)) {
	case '"':
		skip_string(s);
		return;
	case '{':
	case '[':
		skip_brackets(s);
		return;
	default:
		skip_word(s);
	}
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
	return place_of_byte(file, text, len, s.at);
}
