/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Forked, not started anew as the helpers are: it is there before anything
 * that would be unsafe behind a fork, and needs no option of the program's.
 * Each message is answered, so the two never get apart.
 */
#include "web/render_spawner.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/sandbox.h"
#include "util/err.h"
#include "util/log.h"
#include "web/render_exec.h"

enum { PROCESSES_MAX = 32 };

enum order { ORDER_START, ORDER_END };

struct request {
	uint32_t order;
	uint32_t number; /* of the process to be ended */
};

struct reply {
	int32_t rc;
	uint32_t number; /* of the process that was started; a socket comes
			  * with it */
};

struct render_spawner {
	pid_t pid;
	int fd;
	pthread_mutex_t lock; /* one message and its answer at a time */
};

/* ---- the process ---- */

struct spawning {
	int fd;
	const char *program;
	pid_t processes[PROCESSES_MAX]; /* 0: none of this number */
};

/* What helpers and the loader of their program have to open. */
static int give_up(const char *program)
{
	const struct sandbox_path paths[] = {
		{ program, SANDBOX_RUN },
		{ "/usr", SANDBOX_RUN },
		{ "/lib", SANDBOX_RUN },
		{ "/lib64", SANDBOX_RUN },
		{ "/etc/ld.so.cache", SANDBOX_READ },
		{ "/etc/fonts", SANDBOX_READ },
		{ "/etc/localtime", SANDBOX_READ },
		{ "/var/cache/fontconfig", SANDBOX_READ },
		{ "/proc/self", SANDBOX_READ },
		{ "/dev/null", SANDBOX_CHANGE },
	};
	const struct sandbox_rules rules = {
		.kind = SANDBOX_SPAWNER,
		.paths = paths,
		.path_count = sizeof(paths) / sizeof(*paths),
		.hides_memory = true,
	};
	struct sandbox_state state;
	int rc = sandbox_apply(&rules, &state);

	if (rc < 0)
		log_error("render: the spawner cannot be confined: %s: %s",
			  state.step, err_str(rc));
	return rc;
}

/* Answer, with a socket if there is one. */
static bool reply(int fd, struct reply answer, int with)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { .bytes = { 0 } };
	struct iovec part = { .iov_base = &answer, .iov_len = sizeof(answer) };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	struct cmsghdr *head;

	if (with >= 0) {
		message.msg_control = control.bytes;
		message.msg_controllen = sizeof(control.bytes);
		head = CMSG_FIRSTHDR(&message);
		head->cmsg_level = SOL_SOCKET;
		head->cmsg_type = SCM_RIGHTS;
		head->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(head), &with, sizeof(int));
	}
	return sendmsg(fd, &message, MSG_NOSIGNAL) == (ssize_t)sizeof(answer);
}

static bool start_one(struct spawning *s)
{
	struct reply answer = { .rc = -EAGAIN };
	int ends[2];
	uint32_t i = 0;
	bool sent;

	while (i < PROCESSES_MAX && s->processes[i])
		i++;
	if (i == PROCESSES_MAX)
		return reply(s->fd, answer, -1);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) {
		answer.rc = -errno;
		return reply(s->fd, answer, -1);
	}
	answer.number = i;
	answer.rc = render_exec(&s->processes[i], s->program, ends[1]);
	(void)close(ends[1]);
	if (answer.rc < 0)
		s->processes[i] = 0;
	sent = reply(s->fd, answer, answer.rc < 0 ? -1 : ends[0]);
	(void)close(ends[0]);
	return sent;
}

static void end_one(struct spawning *s, uint32_t number)
{
	pid_t *pid = &s->processes[number];

	if (*pid == 0)
		return;
	(void)kill(*pid, SIGKILL);
	while (waitpid(*pid, NULL, 0) < 0 && errno == EINTR)
		;
	*pid = 0;
}

static bool obey(struct spawning *s, const struct request *r)
{
	const struct reply done = { .rc = 0 };

	if (r->order == ORDER_START)
		return start_one(s);
	if (r->order != ORDER_END || r->number >= PROCESSES_MAX)
		return false;
	end_one(s, r->number);
	return reply(s->fd, done, -1);
}

/* Everything of the web's is closed, but for standard error. */
static bool leave_files(int fd)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	return null >= 0 && dup2(null, STDIN_FILENO) >= 0 &&
	       dup2(null, STDOUT_FILENO) >= 0 &&
	       (fd == 3 || close_range(3, (unsigned)fd - 1, 0) == 0) &&
	       close_range((unsigned)fd + 1, UINT_MAX, 0) == 0;
}

NORETURN static void spawn(int fd, const char *program)
{
	struct spawning s = { .fd = fd, .program = program };
	struct request request;
	struct reply ready = { .rc = -EIO };

	/* Not ended by what is meant for the web: it ends with that. */
	(void)setpgid(0, 0);
	(void)prctl(PR_SET_NAME, "lanterne-spawn");
	if (leave_files(fd))
		ready.rc = give_up(program);
	if (reply(fd, ready, -1) && ready.rc == 0) {
		while (recv(fd, &request, sizeof(request), 0) ==
			   (ssize_t)sizeof(request) &&
		       obey(&s, &request))
			;
	}
	for (uint32_t i = 0; i < PROCESSES_MAX; i++)
		end_one(&s, i);
	_exit(0);
}

/* ---- the web ---- */

/* Receive an answer, and the socket that comes with one: -1 for none. */
static int hear(int fd, struct reply *answer, int *with)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { .bytes = { 0 } };
	struct iovec part = { .iov_base = answer, .iov_len = sizeof(*answer) };
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = control.bytes,
				  .msg_controllen = sizeof(control.bytes) };
	const struct cmsghdr *head;
	ssize_t got;

	do {
		got = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
	} while (got < 0 && errno == EINTR);
	*with = -1;
	if (got != (ssize_t)sizeof(*answer))
		return -EPIPE;
	head = CMSG_FIRSTHDR(&message);
	if (head && head->cmsg_type == SCM_RIGHTS &&
	    head->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(with, CMSG_DATA(head), sizeof(int));
	return answer->rc;
}

/* An order, and what became of it. */
static int order(struct render_spawner *s, struct request request,
		 struct reply *answer, int *with)
{
	int rc = -EPIPE;

	*with = -1;
	(void)pthread_mutex_lock(&s->lock);
	if (send(s->fd, &request, sizeof(request), MSG_NOSIGNAL) ==
	    (ssize_t)sizeof(request))
		rc = hear(s->fd, answer, with);
	(void)pthread_mutex_unlock(&s->lock);
	return rc;
}

int render_spawner_new(struct render_spawner **out, const char *program)
{
	struct render_spawner *s = calloc(1, sizeof(*s));
	struct reply ready;
	int ends[2];
	int with;
	int rc;

	if (!s || pthread_mutex_init(&s->lock, NULL) != 0) {
		free(s);
		return -ENOMEM;
	}
	rc = socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0
		 ? -errno
		 : 0;
	s->fd = rc == 0 ? ends[0] : -1;
	if (rc == 0) {
		s->pid = fork();
		if (s->pid == 0)
			spawn(ends[1], program);
		rc = s->pid < 0 ? -errno : 0;
		(void)close(ends[1]);
	}
	if (rc == 0)
		rc = hear(s->fd, &ready, &with);
	if (rc < 0)
		render_spawner_free(s);
	else
		*out = s;
	return rc;
}

void render_spawner_free(struct render_spawner *s)
{
	if (!s)
		return;
	if (s->fd >= 0)
		(void)close(s->fd);
	while (s->pid > 0 && waitpid(s->pid, NULL, 0) < 0 && errno == EINTR)
		;
	(void)pthread_mutex_destroy(&s->lock);
	free(s);
}

bool render_spawner_lives(const struct render_spawner *s)
{
	struct pollfd look = { .fd = s->fd, .events = 0 };

	return poll(&look, 1, 0) >= 0 && !(look.revents & (POLLHUP | POLLERR));
}

int render_spawner_start(struct render_spawner *s, int *fd, uint32_t *number)
{
	const struct request request = { .order = ORDER_START };
	struct reply answer = { .rc = 0 };
	int rc = order(s, request, &answer, fd);

	if (rc == 0 && *fd < 0)
		rc = -EPIPE;
	*number = answer.number;
	return rc;
}

void render_spawner_end(struct render_spawner *s, uint32_t number)
{
	const struct request request = { .order = ORDER_END, .number = number };
	struct reply answer;
	int with;

	/* A spawner that is gone has taken its processes along. */
	(void)order(s, request, &answer, &with);
}
