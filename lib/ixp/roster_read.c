/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ixp/roster_read.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/number.h"

enum {
	SHOWN_AT_MOST = 40, /* bytes of a text in a message */
};

/* The path and the message as one line; place only if it will be shown. */
static void report(struct roster_reader *r, bool is_error, const char *message)
{
	struct place place = { .path = r->roster->path };
	unsigned before = is_error ? r->d->errors : r->d->warnings;
	struct text path;

	text_init(&path);
	json_path_print(&r->at, &path);
	if (before < DIAGNOSTICS_SHOWN)
		place = json_path_place(&r->at, r->roster->path,
					r->roster->text, r->roster->text_len);
	if (is_error)
		diagnostics_error(r->d, place, "%s%s%s", text_str(&path),
				  path.len ? ": " : "", message);
	else
		diagnostics_warning(r->d, place, "%s%s%s", text_str(&path),
				    path.len ? ": " : "", message);
	text_fini(&path);
}

void roster_error(struct roster_reader *r, const char *format, ...)
{
	char message[400];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	report(r, true, message);
}

void roster_warning(struct roster_reader *r, const char *format, ...)
{
	char message[400];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	report(r, false, message);
}

struct roster_found roster_found(const json_t *value)
{
	struct roster_found f = { "nothing" };
	const char *text = json_string_value(value);
	int len;

	if (text) {
		len = (int)strnlen(text, SHOWN_AT_MOST);
		while (len > 0 && text[len] &&
		       ((unsigned char)text[len] & 0xc0) == 0x80)
			len--;
		(void)snprintf(f.text, sizeof(f.text), "\"%.*s\"%s", len, text,
			       text[len] ? "..." : "");
	} else if (json_is_integer(value)) {
		(void)snprintf(f.text, sizeof(f.text), "%lld",
			       (long long)json_integer_value(value));
	} else if (json_is_real(value)) {
		(void)snprintf(f.text, sizeof(f.text), "%g",
			       json_real_value(value));
	} else if (json_is_array(value)) {
		(void)snprintf(f.text, sizeof(f.text), "an array");
	} else if (json_is_object(value)) {
		(void)snprintf(f.text, sizeof(f.text), "an object");
	} else if (json_is_boolean(value)) {
		(void)snprintf(f.text, sizeof(f.text), "%s",
			       json_is_true(value) ? "true" : "false");
	}
	return f;
}

/* The value under a key if it is of this type; else NULL, warned of. */
static const json_t *typed(struct roster_reader *r, const json_t *object,
			   const char *key, json_type type)
{
	const json_t *value = json_object_get(object, key);

	if (!value || json_is_null(value))
		return NULL;
	if (json_typeof(value) == type)
		return value;
	/* PHP writes an empty object as an empty array */
	if (json_is_array(value) && json_array_size(value) == 0)
		return NULL;
	json_path_key(&r->at, key);
	roster_warning(r, "found %s, expected %s: left out",
		       roster_found(value).text,
		       type == JSON_ARRAY ? "an array" : "an object");
	json_path_up(&r->at);
	return NULL;
}

const json_t *roster_array(struct roster_reader *r, const json_t *object,
			   const char *key)
{
	return typed(r, object, key, JSON_ARRAY);
}

const json_t *roster_object(struct roster_reader *r, const json_t *object,
			    const char *key)
{
	return typed(r, object, key, JSON_OBJECT);
}

bool roster_number_of(const json_t *value, uint64_t max, uint64_t *out)
{
	const char *text = json_string_value(value);
	double real;

	if (json_is_integer(value)) {
		json_int_t integer = json_integer_value(value);

		if (integer < 0 || (uint64_t)integer > max)
			return false;
		*out = (uint64_t)integer;
		return true;
	}
	if (json_is_real(value)) {
		real = json_real_value(value);
		if (real < 0 || real > (double)max || real != floor(real) ||
		    real >= 9007199254740992.0)
			return false;
		*out = (uint64_t)real;
		return true;
	}
	return text && number_u64(text, strlen(text), max, out) == 0;
}

bool roster_number(struct roster_reader *r, const json_t *object,
		   const char *key, uint64_t max, uint64_t *out)
{
	const json_t *value = json_object_get(object, key);

	if (!value || json_is_null(value))
		return false;
	if (roster_number_of(value, max, out))
		return true;
	json_path_key(&r->at, key);
	roster_warning(r, "found %s, expected an integer from 0 to %llu",
		       roster_found(value).text, (unsigned long long)max);
	json_path_up(&r->at);
	return false;
}

int roster_string(const json_t *object, const char *key, char **out)
{
	const char *text = json_string_value(json_object_get(object, key));
	size_t len;

	*out = NULL;
	if (!text)
		return 0;
	while (isspace((unsigned char)*text))
		text++;
	len = strlen(text);
	while (len > 0 && isspace((unsigned char)text[len - 1]))
		len--;
	if (len == 0)
		return 0;
	*out = strndup(text, len);
	return *out ? 0 : -ENOMEM;
}
