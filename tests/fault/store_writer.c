/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * store-writer: the collector's storing, fed with numbered parts of steps, for
 * tests that kill it, cut its system calls short or take its disk away.
 *
 *   store-writer DIR FIRST COUNT [PAUSE_US]
 *
 * Part n is sample n of n bytes from AS64500 to AS64501; six parts are a
 * minute. So the journal holds parts 0 to N-1, each once, exactly if it sums up
 * to N samples and N(N-1)/2 bytes. A line "stored N" follows each part that is
 * on the disk, then "ended" once all is written. Exit 0 also if the disk did
 * not take everything: that is what the lines are for.
 */

#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "collector/clock.h"
#include "collector/flush.h"
#include "support/registry_builder.h"
#include "util/attr.h"
#include "util/err.h"

enum {
	START_S = 1700000100, /* a multiple of a pair's step */
	PARTS = 6,	      /* of a step */
	PART_S = STEP_S / PARTS,
};

/* Few series, for each has a file of 8 MB. */
static const char config_format[] = EXCHANGE_HEAD
    "state_dir: %s\n"
    "vlans: [ { id: 100, name: Peering, roster_vlan: 1 } ]\n"
    "macs:\n"
    "  - { asn: 64500, vlan: 100, mac: \"02:00:00:00:00:01\" }\n"
    "  - { asn: 64501, vlan: 100, mac: \"02:00:00:00:00:02\" }\n"
    "switches: [ { name: sw1, agent: 192.0.2.1, direction: any } ]\n";

static const char roster[] =
    "{ \"version\": \"1.0\", \"ixp_list\": [ { \"ixp_id\": 1,"
    "  \"vlan\": [ { \"id\": 1, \"name\": \"one\" } ] } ],"
    "  \"member_list\": [ { \"asnum\": 64500 }, { \"asnum\": 64501 } ] }";

/* Say a line, by a system call that nothing else here uses: those that store
 * may be made to fail. */
PRINTF_LIKE(1, 2)
static void say(const char *format, ...)
{
	char line[512];
	struct iovec piece = { .iov_base = line };
	va_list arguments;

	va_start(arguments, format);
	piece.iov_len =
	    (size_t)vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	if (pwritev2(STDOUT_FILENO, &piece, 1, -1, 0) < 0)
		abort();
}

struct run {
	struct exchange exchange;
	struct flush *flush;
	uint64_t first_of_step; /* the part from which this process observed
				 * the open step */
	uint64_t pause_us;
};

static uint32_t interface_of(const struct registry *r, uint32_t asn)
{
	for (uint32_t i = 1; i < r->interface_count; i++) {
		const struct vlan_interface *at = &r->interfaces[i];

		if (at->vlan == 100 && r->members[at->member].asn == asn)
			return i;
	}
	abort();
}

/* What runs out is the memory of those who are tested. */
static void *own_memory(size_t size)
{
	void *memory = calloc(1, size);

	if (!memory)
		memory = calloc(1, size);
	if (!memory)
		abort();
	return memory;
}

/* What the receiving thread would hand over; freed with closed_step_free. */
static struct closed_step *make_part(struct run *run, uint64_t n)
{
	const struct registry *r = run->exchange.registry;
	struct closed_step *step = own_memory(sizeof(*step));

	if (n % PARTS == 0)
		run->first_of_step = n;
	step->is_part = n % PARTS != PARTS - 1;
	step->start_s = START_S + (int64_t)(n / PARTS) * STEP_S;
	step->span = (struct step_span){
		.step = step->start_s / STEP_S,
		.covered_us =
		    (int64_t)(n - run->first_of_step + 1) * PART_S * US_PER_S,
		.until_us = (START_S + (int64_t)(n + 1) * PART_S) * US_PER_S,
		.synced = true,
	};
	step->agent_count = r->config->switch_count;
	step->agents = own_memory(step->agent_count * sizeof(*step->agents));
	step->cells = own_memory(sizeof(*step->cells));
	step->agents[0] = (struct agent_row){ .alive = true, .datagrams = 1 };
	step->cell_count = 1;
	step->cells[0] = (struct cell){
		.key = cell_key(interface_of(r, 64500), interface_of(r, 64501),
				0, FAMILY_IPV4),
		.tally = { .bytes = n, .packets = 1, .samples = 1 },
	};
	return step;
}

static void write_part(struct run *run, uint64_t n)
{
	struct closed_step *step = make_part(run, n);
	struct flush_counters c;

	flush_step(run->flush, step);
	flush_settle(run->flush);
	closed_step_free(step);
	c = flush_counters(run->flush);
	if (c.journal.waiting == 0 && c.journal.lost == 0)
		say("stored %llu\n", (unsigned long long)n);
	else
		say("waits %llu: %s\n", (unsigned long long)n,
		    err_str(c.journal.error));
	if (run->pause_us)
		(void)usleep((useconds_t)run->pause_us);
}

static void finish(struct run *run)
{
	struct flush_counters c;

	flush_finish(run->flush);
	c = flush_counters(run->flush);
	say("ended: waiting %llu lost %llu failed %llu held %llu "
	    "behind %llu mended %llu\n",
	    (unsigned long long)c.journal.waiting,
	    (unsigned long long)c.journal.lost, (unsigned long long)c.failed,
	    (unsigned long long)c.view.rows_held,
	    (unsigned long long)c.view.files_behind,
	    (unsigned long long)c.upkeep.mending.mended);
	flush_free(run->flush);
	exchange_free(&run->exchange);
}

/* From here on memory may run out, if the shim is there that sees to it. */
static void arm(void)
{
	void *symbol = dlsym(RTLD_DEFAULT, "fault_shim_arm");
	void (*function)(void);

	if (!symbol)
		return;
	memcpy(&function, &symbol, sizeof(function));
	function();
}

int main(int argc, char **argv)
{
	struct run run = { .pause_us = 0 };
	uint64_t first;
	uint64_t count;
	char config[8192];
	int rc;

	if (argc < 4 || argc > 5) {
		(void)fputs("usage: store-writer DIR FIRST COUNT [PAUSE_US]\n",
			    stderr);
		return 64;
	}
	first = strtoull(argv[2], NULL, 10);
	count = strtoull(argv[3], NULL, 10);
	if (argc == 5)
		run.pause_us = strtoull(argv[4], NULL, 10);
	run.first_of_step = first;
	(void)snprintf(config, sizeof(config), config_format, argv[1]);
	exchange_build(&run.exchange, config, roster);
	arm();
	rc = flush_new(&run.flush, run.exchange.registry, FLUSH_LIVE);
	if (rc < 0) {
		say("cannot begin: %s\n", err_str(rc));
		exchange_free(&run.exchange);
		return 74;
	}
	for (uint64_t n = first; n < first + count; n++)
		write_part(&run, n);
	finish(&run);
	return 0;
}
