/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/datagram_source.h"

#include <errno.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util/cursor.h"

enum {
	DATAGRAM_SIZE = 65536, /* IP carries no more */
	BUFFER_WANTED = 64 << 20,
};

struct datagram_source {
	int fd;
	bool has_ip_header;  /* before each: raw(7), not its IPv6 */
	uint32_t last_drops; /* as the kernel counts, modulo 2^32 */
	uint64_t drops;
	uint8_t *buffers; /* DATAGRAM_BATCH × DATAGRAM_SIZE */
	struct mmsghdr messages[DATAGRAM_BATCH];
	struct iovec parts[DATAGRAM_BATCH];
	struct sockaddr_storage senders[DATAGRAM_BATCH];
	union {
		char bytes[CMSG_SPACE(sizeof(uint32_t))];
		struct cmsghdr align;
	} controls[DATAGRAM_BATCH];
	struct datagram datagrams[DATAGRAM_BATCH];
};

/* "[::]" takes IPv4 as well, whatever the system's default is. */
static int accept_both(int fd, const struct config_endpoint *listen)
{
	int off = 0;

	if (listen->addr.version != 6)
		return 0;
	if (setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)) < 0)
		return -errno;
	return 0;
}

/* Beyond the system's limit if we may, else up to it. */
static int enlarge_buffer(int fd)
{
	int size = BUFFER_WANTED;
	socklen_t len = sizeof(size);

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size,
				 sizeof(size));
	if (getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, &len) < 0)
		return 0;
	return size;
}

static void prepare_messages(struct datagram_source *s)
{
	for (size_t i = 0; i < DATAGRAM_BATCH; i++) {
		s->parts[i].iov_base = s->buffers + i * DATAGRAM_SIZE;
		s->parts[i].iov_len = DATAGRAM_SIZE;
		s->messages[i].msg_hdr = (struct msghdr){
			.msg_name = &s->senders[i],
			.msg_namelen = sizeof(s->senders[i]),
			.msg_iov = &s->parts[i],
			.msg_iovlen = 1,
			.msg_control = &s->controls[i],
			.msg_controllen = sizeof(s->controls[i]),
		};
	}
}

static void note_drops(struct datagram_source *s, uint32_t drops)
{
	uint32_t grown = drops - s->last_drops;

	/* A datagram that waited tells of less than the socket has by now. */
	if (grown > INT32_MAX)
		return;
	s->drops += grown;
	s->last_drops = drops;
}

/* What the kernel says of drops with a datagram (SO_RXQ_OVFL, socket(7)). */
static void read_drops(struct datagram_source *s, struct msghdr *message)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(message);
	uint32_t drops;

	if (!c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SO_RXQ_OVFL ||
	    c->cmsg_len < CMSG_LEN(sizeof(drops)))
		return;
	memcpy(&drops, CMSG_DATA(c), sizeof(drops));
	note_drops(s, drops);
}

/* A socket of the kind and the family of an address, not yet bound. */
static int open_socket(enum datagram_kind kind,
		       const struct config_endpoint *listen)
{
	int family = listen->addr.version == 4 ? AF_INET : AF_INET6;
	int flags = SOCK_NONBLOCK | SOCK_CLOEXEC;
	int fd = kind == DATAGRAM_GRE
		     ? socket(family, SOCK_RAW | flags, IPPROTO_GRE)
		     : socket(family, SOCK_DGRAM | flags, 0);

	return fd < 0 ? -errno : fd;
}

int datagram_source_open(struct datagram_source **out, enum datagram_kind kind,
			 const struct config_endpoint *listen,
			 int *buffer_bytes)
{
	struct datagram_source *s = calloc(1, sizeof(*s));
	struct sockaddr_storage address;
	socklen_t len =
	    ipaddr_to_sockaddr(&listen->addr, listen->port, &address);
	int on = 1;
	int rc = -ENOMEM;

	if (!s)
		return rc;
	s->fd = -1;
	s->buffers = malloc((size_t)DATAGRAM_BATCH * DATAGRAM_SIZE);
	if (!s->buffers)
		goto out;
	s->fd = open_socket(kind, listen);
	rc = s->fd;
	if (rc >= 0 && kind == DATAGRAM_UDP)
		rc = accept_both(s->fd, listen);
	if (rc < 0)
		goto out;
	s->has_ip_header = kind == DATAGRAM_GRE && listen->addr.version == 4;
	*buffer_bytes = enlarge_buffer(s->fd);
	if (setsockopt(s->fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof(on)) < 0) {
		rc = -errno;
		goto out;
	}
	if (bind(s->fd, (const struct sockaddr *)&address, len) < 0) {
		rc = -errno;
		goto out;
	}
	prepare_messages(s);
	*out = s;
	s = NULL;
	rc = 0;
out:
	datagram_source_close(s);
	return rc;
}

void datagram_source_close(struct datagram_source *s)
{
	if (!s)
		return;
	if (s->fd >= 0)
		(void)close(s->fd);
	free(s->buffers);
	free(s);
}

int datagram_source_fd(const struct datagram_source *s)
{
	return s->fd;
}

/* What came in one message; a raw socket of IPv4 gives the IP header too (RFC
 * 791, 3.1: its length in words of four bytes). */
static struct datagram datagram_of(const struct datagram_source *s, int i)
{
	struct cursor c =
	    cursor_of(s->parts[i].iov_base, s->messages[i].msg_len);

	if (s->has_ip_header) {
		struct cursor head = c;

		cursor_skip(&c, (cursor_u8(&head) & 0xfU) * 4U);
	}
	return (struct datagram){
		.source = ipaddr_of_sockaddr(&s->senders[i]),
		.bytes = c.at,
		.len = cursor_left(&c),
	};
}

int datagram_source_receive(struct datagram_source *s,
			    const struct datagram **out)
{
	int count =
	    recvmmsg(s->fd, s->messages, DATAGRAM_BATCH, MSG_DONTWAIT, NULL);

	if (count < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	if (count > 0)
		read_drops(s, &s->messages[count - 1].msg_hdr);
	for (int i = 0; i < count; i++) {
		s->datagrams[i] = datagram_of(s, i);
		s->messages[i].msg_hdr.msg_namelen = sizeof(s->senders[i]);
		s->messages[i].msg_hdr.msg_controllen = sizeof(s->controls[i]);
	}
	*out = s->datagrams;
	return count;
}

uint64_t datagram_source_drops(struct datagram_source *s)
{
	uint32_t info[SK_MEMINFO_VARS] = { 0 };
	socklen_t len = sizeof(info);

	/* A datagram tells of the drops before it; of those behind the last
	 * one only the socket can tell. */
	if (getsockopt(s->fd, SOL_SOCKET, SO_MEMINFO, info, &len) == 0)
		note_drops(s, info[SK_MEMINFO_DROPS]);
	return s->drops;
}
