/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "net/ipaddr.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "util/err.h"
#include "util/number.h"

enum { IPV4_SIZE = 4, IPV6_SIZE = 16, MAPPED_PREFIX = 12 };

static const uint8_t mapped[MAPPED_PREFIX] = { [10] = 0xff, [11] = 0xff };

/* In place: a copy of what was just written in parts would wait for it. */
static void set(struct ipaddr *to, const uint8_t *from, size_t len)
{
	if (len == IPV6_SIZE && memcmp(from, mapped, MAPPED_PREFIX) == 0) {
		from += MAPPED_PREFIX;
		len = IPV4_SIZE;
	}
	to->version = len == IPV4_SIZE ? 4 : len == IPV6_SIZE ? 6 : 0;
	memset(to->bytes, 0, sizeof(to->bytes));
	if (to->version == 4)
		memcpy(to->bytes, from, IPV4_SIZE);
	else if (to->version == 6)
		memcpy(to->bytes, from, IPV6_SIZE);
}

struct ipaddr ipaddr_of(const void *bytes, size_t len)
{
	struct ipaddr a;

	set(&a, bytes, len);
	return a;
}

void ipaddr_read(struct ipaddr *to, struct cursor *c, size_t len)
{
	const uint8_t *from = cursor_take(c, len);

	set(to, from, from ? len : 0);
}

bool ipaddr_equal(const struct ipaddr *a, const struct ipaddr *b)
{
	return a->version == b->version &&
	       memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

bool ipaddr_is_loopback(const struct ipaddr *a)
{
	static const uint8_t loopback6[IPV6_SIZE] = { [15] = 1 };

	if (a->version == 4)
		return a->bytes[0] == 127;
	return a->version == 6 &&
	       memcmp(a->bytes, loopback6, sizeof(loopback6)) == 0;
}

bool ipaddr_is_any(const struct ipaddr *a)
{
	static const uint8_t any[IPV6_SIZE];

	return a->version != 0 && memcmp(a->bytes, any, sizeof(any)) == 0;
}

int ipaddr_parse(const char *text, size_t len, struct ipaddr *out)
{
	char copy[IPADDR_TEXT_SIZE];
	uint8_t bytes[IPV6_SIZE];

	if (len == 0 || len >= sizeof(copy) || memchr(text, '\0', len))
		return ERR_SYNTAX;
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (inet_pton(AF_INET, copy, bytes) == 1)
		*out = ipaddr_of(bytes, IPV4_SIZE);
	else if (inet_pton(AF_INET6, copy, bytes) == 1)
		*out = ipaddr_of(bytes, IPV6_SIZE);
	else
		return ERR_SYNTAX;
	return 0;
}

char *ipaddr_format(const struct ipaddr *a, char to[IPADDR_TEXT_SIZE])
{
	if (a->version == 4)
		(void)inet_ntop(AF_INET, a->bytes, to, IPADDR_TEXT_SIZE);
	else if (a->version == 6)
		(void)inet_ntop(AF_INET6, a->bytes, to, IPADDR_TEXT_SIZE);
	else
		(void)snprintf(to, IPADDR_TEXT_SIZE, "-");
	return to;
}

int ipaddr_parse_endpoint(const char *text, size_t len, struct ipaddr *addr,
			  uint16_t *port)
{
	const char *colon = len ? memrchr(text, ':', len) : NULL;
	const char *host = text;
	size_t host_len;
	struct ipaddr parsed;
	uint32_t number;
	bool bracketed;
	int rc;

	if (!colon)
		return ERR_SYNTAX;
	host_len = (size_t)(colon - text);
	bracketed =
	    host_len >= 2 && host[0] == '[' && host[host_len - 1] == ']';
	if (bracketed) {
		host++;
		host_len -= 2;
	}
	/* IPv6 stands in brackets, and nothing else does. */
	if (bracketed != (memchr(host, ':', host_len) != NULL))
		return ERR_SYNTAX;
	rc = ipaddr_parse(host, host_len, &parsed);
	if (rc < 0)
		return rc;
	rc = number_u32(colon + 1, len - (size_t)(colon + 1 - text), UINT16_MAX,
			&number);
	if (rc < 0)
		return rc;
	*addr = parsed;
	*port = (uint16_t)number;
	return 0;
}

unsigned ipaddr_to_sockaddr(const struct ipaddr *addr, uint16_t port,
			    struct sockaddr_storage *to)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };

	memset(to, 0, sizeof(*to));
	if (addr->version == 4) {
		v4.sin_port = htons(port);
		memcpy(&v4.sin_addr, addr->bytes, sizeof(v4.sin_addr));
		memcpy(to, &v4, sizeof(v4));
		return sizeof(v4);
	}
	v6.sin6_port = htons(port);
	memcpy(&v6.sin6_addr, addr->bytes, sizeof(v6.sin6_addr));
	memcpy(to, &v6, sizeof(v6));
	return sizeof(v6);
}

struct ipaddr ipaddr_of_sockaddr(const struct sockaddr_storage *from)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (from->ss_family == AF_INET) {
		memcpy(&v4, from, sizeof(v4));
		return ipaddr_of(&v4.sin_addr, IPV4_SIZE);
	}
	if (from->ss_family == AF_INET6) {
		memcpy(&v6, from, sizeof(v6));
		return ipaddr_of(&v6.sin6_addr, IPV6_SIZE);
	}
	return (struct ipaddr){ 0 };
}
