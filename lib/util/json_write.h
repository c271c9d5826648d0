/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_UTIL_JSON_WRITE_H
#define LANTERNE_UTIL_JSON_WRITE_H

/*
 * json_write — JSON text, written as it is produced.
 *
 * Puts the commas; the caller opens and closes in pairs. No tree is built.
 * Strings are taken as UTF-8; bytes that are not become U+FFFD. The names keep
 * clear of jansson's, which a program may be linked with as well.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/text.h"

struct json_writer {
	struct text *out; /* borrowed */
	bool first;	  /* no comma before the next item */
};

/** Start writing at the end of out. */
void json_start(struct json_writer *w, struct text *out);

/** Open an object; key is NULL for an array's item and at the top. */
void json_put_object(struct json_writer *w, const char *key);
void json_end_object(struct json_writer *w);

/** Open an array. */
void json_put_array(struct json_writer *w, const char *key);
void json_end_array(struct json_writer *w);

void json_put_u64(struct json_writer *w, const char *key, uint64_t value);
void json_put_i64(struct json_writer *w, const char *key, int64_t value);
void json_put_bool(struct json_writer *w, const char *key, bool value);
void json_put_null(struct json_writer *w, const char *key);
void json_put_string(struct json_writer *w, const char *key, const char *value);
void json_put_string_n(struct json_writer *w, const char *key,
		       const char *value, size_t len);

/** A finite number with so many decimals; null when it is not finite. */
void json_put_double(struct json_writer *w, const char *key, double value,
		     int decimals);

/**
 * An array of values times a factor, as whole numbers; null for what is not
 * finite, below 0, or 1e18 and above. Much cheaper than one by one.
 */
void json_put_whole_array(struct json_writer *w, const char *key,
			  const double *values, size_t count, double factor);

#endif
