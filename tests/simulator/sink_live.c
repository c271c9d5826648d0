/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	BATCH = 64,
	EARLY_US = 300, /* not worth a sleep */
};

struct live_sink {
	struct sink sink;
	int fd;
	int signals;
	uint64_t per_second;
	uint64_t started_us;
	uint64_t accepted; /* datagrams sent or in the batch */
	struct sockaddr_storage to;
	unsigned batched;
	struct mmsghdr messages[BATCH];
	struct iovec parts[BATCH];
	uint8_t payloads[BATCH][SINK_DATAGRAM_MAX];
};

static uint64_t now_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static int send_batch(struct live_sink *s)
{
	unsigned done = 0;

	while (done < s->batched) {
		int n =
		    sendmmsg(s->fd, s->messages + done, s->batched - done, 0);

		if (n < 0 && errno != EINTR && errno != ENOBUFS)
			return -errno;
		if (n > 0)
			done += (unsigned)n;
	}
	s->batched = 0;
	return 0;
}

static int wait_until(struct live_sink *s, uint64_t due)
{
	struct pollfd signals = { .fd = s->signals, .events = POLLIN };
	uint64_t now = now_us();
	int rc;

	if (s->sink.stopped || due <= now + EARLY_US)
		return 0;
	rc = send_batch(s);
	while (rc == 0 && !s->sink.stopped && now < due) {
		uint64_t left = due - now;
		struct timespec timeout = {
			.tv_sec = (time_t)(left / 1000000),
			.tv_nsec = (long)(left % 1000000 * 1000),
		};

		if (ppoll(&signals, 1, &timeout, NULL) > 0)
			s->sink.stopped = true;
		now = now_us();
	}
	return rc;
}

static int live_send(struct sink *sink, const struct packet *p)
{
	struct live_sink *s = (struct live_sink *)sink;
	uint64_t due = p->us;
	int rc;

	if (s->per_second)
		due = s->started_us + s->accepted * 1000000 / s->per_second;
	rc = wait_until(s, due);
	if (rc < 0)
		return rc;
	memcpy(s->payloads[s->batched], p->payload, p->len);
	s->parts[s->batched].iov_len = p->len;
	s->batched++;
	s->accepted++;
	return s->batched == BATCH ? send_batch(s) : 0;
}

static void live_free(struct live_sink *s)
{
	if (s->fd >= 0)
		(void)close(s->fd);
	if (s->signals >= 0)
		(void)close(s->signals);
	free(s);
}

static int live_close(struct sink *sink)
{
	struct live_sink *s = (struct live_sink *)sink;
	int rc = send_batch(s);

	live_free(s);
	return rc;
}

static socklen_t set_target(struct live_sink *s, const struct ipaddr *addr,
			    uint16_t port)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)&s->to;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&s->to;

	if (addr->version == 4) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		memcpy(&v4->sin_addr, addr->bytes, 4);
		return sizeof(*v4);
	}
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(port);
	memcpy(&v6->sin6_addr, addr->bytes, 16);
	return sizeof(*v6);
}

static int watch_signals(struct live_sink *s)
{
	sigset_t set;
	int rc;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	rc = pthread_sigmask(SIG_BLOCK, &set, NULL);
	if (rc != 0)
		return -rc;
	s->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return s->signals < 0 ? -errno : 0;
}

/* The socket is not connected: a collector that is away is no error. */
static void make_messages(struct live_sink *s, socklen_t target_len)
{
	for (int i = 0; i < BATCH; i++) {
		s->parts[i].iov_base = s->payloads[i];
		s->messages[i].msg_hdr = (struct msghdr){
			.msg_name = &s->to,
			.msg_namelen = target_len,
			.msg_iov = &s->parts[i],
			.msg_iovlen = 1,
		};
	}
}

int sink_open_live(struct sink **out, const char *endpoint, uint64_t per_second)
{
	struct live_sink *s;
	struct ipaddr addr;
	uint16_t port;
	int rc =
	    ipaddr_parse_endpoint(endpoint, strlen(endpoint), &addr, &port);

	if (rc < 0)
		return rc;
	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->sink = (struct sink){ .send = live_send, .close = live_close };
	s->per_second = per_second;
	s->signals = -1;
	make_messages(s, set_target(s, &addr, port));
	s->fd = socket(s->to.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	rc = s->fd < 0 ? -errno : watch_signals(s);
	if (rc < 0) {
		live_free(s);
		return rc;
	}
	s->started_us = now_us();
	*out = &s->sink;
	return 0;
}
