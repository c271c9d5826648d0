/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * store_bench: what storing five minutes of a large exchange costs.
 *
 *   store_bench DIR MEMBERS PAIRS WINDOWS
 *
 * Feeds the flush with what the receiving thread would hand over: ten-second
 * parts in which each of PAIRS unordered pairs talks both ways some times in
 * each five minutes, over 16 switches. Prints CPU seconds of each window, the
 * first of which makes the files, memory and bytes on disk; then what a bare
 * loop of rrd_update_r costs on the same files, one update each for pairs and
 * five for all else.
 */

#include <ftw.h>
#include <rrd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "collector/clock.h"
#include "collector/flush.h"
#include "support/registry_builder.h"
#include "util/text.h"

enum {
	START_S = 1700000100,
	SWITCHES = 16,
	PARTS = 6, /* of a minute */
	MINUTES = 5,
	FIRST_ASN = 4200000000u, /* private use: there are too few others */
	BARE_ROUNDS = 1,
};

struct bench {
	struct exchange exchange;
	struct flush *flush;
	uint32_t members;
	uint32_t pairs;
};

static double cpu_seconds(void)
{
	struct rusage usage;

	(void)getrusage(RUSAGE_SELF, &usage);
	return (double)usage.ru_utime.tv_sec + (double)usage.ru_stime.tv_sec +
	       ((double)usage.ru_utime.tv_usec +
		(double)usage.ru_stime.tv_usec) /
		   1e6;
}

/* Resident memory of its own, without what files have mapped. */
static long anonymous_kb(void)
{
	static const char key[] = "RssAnon:";
	char line[256];
	long kb = -1;
	FILE *file = fopen("/proc/self/status", "r");

	while (file && fgets(line, sizeof(line), file)) {
		if (strncmp(line, key, sizeof(key) - 1) == 0)
			kb = strtol(line + sizeof(key) - 1, NULL, 10);
	}
	if (file)
		(void)fclose(file);
	return kb;
}

static void build(struct bench *b, const char *dir)
{
	struct text config;
	struct text roster;

	text_init(&config);
	text_init(&roster);
	text_addf(&config,
		  "exchange: { name: Bench }\nroster: m.json\nstate_dir: %s\n"
		  "vlans:\n  - { id: 100, name: P, roster_vlan: 1 }\nmacs:\n",
		  dir);
	text_add(&roster, "{ \"version\": \"1.0\", \"ixp_list\": [ { \"ixp_id\""
			  ": 1, \"shortname\": \"B\", \"vlan\": [ { \"id\": 1,"
			  " \"name\": \"p\" } ] } ], \"member_list\": [\n");
	for (uint32_t i = 0; i < b->members; i++) {
		text_addf(&config,
			  "  - { asn: %u, vlan: 100, mac: "
			  "\"02:00:00:00:%02x:%02x\" }\n",
			  FIRST_ASN + i, i >> 8, i & 0xff);
		text_addf(&roster,
			  "%s{ \"asnum\": %u, \"connection_list\": [] }\n",
			  i ? "," : "", FIRST_ASN + i);
	}
	text_add(&roster, "] }\n");
	text_add(&config, "switches:\n");
	for (int i = 0; i < SWITCHES; i++)
		text_addf(&config, "  - { name: sw%d, agent: 192.0.2.%d }\n",
			  i + 1, i + 1);
	exchange_build(&b->exchange, text_str(&config), text_str(&roster));
	text_fini(&config);
	text_fini(&roster);
}

/* The VLAN interface of a member: of each two, its catch-all comes first. */
static uint32_t interface_of(const struct bench *b, uint32_t member)
{
	return b->exchange.registry->members[member].catch_all + 1;
}

/* Both ways of a pair. */
static void add_cells(const struct bench *b, struct closed_step *step,
		      uint32_t pair, uint64_t bytes)
{
	uint32_t one = pair % b->members;
	uint32_t other = (one + 1 + pair / b->members) % b->members;
	enum family family = pair % 4 ? FAMILY_IPV4 : FAMILY_IPV6;

	for (int i = 0; i < 2; i++) {
		uint32_t from = interface_of(b, i ? other : one);
		uint32_t to = interface_of(b, i ? one : other);

		step->cells[step->cell_count++] = (struct cell){
			.key = cell_key(from, to, from % SWITCHES, family),
			.tally = { bytes, bytes / 800, 1 + bytes / 4000000,
				   1e6 * (double)bytes },
		};
	}
}

/* Part n of a window: a sixth of the pairs talks in each. */
static void take_part(struct bench *b, int64_t window, int n)
{
	struct closed_step *step = calloc(1, sizeof(*step));
	uint32_t every = PARTS;

	if (!step)
		abort();
	step->is_part = n % PARTS != PARTS - 1;
	step->start_s = START_S + window * SERIES_PAIR_STEP_S +
			(int64_t)(n / PARTS) * STEP_S;
	step->span = (struct step_span){
		.step = step->start_s / STEP_S,
		.covered_us = (n % PARTS + 1) * (STEP_US / PARTS),
		.synced = true,
	};
	step->agent_count = SWITCHES;
	step->agents = calloc(SWITCHES, sizeof(*step->agents));
	step->cells = calloc(2 * (b->pairs / every + 1), sizeof(*step->cells));
	if (!step->agents || !step->cells)
		abort();
	for (int i = 0; i < SWITCHES; i++)
		step->agents[i] = (struct agent_row){ true, 100, 0, 600, 0 };
	for (uint32_t p = (uint32_t)n % every; p < b->pairs; p += every)
		add_cells(b, step, p, 4000000 + 1000 * (p % 997));
	flush_step(b->flush, step);
	flush_settle(b->flush);
	closed_step_free(step);
}

static int updated;	/* by the bare loop */
static int64_t stamp_s; /* nftw takes no argument */
static uint64_t disk_bytes;

static int count_bytes(const char *path, const struct stat *status, int type,
		       struct FTW *place)
{
	(void)path;
	(void)place;
	if (type == FTW_F)
		disk_bytes += (uint64_t)status->st_size;
	return 0;
}

static void update_bare(const char *path, int columns, int64_t at_s)
{
	char text[512];
	const char *values = text;
	int n = snprintf(text, sizeof(text), "%lld", (long long)at_s);

	for (int i = 0; i < columns; i++)
		n += snprintf(text + n, sizeof(text) - (size_t)n, ":%d", i);
	rrd_clear_error();
	if (rrd_update_r(path, NULL, 1, &values) == 0)
		updated++;
}

static int visit_bare(const char *path, const struct stat *status, int type,
		      struct FTW *place)
{
	bool pair = strstr(path, "/pair/") != NULL;
	int columns = pair ? 4 : strstr(path, "/agent/") ? 4 : 16;

	(void)status;
	(void)place;
	if (type != FTW_F)
		return 0;
	if (pair)
		update_bare(path, columns, stamp_s + SERIES_PAIR_STEP_S);
	for (int i = 1; !pair && i <= MINUTES; i++)
		update_bare(path, columns, stamp_s + i * STEP_S);
	return 0;
}

static void measure_bare(const char *dir, int64_t windows)
{
	char path[4096];
	double before = cpu_seconds();

	stamp_s = START_S + windows * SERIES_PAIR_STEP_S;
	(void)snprintf(path, sizeof(path), "%s/rrd", dir);
	if (nftw(path, visit_bare, 16, FTW_PHYS) != 0)
		(void)fprintf(stderr, "store_bench: %s: cannot be walked\n",
			      path);
	(void)printf("bare rrd_update_r: %d updates, %.2f CPU s\n", updated,
		     cpu_seconds() - before);
}

static void show_disk(const char *dir, const char *part)
{
	char path[4096];

	disk_bytes = 0;
	(void)snprintf(path, sizeof(path), "%s/%s", dir, part);
	if (nftw(path, count_bytes, 16, FTW_PHYS) == 0)
		(void)printf("%s: %.3f GB\n", part, (double)disk_bytes / 1e9);
}

int main(int argc, char **argv)
{
	struct bench b = { .flush = NULL };
	int64_t windows;

	if (argc != 5) {
		(void)fputs("usage: store_bench DIR MEMBERS PAIRS WINDOWS\n",
			    stderr);
		return 64;
	}
	b.members = (uint32_t)strtoul(argv[2], NULL, 10);
	b.pairs = (uint32_t)strtoul(argv[3], NULL, 10);
	windows = strtol(argv[4], NULL, 10);
	build(&b, argv[1]);
	if (flush_new(&b.flush, b.exchange.registry, FLUSH_LIVE) < 0)
		return 74;
	for (int64_t w = 0; w < windows; w++) {
		double before = cpu_seconds();
		struct flush_counters c;
		uint64_t failed;

		for (int n = 0; n < MINUTES * PARTS; n++)
			take_part(&b, w, n);
		c = flush_counters(b.flush);
		failed = c.failed + c.view.rows_held;
		(void)printf("window %lld: %.2f CPU s, %ld MiB, %llu rows, "
			     "%llu failed\n",
			     (long long)w, cpu_seconds() - before,
			     anonymous_kb() / 1024,
			     (unsigned long long)c.view.rows,
			     (unsigned long long)failed);
		(void)fflush(stdout);
	}
	flush_finish(b.flush);
	flush_free(b.flush);
	exchange_free(&b.exchange);
	measure_bare(argv[1], windows);
	show_disk(argv[1], "rrd/pair");
	show_disk(argv[1], "rrd");
	show_disk(argv[1], "journal");
	return 0;
}
