/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The system calls that each list lets through. */

#include "sandbox/sandbox.h"

#include <linux/sockios.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "support/confined_child.h"
#include "support/unit.h"

enum {
	PAGE = 4096,
	CAPTURE_AT_MOST = 59,
	MIRROR_AT_MOST = 63,
	WEB_AT_MOST = 79,
};

#define R (1U << SANDBOX_REMOTE_COLLECTOR)
#define C (1U << SANDBOX_COLLECTOR | R)
#define W (1U << SANDBOX_WEB)
#define S (1U << SANDBOX_SPAWNER)
#define H (1U << SANDBOX_RENDER_HELPER)
/* A collector with mirror ports. */
#define M (1U << SANDBOX_KIND_COUNT)
enum { LIST_COUNT = SANDBOX_KIND_COUNT + 1 };

/* A call by its number. The arguments are such that it fails where it is
 * allowed, or does nothing. */
struct attempt {
	const char *name;
	unsigned allowed;
	long number;
	long arguments[5];
};

static const struct attempt attempts[] = {
	{ "read", C | W | S | H, SYS_read, { -1 } },
	{ "openat", C | W | S | H, SYS_openat, { -1 } },
	{ "futex", C | W | S | H, SYS_futex, { 0 } },
	{ "getrandom", C | W | S | H, SYS_getrandom, { 0 } },
	{ "recvfrom", R | M | W | S | H, SYS_recvfrom, { -1 } },
	{ "clone3 says that it is not there",
	  C | W | S | H,
	  SYS_clone3,
	  { 0 } },
	{ "a call that a tracer skips", C | W | S | H, -1, { 0 } },
	{ "recvmmsg", C, SYS_recvmmsg, { -1 } },
	{ "connect", C, SYS_connect, { -1 } },
	{ "fdatasync", C | W, SYS_fdatasync, { -1 } },
	{ "rename", C | W | S | H, SYS_rename, { 0 } },
	{ "link", C | S | H, SYS_link, { 0 } },
	{ "accept4", W, SYS_accept4, { -1 } },
	{ "sendfile", W, SYS_sendfile, { -1 } },
	{ "execve", S, SYS_execve, { 0 } },
	{ "execveat", 0, SYS_execveat, { -1 } },
	{ "ptrace", 0, SYS_ptrace, { -1 } },
	{ "process_vm_readv", 0, SYS_process_vm_readv, { -1 } },
	{ "kill", S, SYS_kill, { 0, 0 } },
	{ "a signal for another process", S, SYS_tgkill, { 1, 1, 0 } },
	{ "socket: UDP", C, SYS_socket, { AF_INET, SOCK_DGRAM, 99 } },
	{ "socket: TCP", R, SYS_socket, { AF_INET6, SOCK_STREAM, 99 } },
	{ "socket: Unix", R, SYS_socket, { AF_UNIX, SOCK_STREAM, 99 } },
	{ "socket: Unix datagrams",
	  0,
	  SYS_socket,
	  { AF_UNIX, SOCK_DGRAM, 99 } },
	{ "socket: raw", 0, SYS_socket, { AF_INET, SOCK_RAW, 255 } },
	{ "socket: packet", M, SYS_socket, { AF_PACKET, SOCK_RAW, 0 } },
	{ "socket: packets without head",
	  0,
	  SYS_socket,
	  { AF_PACKET, SOCK_DGRAM, 0 } },
	{ "socket: netlink", M, SYS_socket, { AF_NETLINK, SOCK_RAW, 0 } },
	{ "socket: netlink datagrams",
	  0,
	  SYS_socket,
	  { AF_NETLINK, SOCK_DGRAM, 0 } },
	{ "bind", M, SYS_bind, { -1 } },
	{ "eventfd2", M | W, SYS_eventfd2, { 0, -1 } },
	{ "listen", 0, SYS_listen, { -1 } },
	{ "executable memory",
	  S,
	  SYS_mmap,
	  { 0, 0, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1 } },
	{ "memory that becomes executable",
	  S,
	  SYS_mprotect,
	  { 1, PAGE, PROT_EXEC } },
	{ "a limit that is set", S, SYS_prlimit64, { -1, 0, 1 } },
	{ "prctl", S, SYS_prctl, { PR_SET_DUMPABLE, 9 } },
	{ "ioctl on a terminal", S, SYS_ioctl, { -1, 0x5412 } },
	{ "ioctl: flags of an interface",
	  S | M,
	  SYS_ioctl,
	  { -1, SIOCGIFFLAGS } },
	{ "ioctl: to set those", S, SYS_ioctl, { -1, SIOCSIFFLAGS } },
	{ "setuid", 0, SYS_setuid, { 0 } },
	{ "mount", 0, SYS_mount, { 0 } },
	{ "unshare", 0, SYS_unshare, { 0 } },
	{ "bpf", 0, SYS_bpf, { -1 } },
	{ "keyctl", 0, SYS_keyctl, { -1 } },
	{ "io_uring_setup", 0, SYS_io_uring_setup, { 0 } },
	{ "memfd_create", 0, SYS_memfd_create, { 0 } },
	{ "userfaultfd", 0, SYS_userfaultfd, { -1 } },
	{ "init_module", 0, SYS_init_module, { 0 } },
	{ "mknodat", 0, SYS_mknodat, { -1 } },
	{ "symlink", S | H, SYS_symlink, { 0 } },
	{ "chown", 0, SYS_chown, { 0 } },
	{ "settimeofday", 0, SYS_settimeofday, { 1, 1 } },
	{ "reboot", 0, SYS_reboot, { 0 } },
};

static struct sandbox_rules rules_of(int list)
{
	if (list < SANDBOX_KIND_COUNT)
		return (struct sandbox_rules){ .kind =
						   (enum sandbox_kind)list };
	return (struct sandbox_rules){ .kind = SANDBOX_COLLECTOR,
				       .keeps_net_raw = true };
}

static int outcome_of_attempt(const struct attempt *a, int list)
{
	const struct sandbox_rules rules = rules_of(list);
	pid_t child = fork();

	if (child == 0) {
		confined_give_up(&rules);
		(void)syscall(a->number, a->arguments[0], a->arguments[1],
			      a->arguments[2], a->arguments[3], a->arguments[4],
			      0);
		_exit(GOES_ON);
	}
	return confined_outcome(child);
}

START_TEST(a_call_is_on_the_lists_that_it_is_meant_for)
{
	const struct attempt *a = &attempts[_i];

	for (int list = 0; list < LIST_COUNT; list++) {
		unsigned bits = 1U << list;
		int got = outcome_of_attempt(a, list);
		int wanted;

		if (bits == M)
			bits |= 1U << SANDBOX_COLLECTOR;
		wanted = a->allowed & bits ? GOES_ON : -SIGSYS;

		if (got == UNCONFINED)
			continue;
		ck_assert_msg(got == wanted, "%s, list %d: %d, expected %d",
			      a->name, list, got, wanted);
	}
}
END_TEST

static void *do_nothing(void *argument)
{
	return argument;
}

/* What every program does all the time. */
static void live_on(void)
{
	const struct timespec pause = { .tv_nsec = 1000 };
	pthread_t thread;
	char *memory = malloc((size_t)16 << 20);

	if (!memory || pthread_create(&thread, NULL, do_nothing, NULL) != 0 ||
	    pthread_join(thread, NULL) != 0)
		_exit(1);
	memory = realloc(memory, (size_t)64 << 20);
	free(memory);
	(void)nanosleep(&pause, NULL);
	(void)isatty(STDERR_FILENO);
	(void)sysconf(_SC_PHYS_PAGES);
	_exit(memory ? GOES_ON : 1);
}

START_TEST(memory_threads_and_time_are_for_all)
{
	const struct sandbox_rules rules = rules_of(_i);
	pid_t child = fork();
	int got;

	if (child == 0) {
		confined_give_up(&rules);
		live_on();
	}
	got = confined_outcome(child);
	ck_assert(got == GOES_ON || got == UNCONFINED);
}
END_TEST

START_TEST(a_failed_assertion_is_an_abort)
{
	const struct sandbox_rules rules = rules_of(_i);
	pid_t child = fork();
	int got;

	if (child == 0) {
		confined_give_up(&rules);
		abort();
	}
	got = confined_outcome(child);
	ck_assert(got == -SIGABRT || got == UNCONFINED);
}
END_TEST

/* A fork as such, of the C library's and by the bare call. */
START_TEST(nobody_forks_but_the_spawner)
{
	const struct sandbox_rules rules = rules_of(_i);
	int wanted = _i == SANDBOX_SPAWNER ? GOES_ON : -SIGSYS;
	pid_t child = fork();
	int got;

	if (child == 0) {
		confined_give_up(&rules);
		if (fork() == 0)
			_exit(0);
		_exit(GOES_ON);
	}
	got = confined_outcome(child);
	ck_assert(got == wanted || got == UNCONFINED);
}
END_TEST

START_TEST(the_lists_are_short)
{
	static const unsigned most[] = {
		[SANDBOX_COLLECTOR] = CAPTURE_AT_MOST,
		[SANDBOX_REMOTE_COLLECTOR] = WEB_AT_MOST,
		[SANDBOX_WEB] = WEB_AT_MOST,
		[SANDBOX_SPAWNER] = WEB_AT_MOST,
		[SANDBOX_RENDER_HELPER] = CAPTURE_AT_MOST,
		[SANDBOX_KIND_COUNT] = MIRROR_AT_MOST
	};
	const struct sandbox_rules rules = rules_of(_i);
	pid_t child = fork();
	int got;

	if (child == 0) {
		struct sandbox_state state;

		if (sandbox_apply(&rules, &state) < 0)
			_exit(NOT_APPLIED);
		_exit((int)state.calls);
	}
	got = confined_outcome(child);
	printf("list %d: %d calls\n", _i, got);
	ck_assert_int_le(got, (int)most[_i]);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ a_call_is_on_the_lists_that_it_is_meant_for,
		  COUNT_OF(attempts) },
		{ memory_threads_and_time_are_for_all, LIST_COUNT },
		{ a_failed_assertion_is_an_abort, LIST_COUNT },
		{ nobody_forks_but_the_spawner, LIST_COUNT },
		{ the_lists_are_short, LIST_COUNT },
	};

	return unit_run("sandbox_calls", tests, COUNT_OF(tests));
}
