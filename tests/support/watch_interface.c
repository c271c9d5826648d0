/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * usage: watch-interface SNAP BUFFER FILTER frames|count INTERFACE...
 *
 * Print what interface_source gives, a line each, until SIGTERM:
 *   state NAME up|down|gone MTU OFFLOAD PROBLEM
 *   frame NAME WIRE_BYTES HEX           (with "frames")
 *   total NAME FRAMES WIRE_BYTES DROPS  (at the end)
 */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "collector/interface_source.h"

enum { BATCH = 4096, WATCHED_MAX = 16 };

struct watched {
	const char *name;
	struct interface_source *source;
	int fd; /* that is waited for; -1: none */
	int state;
	uint64_t frames;
	uint64_t bytes;
	bool prints;
};

static const char *const states[] = {
	[INTERFACE_UP] = "up",
	[INTERFACE_DOWN] = "down",
	[INTERFACE_GONE] = "gone",
};

static void take(void *context, const struct interface_frame *frame)
{
	struct watched *w = context;

	w->frames++;
	w->bytes += frame->wire_bytes;
	if (!w->prints)
		return;
	printf("frame %s %zu ", w->name, frame->wire_bytes);
	for (size_t i = 0; i < frame->captured_bytes; i++)
		printf("%02x", frame->bytes[i]);
	printf("\n");
}

static void receive(struct watched *w)
{
	while (interface_source_receive(w->source, take, w, BATCH) == BATCH)
		continue;
}

static void watch(struct watched *w, int epoll)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = w };
	int fd = interface_source_fd(w->source);

	/* One that was closed is not there any more. */
	if (w->fd >= 0)
		(void)epoll_ctl(epoll, EPOLL_CTL_DEL, w->fd, NULL);
	if (fd >= 0 && epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0)
		exit(71);
	w->fd = fd;
}

static void say_state(struct watched *w)
{
	int state = (int)interface_source_state(w->source);

	if (state == w->state)
		return;
	w->state = state;
	printf("state %s %s %u %d %s\n", w->name, states[state],
	       interface_source_mtu(w->source),
	       interface_source_has_offload(w->source),
	       interface_source_problem(w->source));
}

static void tick(struct watched *all, int count, int epoll)
{
	for (int i = 0; i < count; i++) {
		receive(&all[i]);
		if (interface_source_tick(all[i].source))
			watch(&all[i], epoll);
		say_state(&all[i]);
	}
	(void)fflush(stdout);
}

static void finish(struct watched *all, int count)
{
	const struct timespec wait = { .tv_nsec = 3 * INTERFACE_WAIT_MS *
						  1000000L / 2 };

	(void)nanosleep(&wait, NULL);
	for (int i = 0; i < count; i++) {
		receive(&all[i]);
		printf(
		    "total %s %llu %llu %llu\n", all[i].name,
		    (unsigned long long)all[i].frames,
		    (unsigned long long)all[i].bytes,
		    (unsigned long long)interface_source_drops(all[i].source));
		interface_source_close(all[i].source);
	}
}

static void open_all(struct watched *all, int count, char **arguments)
{
	const char *filter = strcmp(arguments[3], "-") ? arguments[3] : NULL;
	struct text problem;

	text_init(&problem);
	for (int i = 0; i < count; i++) {
		const struct interface_options options = {
			.interface = arguments[5 + i],
			.filter = filter,
			.snap_bytes = (uint32_t)strtoul(arguments[1], NULL, 10),
			.buffer_bytes =
			    (uint32_t)strtoul(arguments[2], NULL, 10),
		};

		all[i].name = options.interface;
		all[i].fd = -1;
		all[i].state = -1;
		all[i].prints = strcmp(arguments[4], "frames") == 0;
		if (interface_source_open(&all[i].source, &options, &problem) <
		    0) {
			printf("refused %s %s\n", all[i].name,
			       text_str(&problem));
			exit(78);
		}
	}
	text_fini(&problem);
}

int main(int count, char **arguments)
{
	static struct watched all[WATCHED_MAX];
	const struct itimerspec each_second = { { 1, 0 }, { 1, 0 } };
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	struct epoll_event event = { .events = EPOLLIN };
	sigset_t set;
	int signals;

	count -= 5;
	if (count < 1 || count > WATCHED_MAX)
		return 64;
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	signals = signalfd(-1, &set, SFD_CLOEXEC);
	event.data.ptr = &signals;
	(void)epoll_ctl(epoll, EPOLL_CTL_ADD, signals, &event);
	event.data.ptr = &timer;
	(void)epoll_ctl(epoll, EPOLL_CTL_ADD, timer, &event);
	(void)timerfd_settime(timer, 0, &each_second, NULL);
	open_all(all, count, arguments);
	for (int i = 0; i < count; i++) {
		watch(&all[i], epoll);
		say_state(&all[i]);
	}
	(void)fflush(stdout);
	for (;;) {
		uint64_t expirations;

		if (epoll_wait(epoll, &event, 1, -1) < 0)
			continue; /* it was stopped, and goes on */
		if (event.data.ptr == &signals) {
			finish(all, count);
			return 0;
		}
		if (event.data.ptr == &timer) {
			if (read(timer, &expirations, sizeof(expirations)) > 0)
				tick(all, count, epoll);
		} else {
			struct watched *w = event.data.ptr;

			receive(w);
			if (interface_source_fd(w->source) != w->fd)
				watch(w, epoll);
			(void)fflush(stdout);
		}
	}
}
