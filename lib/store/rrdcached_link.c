/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/rrdcached_link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "util/err.h"

enum {
	US_PER_S = 1000000,
	US_PER_MS = 1000,
	NS_PER_US = 1000,
	RECEIVE_SIZE = 64 << 10,
	/* The parser refuses before so much has come without an answer. */
	HELD_MAX = RRDCACHED_ANSWER_MAX + 4 * RECEIVE_SIZE,
};

union address {
	struct sockaddr any;
	struct sockaddr_un local;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

int64_t rrdcached_now_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * US_PER_S + now.tv_nsec / NS_PER_US;
}

/* Milliseconds to a deadline, rounded up; 0: it is over. */
static int left_ms(int64_t deadline_us)
{
	int64_t left_us = deadline_us - rrdcached_now_us();

	if (left_us <= 0)
		return 0;
	if (left_us > (int64_t)US_PER_S * 3600)
		left_us = (int64_t)US_PER_S * 3600;
	return (int)((left_us + US_PER_MS - 1) / US_PER_MS);
}

void rrdcached_pause(int64_t pause_us, int64_t deadline_us)
{
	int64_t until_us = rrdcached_now_us() + pause_us;

	if (until_us > deadline_us)
		until_us = deadline_us;
	while (left_ms(until_us) > 0)
		(void)poll(NULL, 0, left_ms(until_us));
}

void rrdcached_link_init(struct rrdcached_link *link)
{
	*link = (struct rrdcached_link){ .fd = -1 };
}

static socklen_t address_of(union address *a, const struct config_rrdcached *to)
{
	const struct ipaddr *ip = &to->tcp.addr;

	memset(a, 0, sizeof(*a));
	if (to->socket) {
		size_t len = strnlen(to->socket, sizeof(a->local.sun_path) - 1);

		a->local.sun_family = AF_UNIX;
		memcpy(a->local.sun_path, to->socket, len);
		return sizeof(a->local);
	}
	if (ip->version == 4) {
		a->v4.sin_family = AF_INET;
		a->v4.sin_port = htons(to->tcp.port);
		memcpy(&a->v4.sin_addr, ip->bytes, sizeof(a->v4.sin_addr));
		return sizeof(a->v4);
	}
	a->v6.sin6_family = AF_INET6;
	a->v6.sin6_port = htons(to->tcp.port);
	memcpy(&a->v6.sin6_addr, ip->bytes, sizeof(a->v6.sin6_addr));
	return sizeof(a->v6);
}

/* Wait for the link. @return what poll saw, or -ETIMEDOUT, -errno */
static int wait_for(int fd, short events, int64_t deadline_us)
{
	struct pollfd p = { .fd = fd, .events = events };

	for (;;) {
		int ms = left_ms(deadline_us);
		int rc = poll(&p, 1, ms);

		if (rc > 0)
			return p.revents;
		if (rc < 0 && errno != EINTR)
			return -errno;
		if (ms == 0)
			return -ETIMEDOUT;
	}
}

static int finish_connecting(int fd, int64_t deadline_us)
{
	socklen_t size = sizeof(int);
	int problem = 0;
	int rc = wait_for(fd, POLLOUT, deadline_us);

	if (rc < 0)
		return rc;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &problem, &size) < 0)
		return -errno;
	return -problem;
}

int rrdcached_link_open(struct rrdcached_link *link,
			const struct config_rrdcached *to, int64_t deadline_us)
{
	static const int on = 1;
	union address address;
	socklen_t size = address_of(&address, to);
	int rc = 0;
	int fd = socket(address.any.sa_family,
			SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	if (connect(fd, &address.any, size) < 0)
		rc = errno == EINPROGRESS ? finish_connecting(fd, deadline_us)
					  : -errno;
	/* The end of a batch must not wait for the one before to arrive. */
	if (rc == 0 && !to->socket &&
	    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) < 0)
		rc = -errno;
	if (rc < 0) {
		(void)close(fd);
		return rc;
	}
	link->fd = fd;
	link->len = 0;
	return 0;
}

bool rrdcached_link_is_idle(const struct rrdcached_link *link)
{
	char byte;

	return link->fd >= 0 &&
	       recv(link->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
	       (errno == EAGAIN || errno == EINTR);
}

static int send_some(int fd, const struct text *request, size_t *sent)
{
	ssize_t n = send(fd, request->data + *sent, request->len - *sent,
			 MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	*sent += (size_t)n;
	return 0;
}

static int make_room(struct rrdcached_link *link)
{
	size_t wanted = link->capacity ? 2 * link->capacity : 2 * RECEIVE_SIZE;
	uint8_t *bytes;

	if (link->capacity - link->len >= RECEIVE_SIZE)
		return 0;
	if (link->len > HELD_MAX)
		return ERR_MALFORMED;
	bytes = realloc(link->bytes, wanted);
	if (!bytes)
		return -ENOMEM;
	link->bytes = bytes;
	link->capacity = wanted;
	return 0;
}

static int receive_some(struct rrdcached_link *link)
{
	int rc = make_room(link);
	ssize_t n;

	if (rc < 0)
		return rc;
	n = recv(link->fd, link->bytes + link->len, RECEIVE_SIZE, MSG_DONTWAIT);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	if (n == 0)
		return -ECONNRESET;
	link->len += (size_t)n;
	return 0;
}

/* Hand over what has come whole; what has not stays. */
static int take_answers(struct rrdcached_link *link,
			const struct rrdcached_wanted *wanted, size_t *got)
{
	struct cursor bytes = cursor_of(link->bytes, link->len);
	struct rrdcached_answer answer;
	int rc = 0;

	while (rc == 0 && *got < wanted->answers) {
		rc = rrdcached_answer_read(bytes, &answer);
		if (rc != 1)
			break;
		cursor_skip(&bytes, answer.size);
		rc = wanted->each(wanted->context, (*got)++, &answer);
	}
	if (cursor_left(&bytes) > 0)
		memmove(link->bytes, bytes.at, cursor_left(&bytes));
	link->len = cursor_left(&bytes);
	return rc;
}

int rrdcached_link_exchange(struct rrdcached_link *link,
			    const struct text *request,
			    const struct rrdcached_wanted *wanted,
			    int64_t deadline_us)
{
	size_t sent = 0;
	size_t got = 0;
	int rc = text_ok(request) ? 0 : -ENOMEM;

	while (rc == 0 && got < wanted->answers) {
		bool all_sent = sent == request->len;
		int seen =
		    wait_for(link->fd, all_sent ? POLLIN : POLLIN | POLLOUT,
			     deadline_us);

		if (seen < 0)
			return seen;
		if (seen & POLLOUT)
			rc = send_some(link->fd, request, &sent);
		if (rc == 0 && (seen & ~POLLOUT))
			rc = receive_some(link);
		if (rc == 0)
			rc = take_answers(link, wanted, &got);
	}
	/* Whoever answers before he is asked is no rrdcached. */
	if (rc == 0 && (sent < request->len || link->len > 0))
		rc = ERR_MALFORMED;
	return rc;
}

void rrdcached_link_close(struct rrdcached_link *link)
{
	static const char leave[] = "QUIT\n";

	if (link->fd < 0)
		return;
	(void)send(link->fd, leave, sizeof(leave) - 1,
		   MSG_NOSIGNAL | MSG_DONTWAIT);
	(void)close(link->fd);
	link->fd = -1;
	link->len = 0;
}

void rrdcached_link_fini(struct rrdcached_link *link)
{
	rrdcached_link_close(link);
	free(link->bytes);
	link->bytes = NULL;
	link->capacity = 0;
}
