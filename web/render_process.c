/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/render_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "web/render_helper.h"

enum { CHUNK = 65536, ZONE_SIZE = 80 };

/* The socket becomes standard input; all else of ours is closed. */
static int prepare(posix_spawn_file_actions_t *actions,
		   posix_spawnattr_t *attributes, int fd)
{
	sigset_t none;
	sigset_t all;

	(void)sigemptyset(&none);
	(void)sigfillset(&all);
	if (posix_spawn_file_actions_adddup2(actions, fd, 0) != 0 ||
	    posix_spawn_file_actions_addopen(actions, 1, "/dev/null", O_WRONLY,
					     0) != 0 ||
	    posix_spawn_file_actions_addclosefrom_np(actions, 3) != 0 ||
	    posix_spawnattr_setsigmask(attributes, &none) != 0 ||
	    posix_spawnattr_setsigdefault(attributes, &all) != 0 ||
	    posix_spawnattr_setpgroup(attributes, 0) != 0 ||
	    posix_spawnattr_setflags(
		attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
				POSIX_SPAWN_SETPGROUP) != 0)
		return -ENOMEM;
	return 0;
}

static int spawn(pid_t *pid, const char *program, int fd)
{
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): set before any thread */
	const char *name = getenv("TZ");
	char zone[ZONE_SIZE];
	char locale[] = "LC_ALL=C.UTF-8";
	char option[] = RENDER_HELPER_OPTION;
	char title[] = "lanterne-web";
	char *const arguments[] = { title, option, NULL };
	char *const environment[] = { locale, zone, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int rc;

	(void)snprintf(zone, sizeof(zone), "TZ=%s", name ? name : "UTC");
	if (posix_spawn_file_actions_init(&actions) != 0)
		return -ENOMEM;
	if (posix_spawnattr_init(&attributes) != 0) {
		(void)posix_spawn_file_actions_destroy(&actions);
		return -ENOMEM;
	}
	rc = prepare(&actions, &attributes, fd);
	if (rc == 0)
		rc = -posix_spawn(pid, program, &actions, &attributes,
				  arguments, environment);
	(void)posix_spawnattr_destroy(&attributes);
	(void)posix_spawn_file_actions_destroy(&actions);
	return rc;
}

int render_process_start(struct render_process *p, const char *program)
{
	int ends[2];
	int rc;

	p->pid = 0;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;
	rc = spawn(&p->pid, program, ends[1]);
	(void)close(ends[1]);
	if (rc == 0 && fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0)
		rc = -errno;
	p->fd = ends[0];
	p->images = 0;
	if (rc < 0 && p->pid > 0)
		render_process_end(p);
	else if (rc < 0)
		(void)close(ends[0]);
	return rc;
}

bool render_process_lives(const struct render_process *p)
{
	struct pollfd look = { .fd = p->fd, .events = POLLIN };

	/* It says nothing unasked. */
	return p->pid > 0 && poll(&look, 1, 0) == 0;
}

void render_process_end(struct render_process *p)
{
	if (p->pid <= 0)
		return;
	(void)kill(p->pid, SIGKILL);
	while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
		;
	(void)close(p->fd);
	p->pid = 0;
}

static int64_t clock_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* An exchange with a process. */
struct talk {
	int fd;
	int stop_fd;
	int64_t end_ms;
};

/* Until the socket is ready for events, or it is no use to wait. */
static int await(const struct talk *t, short events)
{
	struct pollfd look[] = { { .fd = t->fd, .events = events },
				 { .fd = t->stop_fd, .events = POLLIN } };

	for (;;) {
		int64_t left_ms = t->end_ms - clock_ms();
		int count;

		if (left_ms <= 0)
			return -ETIMEDOUT;
		count = poll(look, 2, (int)left_ms);
		if (count < 0 && errno != EINTR)
			return -EPIPE;
		if (count > 0 && look[1].revents)
			return -ECANCELED;
		if (count > 0)
			return 0;
	}
}

static int put(const struct talk *t, const void *from, size_t size)
{
	const char *at = from;
	int rc = 0;

	while (rc == 0 && size > 0) {
		ssize_t sent = send(t->fd, at, size, MSG_NOSIGNAL);

		if (sent > 0) {
			at += sent;
			size -= (size_t)sent;
		} else {
			rc = errno == EAGAIN || errno == EINTR
				 ? await(t, POLLOUT)
				 : -EPIPE;
		}
	}
	return rc;
}

static int get(const struct talk *t, void *to, size_t size)
{
	char *at = to;
	int rc = 0;

	while (rc == 0 && size > 0) {
		ssize_t got = recv(t->fd, at, size, 0);

		if (got > 0) {
			at += got;
			size -= (size_t)got;
		} else if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
			rc = await(t, POLLIN);
		} else {
			rc = -EPIPE;
		}
	}
	return rc;
}

static int get_image(const struct talk *t, size_t size, struct text *png)
{
	char *chunk = malloc(CHUNK);
	int rc = chunk ? 0 : -ENOMEM;

	while (rc == 0 && size > 0) {
		size_t some = size < CHUNK ? size : CHUNK;

		rc = get(t, chunk, some);
		if (rc == 0)
			text_add_bytes(png, chunk, some);
		size -= some;
	}
	free(chunk);
	if (rc == 0 && !text_ok(png))
		rc = -ENOMEM;
	/* What was not read would stand before the next answer. */
	return rc == -ENOMEM ? -EPIPE : rc;
}

int render_process_draw(struct render_process *p, const struct render_job *job,
			unsigned deadline_ms, int stop_fd, struct text *png)
{
	const struct talk t = { .fd = p->fd,
				.stop_fd = stop_fd,
				.end_ms = clock_ms() + deadline_ms };
	struct render_answer answer = { 0 };
	int rc = put(&t, job, sizeof(*job));

	if (rc == 0)
		rc = get(&t, &answer, sizeof(answer));
	if (rc < 0)
		return rc;
	if (answer.magic != RENDER_ANSWER_MAGIC || answer.rc > 0 ||
	    answer.size > RENDER_PNG_MAX ||
	    (answer.rc == 0) != (answer.size > 0))
		return -EPIPE;
	p->images++;
	return answer.rc < 0 ? answer.rc : get_image(&t, answer.size, png);
}
