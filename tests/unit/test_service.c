/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/service.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "support/tempdir.h"
#include "support/unit.h"

enum { PATH_SIZE = 100 };

static char *dir;
static char path[PATH_SIZE];

static void setup(void)
{
	dir = tempdir_new();
	(void)snprintf(path, sizeof(path), "%s/notify", dir);
	(void)unsetenv("NOTIFY_SOCKET");
	(void)unsetenv("WATCHDOG_USEC");
	(void)unsetenv("WATCHDOG_PID");
	(void)unsetenv("LISTEN_PID");
	(void)unsetenv("LISTEN_FDS");
}

static void teardown(void)
{
	tempdir_remove(dir);
}

/* Where a service manager listens; "@" begins an abstract name. */
static int manager_open(const char *name)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	memcpy(at.sun_path, name, strlen(name));
	if (name[0] == '@')
		at.sun_path[0] = '\0';
	if (bind(fd, (const struct sockaddr *)&at,
		 (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
			     strlen(name))) < 0) {
		(void)close(fd);
		return -1;
	}
	(void)setenv("NOTIFY_SOCKET", name, 1);
	return fd;
}

static void set_pid(const char *name, pid_t pid)
{
	char text[16];

	(void)snprintf(text, sizeof(text), "%d", (int)pid);
	(void)setenv(name, text, 1);
}

START_TEST(what_is_told_is_heard)
{
	const char *name = _i == 0 ? path : "@lanterne/test_service";
	int manager = manager_open(name);
	struct service s;
	char heard[64] = "";

	ck_assert_int_ge(manager, 0);
	service_open(&s);
	service_tell(&s, "READY=1\nSTATUS=%d members", 12);
	ck_assert_int_gt(recv(manager, heard, sizeof(heard) - 1, MSG_DONTWAIT),
			 0);
	ck_assert_str_eq(heard, "READY=1\nSTATUS=12 members");
	ck_assert_int_eq(s.watchdog_us, 0);
	ck_assert_int_eq(s.sockets, 0);
	service_close(&s);
	service_tell(&s, "STOPPING=1");
	ck_assert_int_lt(recv(manager, heard, sizeof(heard), MSG_DONTWAIT), 0);
	(void)close(manager);
}
END_TEST

START_TEST(without_a_manager_nothing_is_told)
{
	static const char *const odd[] = { NULL, "", "/", "relative/path",
					   "/nonexistent/lanterne/notify" };
	struct service s;

	if (odd[_i])
		(void)setenv("NOTIFY_SOCKET", odd[_i], 1);
	(void)setenv("WATCHDOG_USEC", "1000", 1);
	service_open(&s);
	ck_assert_int_eq(s.fd, -1);
	ck_assert_int_eq(s.watchdog_us, 0);
	service_tell(&s, "READY=1");
	service_close(&s);
}
END_TEST

START_TEST(a_watchdog_is_of_the_process_that_it_names)
{
	int manager = manager_open(path);
	struct service s;

	(void)setenv("WATCHDOG_USEC", "30000000", 1);
	service_open(&s);
	ck_assert_int_eq(s.watchdog_us, 30000000);
	service_close(&s);
	set_pid("WATCHDOG_PID", getpid());
	service_open(&s);
	ck_assert_int_eq(s.watchdog_us, 30000000);
	service_close(&s);
	set_pid("WATCHDOG_PID", getppid());
	service_open(&s);
	ck_assert_int_eq(s.watchdog_us, 0);
	service_close(&s);
	(void)unsetenv("WATCHDOG_PID");
	(void)setenv("WATCHDOG_USEC", "soon", 1);
	service_open(&s);
	ck_assert_int_eq(s.watchdog_us, 0);
	service_close(&s);
	(void)close(manager);
}
END_TEST

START_TEST(sockets_are_of_the_process_that_they_are_for)
{
	struct service s;

	(void)setenv("LISTEN_FDS", "2", 1);
	service_open(&s);
	ck_assert_int_eq(s.sockets, 0);
	set_pid("LISTEN_PID", getppid());
	service_open(&s);
	ck_assert_int_eq(s.sockets, 0);
	set_pid("LISTEN_PID", getpid());
	service_open(&s);
	ck_assert_int_eq(s.sockets, 2);
	(void)setenv("LISTEN_FDS", "100000", 1);
	service_open(&s);
	ck_assert_int_eq(s.sockets, 0);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ what_is_told_is_heard, 2 },
		{ without_a_manager_nothing_is_told, 5 },
		{ a_watchdog_is_of_the_process_that_it_names, 0 },
		{ sockets_are_of_the_process_that_they_are_for, 0 },
	};

	return unit_run_with("service", setup, teardown, tests,
			     COUNT_OF(tests));
}
