/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/listening.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util/err.h"
#include "util/log.h"

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

static int open_one(const struct config_endpoint *endpoint)
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

static int set_init(struct listening_set *set, size_t count)
{
	set->all = calloc(count ? count : 1, sizeof(*set->all));
	set->count = 0;
	return set->all ? 0 : -ENOMEM;
}

int listening_open(struct listening_set *set,
		   const struct config_endpoint *endpoints, size_t count)
{
	char name[IPADDR_TEXT_SIZE];
	int rc = set_init(set, count);

	for (size_t i = 0; rc == 0 && i < count; i++) {
		int fd = open_one(&endpoints[i]);

		if (fd < 0) {
			rc = fd;
			log_error("web: cannot listen: %s port %u: %s",
				  ipaddr_format(&endpoints[i].addr, name),
				  (unsigned)endpoints[i].port, err_str(fd));
		} else {
			set->all[set->count++] =
			    (struct listening){ .endpoint = endpoints[i],
						.fd = fd };
		}
	}
	if (rc < 0)
		listening_fini(set);
	return rc;
}

/* Find out where a socket listens. */
static int adopt_one(struct listening *l, int fd)
{
	struct sockaddr_storage bound = { 0 };
	socklen_t len = sizeof(bound);
	int is_listening = 0;
	socklen_t size = sizeof(is_listening);

	*l = (struct listening){ .fd = -1 };
	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &is_listening, &size) <
		0 ||
	    !is_listening ||
	    getsockname(fd, (struct sockaddr *)&bound, &len) < 0 ||
	    (bound.ss_family != AF_INET && bound.ss_family != AF_INET6) ||
	    fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
		return -EINVAL;
	l->endpoint.addr = ipaddr_of_sockaddr(&bound);
	/* Both kinds of address have the port in the same place. */
	l->endpoint.port = ntohs(((struct sockaddr_in *)&bound)->sin_port);
	l->fd = fd;
	return 0;
}

int listening_adopt(struct listening_set *set, int first, size_t count)
{
	int rc = set_init(set, count);

	for (size_t i = 0; rc == 0 && i < count; i++) {
		rc = adopt_one(&set->all[i], first + (int)i);
		set->count++;
		if (rc < 0)
			log_error("web: socket %d from the service manager: "
				  "not a TCP socket that listens",
				  first + (int)i);
	}
	if (rc < 0)
		listening_fini(set);
	return rc;
}

void listening_fini(struct listening_set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		if (set->all[i].fd >= 0)
			(void)close(set->all[i].fd);
	}
	free(set->all);
	*set = (struct listening_set){ .all = NULL };
}

void listening_add_url(struct text *urls, const char *scheme,
		       const struct listening *l)
{
	const struct config_endpoint *endpoint = &l->endpoint;
	char name[IPADDR_TEXT_SIZE];
	struct sockaddr_in6 bound = { 0 }; /* room for either kind */
	socklen_t len = sizeof(bound);
	uint16_t port = endpoint->port;
	bool v6 = endpoint->addr.version == 6;

	/* Both kinds of address have the port in the same place. */
	if (getsockname(l->fd, (struct sockaddr *)&bound, &len) == 0)
		port = ntohs(bound.sin6_port);
	text_addf(urls, "%s://%s%s%s:%u/\n", scheme, v6 ? "[" : "",
		  ipaddr_format(&endpoint->addr, name), v6 ? "]" : "",
		  (unsigned)port);
}
