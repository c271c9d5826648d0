/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_FRAMING_H
#define LANTERNE_WEB_FRAMING_H

/*
 * framing — whether a request says without any doubt where it ends and for
 * whom it is.
 *
 * What two programs read in two ways lets a request be smuggled past one of
 * them. libmicrohttpd is lenient: it takes bare line feeds, folded lines,
 * names with spaces, a Content-Length beside a Transfer-Encoding, bytes of any
 * kind. So the header section is read here once more, strictly, by RFC 9112,
 * from the bytes that the library has read; nothing is answered before.
 */

#include <stdbool.h>
#include <stddef.h>

#include "util/attr.h"

enum {
	FRAMING_BODY_MAX = 4096, /* bytes of a POST's body */
	FRAMING_HEADERS_MAX = 64,
};

/* A header as the library found it: where name and value begin. */
struct framing_header {
	const char *name;
	const char *value;
};

/*
 * A header section as the library leaves it: the bytes that came, but with NUL
 * for the separator behind method, target and each name, and for each byte of
 * a line end; the target decoded in its place.
 */
struct framing_section {
	const char *bytes; /* from the method to the end of the empty line */
	size_t len;
	size_t target_at;   /* where the target begins */
	size_t version_at;  /* where the version begins */
	const char *target; /* as it came, with a NUL behind it */
	/* What the library found, in their order; more than
	 * FRAMING_HEADERS_MAX are refused. */
	const struct framing_header *headers;
	size_t header_count;
};

/* What was found. */
struct framing {
	unsigned refusal; /* 0: it is good; else a status of HTTP */
	const char *why;  /* static text, with a refusal */
	size_t body_len;  /* what follows the section */
};

/**
 * Read a header section. It has to be made of exactly the headers that the
 * library found, where it found them.
 *
 * A target begins with a slash, or is http:// with the very authority that
 * Host names, and holds visible ASCII alone, also when percent-decoded no
 * control byte. A body is of POST, of at most FRAMING_BODY_MAX bytes, with a
 * Content-Length that is given once, in digits; Transfer-Encoding is never
 * taken. With HTTP/1.1 there is exactly one Host.
 */
struct framing framing_read(const struct framing_section *section);

#endif
