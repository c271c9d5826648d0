/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/request.h"

#include <string.h>

#include "util/err.h"
#include "util/number.h"
#include "util/text.h"

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int request_decode(char *text, bool in_query)
{
	char *to = text;

	for (const char *from = text;; from++) {
		size_t run = text_word(from);
		char c;

		memmove(to, from, run);
		to += run;
		from += run;
		c = *from;
		if (c == '\0')
			break;
		if (c == '+' && in_query) {
			c = ' ';
		} else if (c == '%') {
			int high = hex_digit(from[1]);
			int low = high < 0 ? -1 : hex_digit(from[2]);

			if (low < 0)
				return ERR_MALFORMED;
			c = (char)(high << 4 | low);
			from += 2;
			if (c == '/' && !in_query)
				return ERR_MALFORMED;
		}
		if ((unsigned char)c < 0x20 || c == 0x7f)
			return ERR_MALFORMED;
		*to++ = c;
	}
	*to = '\0';
	return 0;
}

static int split_path(struct request *r, char *path)
{
	char *segment = path + 1; /* behind the first slash */

	if (*segment == '\0')
		return 0;
	while (segment) {
		char *slash = strchr(segment, '/');
		int rc;

		if (slash)
			*slash++ = '\0';
		if (r->segment_count == REQUEST_SEGMENTS_MAX)
			return ERR_RANGE;
		r->segments[r->segment_count++] = segment;
		rc = request_decode(segment, false);
		if (rc < 0)
			return rc;
		segment = slash;
	}
	return 0;
}

static int add_parameter(char *pair, struct request_parameter *to, size_t most,
			 size_t *count)
{
	char *value = strchr(pair, '=');
	int rc;

	if (value)
		*value++ = '\0';
	rc = request_decode(pair, true);
	if (rc == 0 && value)
		rc = request_decode(value, true);
	if (rc < 0)
		return rc;
	if (*count == most)
		return ERR_MALFORMED;
	for (size_t i = 0; i < *count; i++) {
		if (strcmp(to[i].name, pair) == 0)
			return ERR_MALFORMED;
	}
	to[(*count)++] = (struct request_parameter){ pair, value ? value : "" };
	return 0;
}

int request_split(char *query, struct request_parameter *to, size_t most,
		  size_t *count)
{
	while (query) {
		char *next = strchr(query, '&');
		int rc;

		if (next)
			*next++ = '\0';
		rc = *query ? add_parameter(query, to, most, count) : 0;
		if (rc < 0)
			return rc;
		query = next;
	}
	return 0;
}

/* The path of an absolute-form target (RFC 9112, 3.2.2), else as it is. */
static const char *origin_form(const char *target)
{
	const char *path;

	if (strncmp(target, "http://", 7) != 0)
		return target;
	path = strpbrk(target + 7, "/?");
	return path ? path : "/";
}

int request_parse(struct request *out, const char *target)
{
	char *query;
	size_t len;
	int rc;

	out->segment_count = 0;
	out->parameter_count = 0;
	target = origin_form(target);
	len = strlen(target);
	if (len > REQUEST_TARGET_MAX)
		return ERR_RANGE;
	if (*target != '/' || strchr(target, '#'))
		return ERR_MALFORMED;
	memcpy(out->storage, target, len + 1);
	query = strchr(out->storage, '?');
	if (query)
		*query++ = '\0';
	rc = split_path(out, out->storage);
	return rc < 0 ? rc
		      : request_split(query, out->parameters,
				      REQUEST_PARAMETERS_MAX,
				      &out->parameter_count);
}

const char *request_parameter(const struct request *request, const char *name)
{
	for (size_t i = 0; i < request->parameter_count; i++) {
		if (strcmp(request->parameters[i].name, name) == 0)
			return request->parameters[i].value;
	}
	return NULL;
}

int request_asn(const char *text, uint32_t *asn)
{
	if ((text[0] == 'A' || text[0] == 'a') &&
	    (text[1] == 'S' || text[1] == 's'))
		text += 2;
	return number_u32(text, strlen(text), UINT32_MAX, asn);
}
