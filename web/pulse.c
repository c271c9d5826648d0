/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/pulse.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE_MS = 5000 };

static const char question[] = "GET /livez HTTP/1.1\r\n"
			       "Host: localhost\r\n"
			       "Connection: close\r\n"
			       "\r\n";

/* @return the descriptor at which the answer comes, or -1: none is to be had */
static int ask(struct server *server, size_t thread)
{
	int ends[2];
	size_t theirs;
	int rest;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
		       ends) < 0)
		return -1;
	/* Two numbers in a row, as a rule: either thread gets its own. */
	theirs = (size_t)ends[0] % 2 == thread % 2 ? 0 : 1;
	rest = ends[1 - theirs];
	if (write(rest, question, sizeof(question) - 1) < 0 ||
	    !server_hand_over(server, thread, ends[theirs])) {
		(void)close(rest);
		return -1;
	}
	return rest;
}

static int64_t clock_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Any answer will do, also that one of TLS to what is no TLS. */
static bool hear_all(struct pollfd *open, size_t count)
{
	int64_t end_ms = clock_ms() + PATIENCE_MS;
	size_t silent = count;

	while (silent > 0) {
		int64_t left_ms = end_ms - clock_ms();

		if (left_ms <= 0)
			return false;
		if (poll(open, (nfds_t)count, (int)left_ms) < 0 &&
		    errno != EINTR)
			return false;
		silent = 0;
		for (size_t i = 0; i < count; i++) {
			if (open[i].fd >= 0 && open[i].revents) {
				(void)close(open[i].fd);
				open[i].fd = -1;
			}
			silent += open[i].fd >= 0;
		}
	}
	return true;
}

bool pulse_is_felt(struct server *server)
{
	size_t count = server_thread_count(server);
	struct pollfd *open = calloc(count ? count : 1, sizeof(*open));
	bool felt;

	if (!open)
		return true; /* no memory is no reason to end */
	for (size_t i = 0; i < count; i++)
		open[i] =
		    (struct pollfd){ .fd = ask(server, i), .events = POLLIN };
	felt = hear_all(open, count);
	for (size_t i = 0; i < count; i++) {
		if (open[i].fd >= 0)
			(void)close(open[i].fd);
	}
	free(open);
	return felt;
}
