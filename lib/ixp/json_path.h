/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_IXP_JSON_PATH_H
#define LANTERNE_IXP_JSON_PATH_H

/*
 * json_path — where in a JSON text a value stands.
 *
 * jansson tells the line of a syntax error but not of a value. Whoever reads
 * its values keeps the path to where it is, and when there is something to
 * report the path is followed through the text once more.
 */

#include <stddef.h>

#include "util/attr.h"
#include "util/diagnostics.h"

enum { JSON_PATH_DEPTH = 12 };

/* One step: into an object by its key, or into an array by its index. */
struct json_step {
	const char *key; /* borrowed; NULL: an index */
	size_t index;
};

struct json_path {
	struct json_step steps[JSON_PATH_DEPTH];
	size_t depth;
};

/** Go down into an object, an array; deeper than it holds is an abort. */
void json_path_key(struct json_path *path, const char *key);
void json_path_index(struct json_path *path, size_t index);

/** Go up again. */
void json_path_up(struct json_path *path);

/** Append "member_list[3].name". */
void json_path_print(const struct json_path *path, struct text *out);

/**
 * Find the value in a text that jansson has read without error. Of a key
 * given twice it is the last one, which is the one that jansson keeps.
 *
 * @return its place, or that of the last value on the way that is there
 */
struct place json_path_place(const struct json_path *path, const char *file,
			     const char *text, size_t len);

#endif
