/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The library has put NULs where separators were, so what is read is
 *
 *     method NUL target NUL version NUL NUL
 *     name NUL value NUL NUL			(as often as there are headers)
 *     NUL NUL
 *
 * and nothing else. A line that ends in a bare line feed has one NUL there; a
 * NUL that came over the wire is one too many. (One that makes up for the CR
 * that a bare line feed lacks is not told from it, and is the same to the
 * library: a line ends there, or the section.) A folded line begins with a
 * space, which no name does. What the target became by being decoded is passed
 * over: it is read as it came.
 */
#include "web/framing.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "util/cursor.h"
#include "util/number.h"

enum { VERSION_LEN = 8 };

/* Some bytes of the section. */
struct slice {
	const char *bytes;
	size_t len;
};

/* What the headers say that is of interest. */
struct found {
	unsigned hosts;
	unsigned lengths;
	unsigned encodings;
	struct slice host;
	struct slice length;
};

static const char odd_line[] = "The header section is not well-formed.";
static const char odd_target[] = "The address is not valid.";
static const char odd_host[] = "Exactly one valid Host header is needed.";
static const char odd_body[] = "The length of the body cannot be told.";

static bool is_alphanumeric(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z');
}

/* RFC 9110, 5.6.2 */
static bool is_token(const struct slice *s)
{
	for (size_t i = 0; i < s->len; i++) {
		char c = s->bytes[i];

		if (!is_alphanumeric(c) &&
		    (c == '\0' || !strchr("!#$%&'*+-.^_`|~", c)))
			return false;
	}
	return s->len > 0;
}

/* RFC 9110, 5.5: visible, space, tab, and what is no ASCII. */
static bool is_value(const struct slice *s)
{
	for (size_t i = 0; i < s->len; i++) {
		unsigned char c = (unsigned char)s->bytes[i];

		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return false;
	}
	return true;
}

static bool is_host(const struct slice *s)
{
	for (size_t i = 0; i < s->len; i++) {
		char c = s->bytes[i];

		if (!is_alphanumeric(c) && (c == '\0' || !strchr("-._~:[]", c)))
			return false;
	}
	return s->len > 0;
}

static bool is_named(const struct slice *s, const char *name)
{
	return s->len == strlen(name) &&
	       strncasecmp(s->bytes, name, s->len) == 0;
}

/* What stands before the next NUL, which is read too. */
static struct slice take_string(struct cursor *c)
{
	size_t len = 0;
	struct slice taken = { .bytes = (const char *)c->at };

	while (len < c->left && c->at[len] != '\0')
		len++;
	taken.len = len;
	cursor_skip(c, len + 1);
	return taken;
}

/* The library leaves away as much, and nothing at the end. */
static struct slice without_space(struct slice s)
{
	while (s.len > 0 && (*s.bytes == ' ' || *s.bytes == '\t')) {
		s.bytes++;
		s.len--;
	}
	return s;
}

static void note(struct found *found, const struct slice *name,
		 const struct slice *value)
{
	if (is_named(name, "Host")) {
		found->hosts++;
		found->host = *value;
	} else if (is_named(name, "Content-Length")) {
		found->lengths++;
		found->length = *value;
	} else if (is_named(name, "Transfer-Encoding")) {
		found->encodings++;
	}
}

/* Lines to the end of the section, each a header of the library's, and nothing
 * behind that. */
static bool read_lines(const struct framing_section *s, struct cursor *c,
		       struct found *found)
{
	size_t count = 0;

	for (; cursor_left(c) > 2; count++) {
		struct slice name = take_string(c);
		struct slice value = without_space(take_string(c));

		if (cursor_u8(c) != 0 || !cursor_ok(c) || !is_token(&name) ||
		    !is_value(&value) || count == s->header_count ||
		    s->headers[count].name != name.bytes ||
		    s->headers[count].value != value.bytes)
			return false;
		note(found, &name, &value);
	}
	return cursor_be16(c) == 0 && cursor_spent(c) &&
	       count == s->header_count;
}

/* Where things stand, and the version. */
static bool read_request_line(const struct framing_section *s, struct cursor *c,
			      bool *is_1_1)
{
	struct slice method = take_string(c);
	struct slice version;
	char minor;

	if (!cursor_ok(c) || !is_token(&method) ||
	    s->target_at != method.len + 1 ||
	    s->version_at != s->target_at + strlen(s->target) + 1)
		return false;
	cursor_skip(c, s->version_at - s->target_at);
	version = take_string(c);
	if (!cursor_ok(c) || version.len != VERSION_LEN ||
	    strncmp(version.bytes, "HTTP/1.", VERSION_LEN - 1) != 0)
		return false;
	minor = version.bytes[VERSION_LEN - 1];
	if (minor < '0' || minor > '9')
		return false;
	*is_1_1 = minor != '0';
	return cursor_u8(c) == 0 && cursor_ok(c);
}

/* The byte that three characters of a target stand for; -1: none. */
static int percent_decoded(const char *at)
{
	static const char digits[] = "0123456789abcdefABCDEF";
	int value = 0;

	for (size_t i = 1; i <= 2; i++) {
		const char *digit = at[i] ? strchr(digits, at[i]) : NULL;
		int n;

		if (!digit)
			return -1;
		n = (int)(digit - digits);
		value = value * 16 + (n > 15 ? n - 6 : n);
	}
	return value;
}

static bool is_target(const char *target, const struct slice *host)
{
	const char *path = target;

	if (strncasecmp(target, "http://", 7) == 0) {
		struct slice authority = { .bytes = target + 7 };

		authority.len = strcspn(authority.bytes, "/?");
		if (authority.len == 0 || authority.len != host->len ||
		    strncasecmp(authority.bytes, host->bytes, host->len) != 0)
			return false;
		path = authority.bytes + authority.len;
	} else if (*target != '/') {
		return false;
	}
	for (; *path; path++) {
		int decoded = *path == '%' ? percent_decoded(path) : -1;

		if (*path <= 0x20 || *path >= 0x7f ||
		    (decoded >= 0 && decoded < 0x20) || decoded == 0x7f)
			return false;
	}
	return true;
}

static struct framing refuse(unsigned status, const char *why)
{
	return (struct framing){ .refusal = status, .why = why };
}

static struct framing read_body(const struct framing_section *s,
				const struct found *found)
{
	const struct slice *length = &found->length;
	struct framing good = { .refusal = 0 };
	uint64_t len = 0;

	if (found->encodings > 0 || found->lengths > 1)
		return refuse(400, odd_body);
	if (found->lengths == 0)
		return good;
	if (length->len == 0 || (length->len > 1 && *length->bytes == '0') ||
	    number_u64(length->bytes, length->len, UINT64_MAX, &len) < 0)
		return refuse(400, odd_body);
	if (len > 0 && strcmp(s->bytes, "POST") != 0)
		return refuse(400, "Such a request has no body.");
	if (len > FRAMING_BODY_MAX)
		return refuse(413, "The body is too long.");
	good.body_len = (size_t)len;
	return good;
}

struct framing framing_read(const struct framing_section *section)
{
	struct cursor c = cursor_of(section->bytes, section->len);
	struct found found = { .hosts = 0 };
	bool is_1_1;

	if (section->header_count > FRAMING_HEADERS_MAX)
		return refuse(431, "There are too many headers.");
	if (!read_request_line(section, &c, &is_1_1) ||
	    !read_lines(section, &c, &found))
		return refuse(400, odd_line);
	if (found.hosts > 1 || (is_1_1 && found.hosts == 0) ||
	    (found.hosts == 1 && !is_host(&found.host)))
		return refuse(400, odd_host);
	if (!is_target(section->target, &found.host))
		return refuse(400, odd_target);
	return read_body(section, &found);
}
