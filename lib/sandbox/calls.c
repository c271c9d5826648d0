/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The lists: what strace shows of all that the programs do, and what the C
 * library and librrd have besides for worse days. What gives power is looked at
 * with its arguments: memory that can be run, processes, sockets.
 *
 * A filter goes on to whatever a process starts, and those below it can only
 * forbid more. So the spawner's list has all that a render helper needs before
 * it has a filter of its own.
 */
#include <errno.h>
#include <linux/sockios.h>
#include <sched.h>
#include <seccomp.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox/parts.h"

#define R (1U << SANDBOX_REMOTE_COLLECTOR)
#define C (1U << SANDBOX_COLLECTOR | R)
#define W (1U << SANDBOX_WEB)
#define S (1U << SANDBOX_SPAWNER)
#define H (1U << SANDBOX_RENDER_HELPER)
/* No kind: what a collector has besides if it opens network interfaces, by
 * libpcap. */
#define M (1U << SANDBOX_KIND_COUNT)

/* Younger machines have no call without a folder where there is one with it. */
#ifdef SYS_open
#define OLD_OR_NEW(old, new) SCMP_SYS(old)
#else
#define OLD_OR_NEW(old, new) SCMP_SYS(new)
#endif

struct row {
	int call;
	unsigned kinds;
};

/* Whatever the arguments. */
static const struct row allowed[] = {
	/* what is open */
	{ SCMP_SYS(read), C | W | S | H },
	{ SCMP_SYS(write), C | W | S | H },
	{ SCMP_SYS(close), C | W | S | H },
	{ SCMP_SYS(fstat), C | W | S | H },
	{ SCMP_SYS(newfstatat), C | W | S | H },
	{ SCMP_SYS(lseek), C | W | S | H },
	{ SCMP_SYS(pread64), C | W | S | H },
	{ SCMP_SYS(fcntl), C | W | S | H },
	{ OLD_OR_NEW(poll, ppoll), R | M | W | S | H },
	/* files, as far as Landlock lets */
	{ SCMP_SYS(openat), C | W | S | H },
	{ SCMP_SYS(getdents64), C | W | S | H },
	{ OLD_OR_NEW(access, faccessat), C | W | S | H },
	{ OLD_OR_NEW(readlink, readlinkat), W | S | H },
	{ SCMP_SYS(statfs), W | S | H },
	{ SCMP_SYS(fstatfs), C | W | S | H },
	{ SCMP_SYS(fadvise64), S | H },
	{ SCMP_SYS(pwrite64), C | W },
	{ SCMP_SYS(ftruncate), C | W },
	{ SCMP_SYS(fallocate), C | W },
	{ SCMP_SYS(fsync), C | W },
	{ SCMP_SYS(fdatasync), C | W },
	{ SCMP_SYS(flock), W },
	{ OLD_OR_NEW(rename, renameat), C | W },
	{ OLD_OR_NEW(unlink, unlinkat), C | W },
	{ OLD_OR_NEW(mkdir, mkdirat), C | W },
	{ SCMP_SYS(fchmod), W },
	{ SCMP_SYS(fchown), W }, /* a file of users stays whose it is */
	{ OLD_OR_NEW(chmod, fchmodat), C },
	{ OLD_OR_NEW(link, linkat), C },
	/* memory and threads */
	{ SCMP_SYS(brk), C | W | S | H },
	{ SCMP_SYS(munmap), C | W | S | H },
	{ SCMP_SYS(mremap), C | W | S | H },
	{ SCMP_SYS(madvise), C | W | S | H },
	{ SCMP_SYS(futex), C | W | S | H },
	{ SCMP_SYS(set_robust_list), C | W | S | H },
	{ SCMP_SYS(rseq), C | W | S | H },
	{ SCMP_SYS(sched_yield), W | S | H },
	{ SCMP_SYS(sched_getaffinity), W | S | H },
	{ SCMP_SYS(sysinfo), C | W | S | H },
	{ SCMP_SYS(uname), M },
	{ SCMP_SYS(getpid), C | W | S | H },
	{ SCMP_SYS(gettid), C | W | S | H },
	{ SCMP_SYS(exit), C | W | S | H },
	{ SCMP_SYS(exit_group), C | W | S | H },
	/* signals, time, chance */
	{ SCMP_SYS(rt_sigaction), C | W | S | H },
	{ SCMP_SYS(rt_sigprocmask), C | W | S | H },
	{ SCMP_SYS(rt_sigreturn), C | W | S | H },
	{ SCMP_SYS(rt_sigtimedwait), W },
	{ SCMP_SYS(restart_syscall), C | W | S | H },
	{ SCMP_SYS(clock_gettime), C | W | S | H },
	{ SCMP_SYS(clock_nanosleep), C | W | S | H },
	{ SCMP_SYS(clock_adjtime), C },
	{ SCMP_SYS(getrandom), C | W | S | H },
	/* sockets that are open */
	{ SCMP_SYS(recvfrom), R | M | W | S | H },
	{ SCMP_SYS(sendto), R | W | S | H },
	{ SCMP_SYS(recvmsg), W | S },
	{ SCMP_SYS(sendmsg), C | W | S },
	{ SCMP_SYS(recvmmsg), C },
	{ SCMP_SYS(sendmmsg), C },
	{ SCMP_SYS(sendfile), W },
	{ SCMP_SYS(writev), C | W },
	{ SCMP_SYS(accept4), W },
	{ SCMP_SYS(shutdown), W },
	{ SCMP_SYS(getsockname), C | W },
	{ SCMP_SYS(getpeername), W },
	{ SCMP_SYS(getsockopt), C | W },
	{ SCMP_SYS(setsockopt), C | W },
	{ SCMP_SYS(connect), C }, /* relays, rrdcached */
	{ OLD_OR_NEW(epoll_wait, epoll_pwait), C | W },
	{ SCMP_SYS(epoll_ctl), C | W },
	{ SCMP_SYS(epoll_create1), W },
	{ SCMP_SYS(eventfd2), M | W },
	{ SCMP_SYS(bind), M },
	/* processes, and what a program begins with */
	{ SCMP_SYS(clone), S },
	{ SCMP_SYS(vfork), S },
	{ SCMP_SYS(execve), S },
	{ SCMP_SYS(wait4), W | S },
	{ SCMP_SYS(kill), S },
	{ SCMP_SYS(tgkill), S },
	{ SCMP_SYS(socketpair), S },
	{ OLD_OR_NEW(dup2, dup3), S },
	{ SCMP_SYS(dup3), S },
	{ SCMP_SYS(close_range), S },
	{ SCMP_SYS(setpgid), S },
	{ SCMP_SYS(mmap), S },
	{ SCMP_SYS(mprotect), S },
	{ SCMP_SYS(arch_prctl), S },
	{ SCMP_SYS(set_tid_address), S },
	{ SCMP_SYS(prlimit64), S },
	{ SCMP_SYS(ioctl), S },
	{ SCMP_SYS(capget), S },
	{ SCMP_SYS(capset), S },
	{ SCMP_SYS(prctl), S },
	{ SCMP_SYS(seccomp), S },
	{ SCMP_SYS(landlock_create_ruleset), S },
	{ SCMP_SYS(landlock_add_rule), S },
	{ SCMP_SYS(landlock_restrict_self), S },
};

/* libpcap asks about interfaces by the first kind of socket that it gets: those
 * of UDP do. systemd answers alike. */
static const int not_for_asking[] = { AF_NETLINK, AF_UNIX };

/* Fontconfig would keep what it found, and can do without: refused to those
 * that draw, and no reason to die. */
static const int refused[] = {
	OLD_OR_NEW(mkdir, mkdirat),
	OLD_OR_NEW(chmod, fchmodat),
	SCMP_SYS(fchmod),
	OLD_OR_NEW(rename, renameat),
	OLD_OR_NEW(unlink, unlinkat),
	OLD_OR_NEW(link, linkat),
	OLD_OR_NEW(symlink, symlinkat),
	SCMP_SYS(utimensat),
};

/* An argument whose bits under the mask are the value's; mask 0: any. */
struct argument {
	unsigned index;
	uint64_t mask;
	uint64_t value;
};

/* With these arguments alone. */
struct argument_row {
	int call;
	unsigned kinds;
	struct argument first;
	struct argument second;
};

#define WHOLE UINT32_MAX
#define ANY                                                                    \
	{                                                                      \
		0, 0, 0                                                        \
	}
#define IS(domain)                                                             \
	{                                                                      \
		0, WHOLE, domain                                               \
	}
/* Without SOCK_CLOEXEC and SOCK_NONBLOCK. */
#define TYPE(type)                                                             \
	{                                                                      \
		1, 0xf, type                                                   \
	}

static const struct argument_row allowed_with[] = {
	/* no memory that can be run */
	{ SCMP_SYS(mmap), C | W | H, { 2, PROT_EXEC, 0 }, ANY },
	{ SCMP_SYS(mprotect), C | W | H, { 2, PROT_EXEC, 0 }, ANY },
	/* threads, and no processes */
	{ SCMP_SYS(clone), C | W | H, { 0, CLONE_THREAD, CLONE_THREAD }, ANY },
	{ SCMP_SYS(prctl), W | H, { 0, WHOLE, PR_SET_NAME }, ANY },
	/* limits are read, not set */
	{ SCMP_SYS(prlimit64), W | H, { 2, UINT64_MAX, 0 }, ANY },
	/* is this a terminal? */
	{ SCMP_SYS(ioctl), C | W | H, { 1, WHOLE, TCGETS }, ANY },
	/* relays */
	{ SCMP_SYS(socket), C, IS(AF_INET), TYPE(SOCK_DGRAM) },
	{ SCMP_SYS(socket), C, IS(AF_INET6), TYPE(SOCK_DGRAM) },
	/* rrdcached */
	{ SCMP_SYS(socket), R, IS(AF_INET), TYPE(SOCK_STREAM) },
	{ SCMP_SYS(socket), R, IS(AF_INET6), TYPE(SOCK_STREAM) },
	{ SCMP_SYS(socket), R, IS(AF_UNIX), TYPE(SOCK_STREAM) },
	/* mirror ports: frames, and what libpcap wants to know of them. To set
	 * any of that needs CAP_NET_ADMIN. */
	{ SCMP_SYS(socket), M, IS(AF_PACKET), TYPE(SOCK_RAW) },
	{ SCMP_SYS(ioctl), M, { 1, WHOLE, SIOCGIFINDEX }, ANY },
	{ SCMP_SYS(ioctl), M, { 1, WHOLE, SIOCGIFNAME }, ANY },
	{ SCMP_SYS(ioctl), M, { 1, WHOLE, SIOCGIFFLAGS }, ANY },
	{ SCMP_SYS(ioctl), M, { 1, WHOLE, SIOCGIFMTU }, ANY },
	{ SCMP_SYS(ioctl), M, { 1, WHOLE, SIOCGIFHWADDR }, ANY },
	{ SCMP_SYS(ioctl), M, { 1, WHOLE, SIOCETHTOOL }, ANY },
	/* the web asks itself */
	{ SCMP_SYS(socketpair), W, IS(AF_UNIX), TYPE(SOCK_STREAM) },
};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static int add_with(scmp_filter_ctx filter, int call,
		    const struct argument *first, const struct argument *second)
{
	const struct scmp_arg_cmp both[] = {
		{ first->index, SCMP_CMP_MASKED_EQ, first->mask, first->value },
		{ second->index, SCMP_CMP_MASKED_EQ, second->mask,
		  second->value },
	};

	return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call,
				      second->mask ? 2 : 1, both);
}

/* Raw, so that the streams of an rrdcached are not meant. */
static int refuse_asking(scmp_filter_ctx filter)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < COUNT_OF(not_for_asking); i++)
		rc = seccomp_rule_add(
		    filter, SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket), 2,
		    SCMP_A0(SCMP_CMP_MASKED_EQ, WHOLE,
			    (scmp_datum_t)not_for_asking[i]),
		    SCMP_A1(SCMP_CMP_MASKED_EQ, 0xf, SOCK_RAW));
	return rc;
}

/* Whether no row before it has its call: each counts once. */
static bool is_first(const struct argument_row *row, unsigned kinds)
{
	for (const struct argument_row *r = allowed_with; r < row; r++) {
		if (r->call == row->call && r->kinds & kinds)
			return false;
	}
	return true;
}

/* Those of some kinds, and how many. */
static int add_rows(scmp_filter_ctx filter, unsigned kinds, unsigned *count)
{
	int rc = kinds & M ? refuse_asking(filter) : 0;

	for (size_t i = 0; rc == 0 && i < COUNT_OF(allowed); i++) {
		if (!(allowed[i].kinds & kinds))
			continue;
		rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i].call,
				      0);
		++*count;
	}
	for (size_t i = 0; rc == 0 && kinds & (S | H) && i < COUNT_OF(refused);
	     i++)
		rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES),
				      refused[i], 0);
	for (size_t i = 0; rc == 0 && i < COUNT_OF(allowed_with); i++) {
		const struct argument_row *row = &allowed_with[i];

		if (!(row->kinds & kinds))
			continue;
		rc = add_with(filter, row->call, &row->first, &row->second);
		*count += is_first(row, kinds);
	}
	return rc;
}

/* abort() and raise() are for the process itself. */
static int add_own_signals(scmp_filter_ctx filter)
{
	const struct argument self = { 0, WHOLE, (uint64_t)getpid() };
	const struct argument any = ANY;

	return add_with(filter, SCMP_SYS(tgkill), &self, &any);
}

/* Who traces a process, and makes its calls fail, has number -1 called. */
static int allow_tracers(scmp_filter_ctx filter)
{
	int rc = seccomp_attr_set(filter, SCMP_FLTATR_API_TSKIP, 1);

	return rc < 0 ? rc : seccomp_rule_add(filter, SCMP_ACT_ALLOW, -1, 0);
}

static int fill(scmp_filter_ctx filter, enum sandbox_kind kind,
		bool keeps_net_raw, unsigned *count)
{
	int rc = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH,
				  SCMP_ACT_KILL_PROCESS);

	if (rc == 0)
		rc = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (rc == 0)
		rc = allow_tracers(filter);
	if (rc == 0)
		rc = add_rows(filter, 1U << kind | (keeps_net_raw ? M : 0),
			      count);
	if (rc == 0 && kind != SANDBOX_SPAWNER) {
		rc = add_own_signals(filter);
		++*count;
	}
	/* Its flags are in memory, where no filter looks: the C library then
	 * takes clone. */
	if (rc == 0)
		rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS),
				      SCMP_SYS(clone3), 0);
	return rc;
}

int calls_limit(enum sandbox_kind kind, bool keeps_net_raw, unsigned *count)
{
	scmp_filter_ctx filter;
	int rc;

	*count = 0;
	if (prctl(PR_GET_SECCOMP) < 0)
		return 0;
	filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	if (!filter)
		return -ENOMEM;
	rc = fill(filter, kind, keeps_net_raw, count);
	if (rc == 0)
		rc = seccomp_load(filter);
	seccomp_release(filter);
	return rc;
}
