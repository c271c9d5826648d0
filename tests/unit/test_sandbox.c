/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Each test gives up its rights in a child, which then tries: what is allowed
 * goes on, what is not dies by SIGSYS, or is refused by Landlock. */

#include "sandbox/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sandbox/paths.h"
#include "support/tempdir.h"
#include "support/unit.h"

enum {
	PATH_SIZE = 4096,
	PAGE = 4096,
	GOES_ON = 42,	  /* exit status of a child whose call came back */
	UNCONFINED = 77,  /* nothing here that could forbid */
	NOT_APPLIED = 99, /* sandbox_apply failed */
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

static char *dir;

static void setup(void)
{
	dir = tempdir_new();
}

static void teardown(void)
{
	tempdir_remove(dir);
}

/* ---- system calls ---- */

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

/* Ends the child that it is called in, unless all is in force. */
static void give_up(const struct sandbox_rules *rules)
{
	struct sandbox_state state;

	if (sandbox_apply(rules, &state) < 0)
		_exit(NOT_APPLIED);
	if (state.calls == 0)
		_exit(UNCONFINED);
}

/* How a child ended: its exit status, or minus the signal. */
static int outcome_of(pid_t child)
{
	int status = 0;

	ck_assert_int_gt(child, 0);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

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
		give_up(&rules);
		(void)syscall(a->number, a->arguments[0], a->arguments[1],
			      a->arguments[2], a->arguments[3], a->arguments[4],
			      0);
		_exit(GOES_ON);
	}
	return outcome_of(child);
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
		give_up(&rules);
		live_on();
	}
	got = outcome_of(child);
	ck_assert(got == GOES_ON || got == UNCONFINED);
}
END_TEST

START_TEST(a_failed_assertion_is_an_abort)
{
	const struct sandbox_rules rules = rules_of(_i);
	pid_t child = fork();
	int got;

	if (child == 0) {
		give_up(&rules);
		abort();
	}
	got = outcome_of(child);
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
		give_up(&rules);
		if (fork() == 0)
			_exit(0);
		_exit(GOES_ON);
	}
	got = outcome_of(child);
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
	got = outcome_of(child);
	printf("list %d: %d calls\n", _i, got);
	ck_assert_int_le(got, (int)most[_i]);
}
END_TEST

/* ---- rights ---- */

/* The value of a line of /proc/self/status, or -1. */
static int64_t status_value(const char *name)
{
	FILE *file = fopen("/proc/self/status", "re");
	char line[256];
	int64_t value = -1;

	while (file && fgets(line, sizeof(line), file)) {
		if (strncmp(line, name, strlen(name)) == 0)
			value =
			    (int64_t)strtoull(line + strlen(name), NULL, 16);
	}
	if (file)
		(void)fclose(file);
	return value;
}

/* In a child, with /proc to read: whether all that is left is this. */
static void check_rights(bool keeps_net_raw)
{
	const struct sandbox_path proc = { "/proc/self", SANDBOX_READ };
	const struct sandbox_rules rules = { .kind = SANDBOX_COLLECTOR,
					     .paths = &proc,
					     .path_count = 1,
					     .keeps_net_raw = keeps_net_raw };
	int64_t net_raw = INT64_C(1) << 13;
	int64_t wanted = keeps_net_raw ? status_value("CapPrm:") & net_raw : 0;
	struct sandbox_state state;

	if (sandbox_apply(&rules, &state) < 0)
		_exit(NOT_APPLIED);
	if (status_value("CapEff:") != wanted ||
	    status_value("CapPrm:") != wanted || status_value("CapInh:") != 0 ||
	    status_value("CapAmb:") != 0)
		_exit(1);
	if (state.keeps_net_raw != (wanted != 0))
		_exit(2);
	_exit(status_value("NoNewPrivs:") == 1 ? GOES_ON : 3);
}

START_TEST(no_capability_is_left_but_that_of_mirrors)
{
	pid_t child = fork();

	if (child == 0)
		check_rights(_i == 1);
	ck_assert_int_eq(outcome_of(child), GOES_ON);
}
END_TEST

START_TEST(memory_is_hidden_where_that_is_asked_for)
{
	const struct sandbox_rules rules = { .kind = SANDBOX_SPAWNER,
					     .hides_memory = _i == 1 };
	pid_t child = fork();
	int got;

	if (child == 0) {
		give_up(&rules);
		_exit(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 1 ? 1 : GOES_ON);
	}
	got = outcome_of(child);
	ck_assert(got == (_i == 1 ? GOES_ON : 1) || got == UNCONFINED);
}
END_TEST

static void *wait_for_end(void *fd)
{
	char byte;

	(void)!read(*(int *)fd, &byte, 1);
	return NULL;
}

START_TEST(threads_that_would_keep_their_rights_are_refused)
{
	const struct sandbox_rules rules = { .kind = SANDBOX_WEB };
	struct sandbox_state state;
	pthread_t thread;
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(pthread_create(&thread, NULL, wait_for_end, &ends[0]),
			 0);
	ck_assert_int_eq(sandbox_apply(&rules, &state), -EBUSY);
	ck_assert_str_eq(state.step, "threads");
	(void)close(ends[1]);
	(void)pthread_join(thread, NULL);
	(void)close(ends[0]);
}
END_TEST

/* ---- files ---- */

static void path_of(char to[PATH_SIZE], const char *name)
{
	(void)snprintf(to, PATH_SIZE, "%s/%s", dir, name);
}

static void make_file(const char *name)
{
	char path[PATH_SIZE];
	int fd;

	path_of(path, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	ck_assert_int_ge(fd, 0);
	(void)close(fd);
}

static void make_folder(const char *name)
{
	char path[PATH_SIZE];

	path_of(path, name);
	ck_assert_int_eq(mkdir(path, 0700), 0);
}

/* An attempt at a file; 0 or -errno. */
struct file_attempt {
	const char *what;
	int (*attempt)(const char *path);
	const char *name;
	int rc;
};

static int read_it(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	(void)close(fd);
	return 0;
}

static int write_it(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return -errno;
	(void)close(fd);
	return 0;
}

static int remove_it(const char *path)
{
	return unlink(path) < 0 ? -errno : 0;
}

static int move_it(const char *path)
{
	char to[PATH_SIZE];

	path_of(to, "state/sub/moved");
	return rename(path, to) < 0 ? -errno : 0;
}

static int make_it(const char *path)
{
	return mkdir(path, 0700) < 0 ? -errno : 0;
}

static const struct file_attempt file_attempts[] = {
	{ "read what is ours", read_it, "state/one", 0 },
	{ "write what is ours", write_it, "state/one", 0 },
	{ "make a file", write_it, "state/new", 0 },
	{ "make a folder", make_it, "state/folder", 0 },
	{ "remove a file", remove_it, "state/one", 0 },
	{ "move a file to another folder", move_it, "state/one", 0 },
	{ "read the configuration", read_it, "config/lanterne.yaml", 0 },
	{ "read what a link led to", read_it, "elsewhere/roster.json", 0 },
	{ "write the configuration", write_it, "config/lanterne.yaml",
	  -EACCES },
	{ "make a file beside it", write_it, "config/new", -EACCES },
	{ "remove it", remove_it, "config/lanterne.yaml", -EACCES },
	{ "move it", move_it, "config/lanterne.yaml", -EACCES },
	{ "read what is another's", read_it, "other/secret", -EACCES },
	{ "write what is another's", write_it, "other/secret", -EACCES },
	{ "read the password file", read_it, "../../../../../etc/passwd",
	  -EACCES },
};

static void make_files(void)
{
	char target[PATH_SIZE];
	char link[PATH_SIZE];

	make_folder("state");
	make_folder("state/sub");
	make_folder("config");
	make_folder("elsewhere");
	make_folder("other");
	make_file("state/one");
	make_file("config/lanterne.yaml");
	make_file("elsewhere/roster.json");
	make_file("other/secret");
	path_of(target, "elsewhere/roster.json");
	path_of(link, "config/members.json");
	ck_assert_int_eq(symlink(target, link), 0);
}

/* In a child. */
static void attempt_file(const struct file_attempt *a)
{
	struct sandbox_rules rules = { .kind = SANDBOX_COLLECTOR };
	struct sandbox_state state;
	struct paths paths;
	char path[PATH_SIZE];

	paths_init(&paths);
	path_of(path, "state");
	paths_add(&paths, path, SANDBOX_CHANGE);
	path_of(path, "config/members.json");
	paths_add_replaced(&paths, path);
	paths_add(&paths, "/there/is/no/such/file", SANDBOX_READ);
	rules.paths = paths.all;
	rules.path_count = paths.count;
	path_of(path, a->name);
	if (paths.failed || sandbox_apply(&rules, &state) < 0)
		_exit(NOT_APPLIED);
	if (state.landlock_abi == 0)
		_exit(UNCONFINED);
	_exit(a->attempt(path) == a->rc ? GOES_ON : 1);
}

START_TEST(files_are_for_what_they_are_named_for)
{
	const struct file_attempt *a = &file_attempts[_i];
	pid_t child;
	int got;

	make_files();
	child = fork();
	if (child == 0)
		attempt_file(a);
	got = outcome_of(child);
	ck_assert_msg(got == GOES_ON || got == UNCONFINED, "%s: %d", a->what,
		      got);
}
END_TEST

START_TEST(what_is_in_force_is_said)
{
	static const struct sandbox_state bare = { .step = "seccomp" };
	static const struct sandbox_state full = { .landlock_abi = 2,
						   .calls = 50,
						   .keeps_net_raw = true };
	struct text said;

	text_init(&said);
	sandbox_describe(&full, &said);
	ck_assert_str_eq(text_str(&said),
			 "capabilities CAP_NET_RAW alone, no new privileges, "
			 "files by Landlock (ABI 2), 50 system calls by "
			 "seccomp");
	text_clear(&said);
	sandbox_describe(&bare, &said);
	ck_assert_ptr_nonnull(strstr(text_str(&said), "no Landlock"));
	ck_assert_ptr_nonnull(strstr(text_str(&said), "no seccomp"));
	text_fini(&said);
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
		{ no_capability_is_left_but_that_of_mirrors, 2 },
		{ memory_is_hidden_where_that_is_asked_for, 2 },
		{ threads_that_would_keep_their_rights_are_refused, 0 },
		{ files_are_for_what_they_are_named_for,
		  COUNT_OF(file_attempts) },
		{ what_is_in_force_is_said, 0 },
	};

	return unit_run_with("sandbox", setup, teardown, tests,
			     COUNT_OF(tests));
}
