/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What becomes of an interface's handle, in front of a kernel and a libpcap
 * that are made up here: that wants no right. The real ones are in
 * integration.mirror_live.
 */
#include "support/unit.h"

#include <errno.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <stdarg.h>
#include <stdint.h>

#include "collector/interface_source.h"

enum { HANDLES = 4, FIRST_FD = 100 };

/* ---- the kernel, and libpcap ---- */

struct pcap {
	int fd;
	bool is_open;
	u_int drops;
};

static struct pcap handles[HANDLES];
static int handle_count;
static int ifindex; /* 0: it is gone */

/* <sys/ioctl.h> has names for the parameters that are not for us. */
int ioctl(int fd, unsigned long request, ...) __attribute__((nothrow));

int ioctl(int fd, unsigned long request, ...)
{
	struct ifreq *answer;
	va_list rest;

	(void)fd;
	va_start(rest, request);
	answer = va_arg(rest, struct ifreq *);
	va_end(rest);
	if (ifindex == 0 || request == SIOCETHTOOL) {
		errno = ENODEV;
		return -1;
	}
	if (request == SIOCGIFINDEX)
		answer->ifr_ifindex = ifindex;
	else if (request == SIOCGIFFLAGS)
		answer->ifr_flags = IFF_UP | IFF_RUNNING;
	else
		answer->ifr_mtu = 1500;
	return 0;
}

pcap_t *pcap_create(const char *name, char *words)
{
	pcap_t *p = &handles[handle_count];

	(void)name;
	(void)words;
	ck_assert_int_lt(handle_count, HANDLES);
	*p = (struct pcap){ .fd = FIRST_FD + handle_count, .is_open = true };
	handle_count++;
	return p;
}

void pcap_close(pcap_t *p)
{
	p->is_open = false;
}

int pcap_stats(pcap_t *p, struct pcap_stat *stat)
{
	*stat = (struct pcap_stat){ .ps_drop = p->drops };
	return 0;
}

int pcap_get_selectable_fd(pcap_t *p)
{
	return p->fd;
}

int pcap_fileno(pcap_t *p)
{
	(void)p;
	return -1;
}

int pcap_datalink(pcap_t *p)
{
	(void)p;
	return DLT_EN10MB;
}

pcap_t *pcap_open_dead(int link, int snap_bytes)
{
	static struct pcap dead;

	(void)link;
	(void)snap_bytes;
	return &dead;
}

int pcap_compile(pcap_t *p, struct bpf_program *program, const char *filter,
		 int optimise, bpf_u_int32 mask)
{
	(void)p;
	(void)filter;
	(void)optimise;
	(void)mask;
	*program = (struct bpf_program){ .bf_len = 0 };
	return 0;
}

void pcap_freecode(struct bpf_program *program)
{
	(void)program;
}

int pcap_setfilter(pcap_t *p, struct bpf_program *program)
{
	(void)p;
	(void)program;
	return 0;
}

int pcap_setnonblock(pcap_t *p, int on, char *words)
{
	(void)p;
	(void)on;
	(void)words;
	return 0;
}

int pcap_setdirection(pcap_t *p, pcap_direction_t direction)
{
	(void)p;
	(void)direction;
	return 0;
}

int pcap_activate(pcap_t *p)
{
	(void)p;
	return 0;
}

int pcap_set_snaplen(pcap_t *p, int bytes)
{
	(void)p;
	(void)bytes;
	return 0;
}

int pcap_set_promisc(pcap_t *p, int on)
{
	(void)p;
	(void)on;
	return 0;
}

int pcap_set_buffer_size(pcap_t *p, int bytes)
{
	(void)p;
	(void)bytes;
	return 0;
}

int pcap_set_timeout(pcap_t *p, int ms)
{
	(void)p;
	(void)ms;
	return 0;
}

/* ---- tests ---- */

static struct interface_source *s;

static void setup(void)
{
	const struct interface_options options = { .interface = "e1",
						   .buffer_bytes = 1 << 20,
						   .snap_bytes = 256 };
	struct text problem;

	text_init(&problem);
	ifindex = 7;
	handle_count = 0;
	ck_assert_int_eq(interface_source_open(&s, &options, &problem), 0);
	ck_assert_int_eq(interface_source_fd(s), FIRST_FD);
	text_fini(&problem);
}

static void teardown(void)
{
	interface_source_close(s);
	for (int i = 0; i < handle_count; i++)
		ck_assert(!handles[i].is_open);
}

START_TEST(drops_are_counted_once)
{
	handles[0].drops = 5;
	ck_assert_uint_eq(interface_source_drops(s), 5);
	ck_assert_uint_eq(interface_source_drops(s), 5);
	handles[0].drops = 7;
	ck_assert_uint_eq(interface_source_drops(s), 7);
}
END_TEST

/* Which libpcap counts in 32 bits. */
START_TEST(drops_go_on_when_their_counter_is_full)
{
	handles[0].drops = UINT32_MAX;
	ck_assert_uint_eq(interface_source_drops(s), UINT32_MAX);
	handles[0].drops = 2;
	ck_assert_uint_eq(interface_source_drops(s), UINT32_MAX + 3ULL);
}
END_TEST

/* What is in its ring is given out first: all was received before a tick. */
START_TEST(a_handle_that_is_lost_is_kept_for_a_tick)
{
	ifindex = 0;
	ck_assert(interface_source_tick(s));
	ck_assert_int_eq(interface_source_fd(s), -1);
	ck_assert(handles[0].is_open);
	(void)interface_source_tick(s);
	ck_assert(!handles[0].is_open);
	ck_assert_int_eq((int)interface_source_state(s), INTERFACE_GONE);
}
END_TEST

START_TEST(another_interface_of_the_name_is_opened_anew)
{
	ifindex = 8;
	ck_assert(interface_source_tick(s));
	ck_assert_int_eq(handle_count, 1);
	ck_assert_int_eq((int)interface_source_state(s), INTERFACE_DOWN);
	ck_assert(interface_source_tick(s));
	ck_assert(!handles[0].is_open);
	ck_assert_int_eq(interface_source_fd(s), FIRST_FD + 1);
	ck_assert_int_eq((int)interface_source_state(s), INTERFACE_UP);
	ck_assert(!interface_source_tick(s));
	ck_assert(handles[1].is_open);
	/* and it may be lost in its turn */
	ifindex = 9;
	ck_assert(interface_source_tick(s));
	ck_assert(handles[1].is_open);
}
END_TEST

START_TEST(each_handle_counts_its_drops_from_none)
{
	handles[0].drops = 5;
	ck_assert_uint_eq(interface_source_drops(s), 5);
	ifindex = 8;
	(void)interface_source_tick(s);
	handles[0].drops = 6; /* the last one, as it is closed */
	(void)interface_source_tick(s);
	ck_assert_uint_eq(interface_source_drops(s), 6);
	handles[1].drops = 3;
	ck_assert_uint_eq(interface_source_drops(s), 9);
}
END_TEST

int main(void)
{
	const struct unit_test tests[] = {
		{ drops_are_counted_once, 0 },
		{ drops_go_on_when_their_counter_is_full, 0 },
		{ a_handle_that_is_lost_is_kept_for_a_tick, 0 },
		{ another_interface_of_the_name_is_opened_anew, 0 },
		{ each_handle_counts_its_drops_from_none, 0 },
	};

	return unit_run_with("interface_handle", setup, teardown, tests,
			     COUNT_OF(tests));
}
