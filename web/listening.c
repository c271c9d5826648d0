/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/listening.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 511 };

static socklen_t make_address(const struct config_endpoint *endpoint,
			      struct sockaddr_storage *to)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)to;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)to;

	memset(to, 0, sizeof(*to));
	if (endpoint->addr.version == 4) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(endpoint->port);
		memcpy(&v4->sin_addr, endpoint->addr.bytes, 4);
		return sizeof(*v4);
	}
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(endpoint->port);
	memcpy(&v6->sin6_addr, endpoint->addr.bytes, 16);
	return sizeof(*v6);
}

int listening_open(const struct config_endpoint *endpoint)
{
	struct sockaddr_storage address;
	socklen_t len = make_address(endpoint, &address);
	int on = 1;
	int fd = socket(address.ss_family,
			SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
	    (address.ss_family == AF_INET6 &&
	     setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) < 0) ||
	    bind(fd, (struct sockaddr *)&address, len) < 0 ||
	    listen(fd, BACKLOG) < 0) {
		int rc = -errno;

		(void)close(fd);
		return rc;
	}
	return fd;
}

void listening_add_url(struct text *urls, const char *scheme, int fd,
		       const struct config_endpoint *endpoint)
{
	char name[IPADDR_TEXT_SIZE];
	struct sockaddr_in6 bound = { 0 }; /* room for either kind */
	socklen_t len = sizeof(bound);
	uint16_t port = endpoint->port;
	bool v6 = endpoint->addr.version == 6;

	/* Both kinds of address have the port in the same place. */
	if (getsockname(fd, (struct sockaddr *)&bound, &len) == 0)
		port = ntohs(bound.sin6_port);
	text_addf(urls, "%s://%s%s%s:%u/\n", scheme, v6 ? "[" : "",
		  ipaddr_format(&endpoint->addr, name), v6 ? "]" : "",
		  (unsigned)port);
}
