/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_NET_IPADDR_H
#define LANTERNE_NET_IPADDR_H

/*
 * ipaddr — an IPv4 or IPv6 address as a value.
 *
 * An IPv4 address mapped into IPv6 (::ffff:192.0.2.1) is the IPv4 address: a
 * dual-stack socket reports IPv4 senders that way.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/cursor.h"

struct sockaddr_storage;

struct ipaddr {
	uint8_t version;   /* 4, 6, or 0: no address */
	uint8_t bytes[16]; /* network order; the first 4 for IPv4, rest 0 */
};

enum { IPADDR_TEXT_SIZE = 46 };

/** An address of 4 or 16 bytes in network order (mapped ones become IPv4). */
struct ipaddr ipaddr_of(const void *bytes, size_t len);

/** The same of the next len bytes; no address once the cursor failed. */
void ipaddr_read(struct ipaddr *to, struct cursor *c, size_t len);

bool ipaddr_equal(const struct ipaddr *a, const struct ipaddr *b);

/** True for 127.0.0.0/8 and ::1. */
bool ipaddr_is_loopback(const struct ipaddr *a);

/** True for 0.0.0.0 and ::, which stand for any address. */
bool ipaddr_is_any(const struct ipaddr *a);

/** Read "192.0.2.1" or "2001:db8::1". @return 0 or ERR_SYNTAX */
MUST_CHECK int ipaddr_parse(const char *text, size_t len, struct ipaddr *out);

/** Write an address; "-" for none. @return to */
char *ipaddr_format(const struct ipaddr *a, char to[IPADDR_TEXT_SIZE]);

/**
 * Read "192.0.2.1:6343" or "[2001:db8::1]:6343".
 * @return 0, ERR_SYNTAX or ERR_RANGE (the port)
 */
MUST_CHECK int ipaddr_parse_endpoint(const char *text, size_t len,
				     struct ipaddr *addr, uint16_t *port);

/** Make a socket address. @return its length */
unsigned ipaddr_to_sockaddr(const struct ipaddr *addr, uint16_t port,
			    struct sockaddr_storage *to);

/** The address in a socket address; version 0 if it holds no IP address. */
struct ipaddr ipaddr_of_sockaddr(const struct sockaddr_storage *from);

#endif
