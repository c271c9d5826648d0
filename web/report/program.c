/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/report/program.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "util/err.h"
#include "util/log.h"

enum { LOOK_MS = 20, MS_NS = 1000000 };

/* What a program reads is whole before it starts: neither waits for the
 * other. @return a descriptor or -errno */
static int file_of(const struct text *text)
{
	int fd = memfd_create("alerts", MFD_CLOEXEC);
	size_t put = 0;

	while (fd >= 0 && put < text->len) {
		ssize_t n = write(fd, text_str(text) + put, text->len - put);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			int rc = n < 0 ? -errno : -EIO;

			(void)close(fd);
			return rc;
		}
		put += (size_t)n;
	}
	if (fd < 0)
		return -errno;
	if (lseek(fd, 0, SEEK_SET) < 0) {
		int rc = -errno;

		(void)close(fd);
		return rc;
	}
	return fd;
}

static int add_redirection(posix_spawn_file_actions_t *actions, int in)
{
	int rc = posix_spawn_file_actions_init(actions);

	if (rc != 0)
		return rc;
	rc = posix_spawn_file_actions_adddup2(actions, in, STDIN_FILENO);
	if (rc != 0)
		(void)posix_spawn_file_actions_destroy(actions);
	return rc;
}

static int start(pid_t *pid, char *const *command, int in)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int rc = add_redirection(&actions, in);

	if (rc != 0)
		return -rc;
	rc = posix_spawnattr_init(&attributes);
	if (rc == 0) {
		/* Its group is named after itself. */
		rc = posix_spawnattr_setflags(&attributes,
					      POSIX_SPAWN_SETPGROUP);
		if (rc == 0)
			rc = posix_spawnp(pid, command[0], &actions,
					  &attributes, command, environ);
		(void)posix_spawnattr_destroy(&attributes);
	}
	(void)posix_spawn_file_actions_destroy(&actions);
	return -rc;
}

static int64_t now_ms(void)
{
	struct timespec now = { .tv_sec = 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / MS_NS;
}

/* @return 0, -ETIMEDOUT (it is still at work) or -errno */
static int await(pid_t pid, int *status, int limit_ms)
{
	const struct timespec pause = { .tv_nsec = LOOK_MS * MS_NS };
	int64_t end_ms = now_ms() + limit_ms;

	for (;;) {
		pid_t ended = waitpid(pid, status, WNOHANG);

		if (ended == pid)
			return 0;
		if (ended < 0 && errno != EINTR)
			return -errno;
		if (now_ms() >= end_ms)
			return -ETIMEDOUT;
		(void)nanosleep(&pause, NULL);
	}
}

static void end(pid_t pid)
{
	int status;

	(void)kill(-pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
}

static int judge(const char *name, int status)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFSIGNALED(status))
		log_error("%s: ended by signal %d", name, WTERMSIG(status));
	else
		log_error("%s: exit status %d", name, WEXITSTATUS(status));
	return -ECHILD;
}

int program_feed(char *const *command, const struct text *text, int limit_ms)
{
	pid_t pid = -1;
	int status = 0;
	int in = file_of(text);
	int rc = in < 0 ? in : start(&pid, command, in);

	if (in >= 0)
		(void)close(in);
	if (rc < 0) {
		log_error("%s: %s", command[0], err_str(rc));
		return rc;
	}
	rc = await(pid, &status, limit_ms);
	if (rc == 0)
		return judge(command[0], status);
	if (rc == -ETIMEDOUT) {
		end(pid);
		log_error("%s: killed, it did not end within %d s", command[0],
			  limit_ms / 1000);
	} else {
		log_error("%s: %s", command[0], err_str(rc));
	}
	return rc;
}
