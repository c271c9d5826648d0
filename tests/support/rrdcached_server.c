/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/rrdcached_server.h"

#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/rrdcached_link.h"
#include "util/file.h"

#define PROGRAM "/usr/bin/rrdcached"

enum { PAUSE_US = 10000, START_US = 20000000 };

bool rrdcached_server_is_there(void)
{
	return access(PROGRAM, X_OK) == 0;
}

/* A port of the loopback address that nobody has just now. */
static uint16_t free_port(void)
{
	struct sockaddr_in6 a = { .sin6_family = AF_INET6,
				  .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	socklen_t size = sizeof(a);
	int fd = socket(AF_INET6, SOCK_STREAM, 0);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&a, size), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&a, &size), 0);
	(void)close(fd);
	return ntohs(a.sin6_port);
}

static void make_folder(const char *dir, const char *name)
{
	char path[SERVER_PATH_SIZE];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	ck_assert_int_eq(file_make_directories(path), 0);
}

void rrdcached_server_init(struct rrdcached_server *s, const char *dir,
			   bool over_tcp)
{
	*s = (struct rrdcached_server){ .dir = dir,
					.over_tcp = over_tcp,
					.write_s = "3600" };
	make_folder(dir, "rrd");
	make_folder(dir, "journal");
	(void)snprintf(s->socket, sizeof(s->socket), "%s/socket", dir);
	s->target.used = true;
	if (over_tcp) {
		s->target.tcp.addr.version = 6;
		s->target.tcp.addr.bytes[15] = 1;
		s->target.tcp.port = free_port();
	} else {
		s->target.socket = s->socket;
	}
}

static void become(const struct rrdcached_server *s)
{
	char listen[SERVER_PATH_SIZE + 8];
	char base[SERVER_PATH_SIZE];
	char journal[SERVER_PATH_SIZE];
	char pid_file[SERVER_PATH_SIZE];
	char log[SERVER_PATH_SIZE];

	if (s->over_tcp)
		(void)snprintf(listen, sizeof(listen), "[::1]:%u",
			       (unsigned)s->target.tcp.port);
	else
		(void)snprintf(listen, sizeof(listen), "unix:%s", s->socket);
	(void)snprintf(base, sizeof(base), "%s/rrd", s->dir);
	(void)snprintf(journal, sizeof(journal), "%s/journal", s->dir);
	(void)snprintf(pid_file, sizeof(pid_file), "%s/pid", s->dir);
	(void)snprintf(log, sizeof(log), "%s/log", s->dir);
	/* A server must not outlive its test, however that ends. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)signal(SIGXFSZ, SIG_IGN); /* a file too large is an error */
	if (!freopen("/dev/null", "w", stderr))
		_exit(127);
	if (s->with_journal)
		(void)execl(PROGRAM, PROGRAM, "-g", "-l", listen, "-b", base,
			    "-B", "-R", "-p", pid_file, "-o", log, "-w",
			    s->write_s, "-t", "1", "-f", "86400", "-j", journal,
			    (char *)NULL);
	else
		(void)execl(PROGRAM, PROGRAM, "-g", "-l", listen, "-b", base,
			    "-B", "-R", "-p", pid_file, "-o", log, "-w",
			    s->write_s, "-t", "1", "-f", "86400", "-F",
			    (char *)NULL);
	_exit(127);
}

void rrdcached_server_start(struct rrdcached_server *s)
{
	int64_t until_us = rrdcached_now_us() + START_US;
	struct rrdcached_link link;
	char pid_file[SERVER_PATH_SIZE];

	(void)snprintf(pid_file, sizeof(pid_file), "%s/pid", s->dir);
	(void)unlink(pid_file); /* of one that was killed */
	s->pid = fork();
	ck_assert_int_ge(s->pid, 0);
	if (s->pid == 0)
		become(s);
	rrdcached_link_init(&link);
	while (rrdcached_link_open(&link, &s->target, until_us) < 0) {
		ck_assert_int_eq(waitpid(s->pid, NULL, WNOHANG), 0);
		ck_assert(rrdcached_now_us() < until_us);
		rrdcached_pause(PAUSE_US, until_us);
	}
	rrdcached_link_fini(&link);
}

void rrdcached_server_end(struct rrdcached_server *s, int signal)
{
	ck_assert_int_gt(s->pid, 0);
	ck_assert_int_eq(kill(s->pid, signal), 0);
	ck_assert_int_eq(waitpid(s->pid, NULL, 0), s->pid);
	s->pid = 0;
}
