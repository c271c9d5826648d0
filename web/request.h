/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_REQUEST_H
#define LANTERNE_WEB_REQUEST_H

/*
 * request — an untrusted request line as a checked value.
 *
 * The target is taken raw, as it stood on the wire, split first and decoded
 * then. Refused: control bytes and %00 to %1f, broken percent escapes, an
 * escaped slash, a parameter given twice. What remains is short and plain.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"

enum {
	REQUEST_TARGET_MAX = 2000,
	REQUEST_PARAMETERS_MAX = 16,
	REQUEST_SEGMENTS_MAX = 6,
};

struct request_parameter {
	const char *name;
	const char *value;
};

struct request {
	char storage[REQUEST_TARGET_MAX + 2];
	const char *segments[REQUEST_SEGMENTS_MAX]; /* "/a/b" is "a", "b" */
	size_t segment_count;
	struct request_parameter parameters[REQUEST_PARAMETERS_MAX];
	size_t parameter_count;
};

/**
 * Read a request target: "/members/AS64500?range=week".
 *
 * @param out  valid on success; its pointers point into itself, so it must
 *             not be copied
 * @return 0; ERR_MALFORMED; ERR_RANGE when it is too long
 */
MUST_CHECK int request_parse(struct request *out, const char *target);

/**
 * Decode a component in place; in a query "+" is a space (WHATWG URL).
 * @return 0 or ERR_MALFORMED
 */
MUST_CHECK int request_decode(char *text, bool in_query);

/**
 * Split "a=1&b=2" in place into decoded names and values, each name once.
 *
 * @param query  NULL or "" has none
 * @param to     room for most of them, beside the *count that are there
 * @return 0 or ERR_MALFORMED
 */
MUST_CHECK int request_split(char *query, struct request_parameter *to,
			     size_t most, size_t *count);

/** The value of a parameter, or NULL. */
const char *request_parameter(const struct request *request, const char *name);

/**
 * An AS number as "AS64500" or "64500".
 * @return 0, ERR_SYNTAX or ERR_RANGE
 */
MUST_CHECK int request_asn(const char *text, uint32_t *asn);

#endif
