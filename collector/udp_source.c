/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/udp_source.h"

#include <errno.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	DATAGRAM_SIZE = 65536, /* UDP carries at most 65,507 bytes */
	BUFFER_WANTED = 64 << 20,
};

struct udp_source {
	int fd;
	uint32_t last_drops; /* as the kernel counts, modulo 2^32 */
	uint64_t drops;
	uint8_t *buffers; /* UDP_SOURCE_BATCH × DATAGRAM_SIZE */
	struct mmsghdr messages[UDP_SOURCE_BATCH];
	struct iovec parts[UDP_SOURCE_BATCH];
	struct sockaddr_storage senders[UDP_SOURCE_BATCH];
	union {
		char bytes[CMSG_SPACE(sizeof(uint32_t))];
		struct cmsghdr align;
	} controls[UDP_SOURCE_BATCH];
	struct udp_datagram datagrams[UDP_SOURCE_BATCH];
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

static void prepare_messages(struct udp_source *s)
{
	for (size_t i = 0; i < UDP_SOURCE_BATCH; i++) {
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

static void note_drops(struct udp_source *s, uint32_t drops)
{
	uint32_t grown = drops - s->last_drops;

	/* A datagram that waited tells of less than the socket has by now. */
	if (grown > INT32_MAX)
		return;
	s->drops += grown;
	s->last_drops = drops;
}

/* What the kernel says of drops with a datagram (SO_RXQ_OVFL, socket(7)). */
static void read_drops(struct udp_source *s, struct msghdr *message)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(message);
	uint32_t drops;

	if (!c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SO_RXQ_OVFL ||
	    c->cmsg_len < CMSG_LEN(sizeof(drops)))
		return;
	memcpy(&drops, CMSG_DATA(c), sizeof(drops));
	note_drops(s, drops);
}

int udp_source_open(struct udp_source **out,
		    const struct config_endpoint *listen, int *buffer_bytes)
{
	struct udp_source *s = calloc(1, sizeof(*s));
	struct sockaddr_storage address;
	socklen_t len =
	    ipaddr_to_sockaddr(&listen->addr, listen->port, &address);
	int family = listen->addr.version == 4 ? AF_INET : AF_INET6;
	int on = 1;
	int rc = -ENOMEM;

	if (!s)
		return rc;
	s->fd = -1;
	s->buffers = malloc((size_t)UDP_SOURCE_BATCH * DATAGRAM_SIZE);
	if (!s->buffers)
		goto out;
	s->fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	rc = s->fd < 0 ? -errno : accept_both(s->fd, listen);
	if (rc < 0)
		goto out;
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
out:
	udp_source_close(s);
	return rc;
}

void udp_source_close(struct udp_source *s)
{
	if (!s)
		return;
	if (s->fd >= 0)
		(void)close(s->fd);
	free(s->buffers);
	free(s);
}

int udp_source_fd(const struct udp_source *s)
{
	return s->fd;
}

int udp_source_receive(struct udp_source *s, const struct udp_datagram **out)
{
	int count =
	    recvmmsg(s->fd, s->messages, UDP_SOURCE_BATCH, MSG_DONTWAIT, NULL);

	if (count < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	if (count > 0)
		read_drops(s, &s->messages[count - 1].msg_hdr);
	for (int i = 0; i < count; i++) {
		s->datagrams[i] = (struct udp_datagram){
			.source = ipaddr_of_sockaddr(&s->senders[i]),
			.bytes = s->parts[i].iov_base,
			.len = s->messages[i].msg_len,
		};
		s->messages[i].msg_hdr.msg_namelen = sizeof(s->senders[i]);
		s->messages[i].msg_hdr.msg_controllen = sizeof(s->controls[i]);
	}
	*out = s->datagrams;
	return count;
}

uint64_t udp_source_drops(struct udp_source *s)
{
	uint32_t info[SK_MEMINFO_VARS] = { 0 };
	socklen_t len = sizeof(info);

	/* A datagram tells of the drops before it; of those behind the last
	 * one only the socket can tell. */
	if (getsockopt(s->fd, SOL_SOCKET, SO_MEMINFO, info, &len) == 0)
		note_drops(s, info[SK_MEMINFO_DROPS]);
	return s->drops;
}
