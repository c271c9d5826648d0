/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/render_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "web/render_helper.h"

enum { CHUNK = 65536 };

int render_process_start(struct render_process *p,
			 struct render_spawner *spawner)
{
	int fd;
	int rc = render_spawner_start(spawner, &fd, &p->number);

	p->spawner = NULL;
	if (rc < 0)
		return rc;
	p->spawner = spawner;
	p->fd = fd;
	p->images = 0;
	if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0) {
		rc = -errno;
		render_process_end(p);
	}
	return rc;
}

bool render_process_lives(const struct render_process *p)
{
	struct pollfd look = { .fd = p->fd, .events = POLLIN };

	/* It says nothing unasked. */
	return p->spawner && poll(&look, 1, 0) == 0;
}

void render_process_end(struct render_process *p)
{
	if (!p->spawner)
		return;
	render_spawner_end(p->spawner, p->number);
	(void)close(p->fd);
	p->spawner = NULL;
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
