/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/render_helper.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#include "sandbox/sandbox.h"
#include "util/log.h"

enum {
	CPU_MAX_S = 300, /* a thousand graphs take fifteen */
	FILES_MAX = 64,
	MEMORY_MAX = 768 << 20, /* of addresses; a helper has 250 MiB */
};

/* A sanitizer reserves terabytes of addresses. */
#ifdef __SANITIZE_ADDRESS__
static const bool limits_memory = false;
#else
static const bool limits_memory = true;
#endif

static bool limit(int resource, rlim_t most)
{
	const struct rlimit limits = { .rlim_cur = most, .rlim_max = most };

	return setrlimit((__rlimit_resource_t)resource, &limits) == 0;
}

/* Local time, fonts and what says which font is one, for reading. */
static bool give_up(void)
{
	static const struct sandbox_path paths[] = {
		{ "/usr/share/fonts", SANDBOX_READ },
		{ "/usr/local/share/fonts", SANDBOX_READ },
		{ "/usr/share/fontconfig", SANDBOX_READ },
		{ "/etc/fonts", SANDBOX_READ },
		{ "/var/cache/fontconfig", SANDBOX_READ },
		{ "/usr/share/zoneinfo", SANDBOX_READ },
		{ "/etc/localtime", SANDBOX_READ },
	};
	static const struct sandbox_rules rules = {
		.kind = SANDBOX_RENDER_HELPER,
		.paths = paths,
		.path_count = sizeof(paths) / sizeof(*paths),
		.hides_memory = true,
	};
	struct sandbox_state state;

	return sandbox_apply(&rules, &state) == 0;
}

/* What a drawing library with a fault could do is little. */
static bool confine(void)
{
	/* Fontconfig tries to write what it found: that is refused, quietly. */
	(void)signal(SIGXFSZ, SIG_IGN);
	return limit(RLIMIT_CPU, CPU_MAX_S) && limit(RLIMIT_CORE, 0) &&
	       limit(RLIMIT_FSIZE, 0) && limit(RLIMIT_NOFILE, FILES_MAX) &&
	       (!limits_memory || limit(RLIMIT_AS, MEMORY_MAX)) && give_up();
}

static bool receive_all(int fd, void *to, size_t size)
{
	char *at = to;

	while (size > 0) {
		ssize_t got = recv(fd, at, size, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		at += got;
		size -= (size_t)got;
	}
	return true;
}

static bool send_all(int fd, const void *from, size_t size)
{
	const char *at = from;

	while (size > 0) {
		ssize_t sent = send(fd, at, size, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return false;
		at += sent;
		size -= (size_t)sent;
	}
	return true;
}

static bool answer(int fd, const struct render_job *job, render_draw draw)
{
	struct text png;
	struct render_answer head = { .magic = RENDER_ANSWER_MAGIC };
	bool sent;

	text_init(&png);
	head.rc = draw(job, &png);
	if (head.rc == 0)
		head.size = (uint32_t)png.len;
	sent = send_all(fd, &head, sizeof(head)) &&
	       send_all(fd, png.data, head.size);
	text_fini(&png);
	return sent;
}

int render_helper_run(int fd, render_draw draw)
{
	struct render_job *job = malloc(sizeof(*job));

	if (!job)
		return EX_OSERR;
	if (!confine()) {
		log_error("render: the helper could not be confined");
		free(job);
		return EX_OSERR;
	}
	while (receive_all(fd, job, sizeof(*job)) && answer(fd, job, draw))
		;
	free(job);
	return EX_OK;
}
