/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/pulse.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static const char question[] = "GET /livez HTTP/1.1\r\n"
			       "Host: localhost\r\n"
			       "Connection: close\r\n"
			       "\r\n";

/* What is worked out may take so often what a thread has to answer in: ten
 * times as long as the service manager waits. */
enum { LONG_WORK = 30 };

/* The same socket as a descriptor that is a thread's (server_hand_over). */
static int number_for(size_t thread, int fd)
{
	int from = fd;

	while (from >= 0 && (size_t)from % 2 != thread % 2) {
		int next = fcntl(fd, F_DUPFD_CLOEXEC, from + 1);

		if (from != fd)
			(void)close(from);
		from = next;
	}
	if (from != fd)
		(void)close(fd);
	return from;
}

/* @return the descriptor at which the answer comes, or -1: none is to be had */
static int ask(struct server *server, size_t thread)
{
	int ends[2];
	int theirs;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
		       ends) < 0)
		return -1;
	if (write(ends[0], question, sizeof(question) - 1) > 0) {
		theirs = number_for(thread, ends[1]);
		if (theirs >= 0 && server_hand_over(server, thread, theirs))
			return ends[0];
	} else {
		(void)close(ends[1]);
	}
	(void)close(ends[0]);
	return -1;
}

static int64_t clock_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Close those at which something came; how many are left. Any answer will do,
 * also that one of TLS to what is no TLS. */
static size_t close_answered(struct pollfd *open, size_t count)
{
	size_t silent = 0;

	for (size_t i = 0; i < count; i++) {
		if (open[i].fd >= 0 && open[i].revents) {
			(void)close(open[i].fd);
			open[i].fd = -1;
		}
		silent += open[i].fd >= 0;
	}
	return silent;
}

static bool hear_all(struct pollfd *open, size_t count, int64_t patience_ms)
{
	int64_t end_ms = clock_ms() + patience_ms;

	while (close_answered(open, count) > 0) {
		int64_t left_ms = end_ms - clock_ms();

		if (left_ms <= 0 ||
		    (poll(open, (nfds_t)count, (int)left_ms) < 0 &&
		     errno != EINTR))
			return false;
	}
	return true;
}

bool pulse_is_felt(struct server *server, int64_t patience_ms)
{
	size_t count = server_thread_count(server);
	struct pollfd *open;
	bool felt;

	if (server_longest_work_ms(server) > LONG_WORK * patience_ms)
		return false;
	open = calloc(count ? count : 1, sizeof(*open));
	if (!open)
		return true; /* no memory is no reason to end */
	for (size_t i = 0; i < count; i++)
		open[i] =
		    (struct pollfd){ .fd = ask(server, i), .events = POLLIN };
	felt = hear_all(open, count, patience_ms);
	for (size_t i = 0; i < count; i++) {
		if (open[i].fd >= 0)
			(void)close(open[i].fd);
	}
	free(open);
	return felt;
}
