/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/service.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "util/number.h"

enum { SOCKETS_MAX = 64, LINES_SIZE = 512 };

/* A number of the environment, or 0. */
static uint64_t number_of(const char *name, uint64_t most)
{
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread */
	const char *text = getenv(name);
	uint64_t value = 0;

	if (!text || number_u64(text, strlen(text), most, &value) < 0)
		return 0;
	return value;
}

/* Whether a variable names this process. */
static bool is_for_us(const char *name)
{
	return number_of(name, INT_MAX) == (uint64_t)getpid();
}

/* Without a word on whom it is for it is for whoever reads it. */
static bool is_watched(void)
{
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread */
	return !getenv("WATCHDOG_PID") || is_for_us("WATCHDOG_PID");
}

/* A datagram socket connected to a path, or to an abstract name behind "@". */
static int connect_to(const char *name)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t len = name ? strlen(name) : 0;
	int fd;

	if (len < 2 || len >= sizeof(to.sun_path) ||
	    (name[0] != '/' && name[0] != '@'))
		return -1;
	memcpy(to.sun_path, name, len);
	if (name[0] == '@')
		to.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 &&
	    connect(fd, (const struct sockaddr *)&to,
		    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)) <
		0) {
		(void)close(fd);
		fd = -1;
	}
	return fd;
}

void service_open(struct service *s)
{
	*s = (struct service){
		/* NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread */
		.fd = connect_to(getenv("NOTIFY_SOCKET")),
	};
	if (s->fd >= 0 && is_watched())
		s->watchdog_us = (int64_t)number_of("WATCHDOG_USEC", INT64_MAX);
	if (is_for_us("LISTEN_PID"))
		s->sockets = (int)number_of("LISTEN_FDS", SOCKETS_MAX);
	for (int i = 0; i < s->sockets; i++)
		(void)fcntl(SERVICE_FIRST_SOCKET + i, F_SETFD, FD_CLOEXEC);
}

void service_tell(const struct service *s, const char *format, ...)
{
	char lines[LINES_SIZE];
	va_list arguments;
	int saved = errno;
	int len;

	if (s->fd < 0)
		return;
	va_start(arguments, format);
	len = vsnprintf(lines, sizeof(lines), format, arguments);
	va_end(arguments);
	if (len > 0 && (size_t)len < sizeof(lines) &&
	    write(s->fd, lines, (size_t)len) < 0)
		errno = saved; /* there is nobody to tell of that */
	errno = saved;
}

void service_close(struct service *s)
{
	if (s->fd >= 0)
		(void)close(s->fd);
	s->fd = -1;
}
