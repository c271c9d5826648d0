/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "options.h"

#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "erspan_write.h"
#include "net/ipaddr.h"
#include "util/err.h"
#include "util/number.h"

enum kind {
	KIND_TEXT,
	KIND_ENDPOINT,
	KIND_NUMBER,
	KIND_SPEED,
	KIND_FLAG,
};

struct rule {
	const char *name;
	enum kind kind;
	size_t offset; /* in struct options */
	uint64_t min;  /* of a number */
	uint64_t max;
	const char *help;
};

#define FIELD(field) offsetof(struct options, field)

static const struct rule rules[] = {
	{ "out", KIND_TEXT, FIELD(out), 0, 0,
	  "DIR          write config.yaml, roster.json, truth.json there" },
	{ "members", KIND_NUMBER, FIELD(members), 2, OPTIONS_MEMBERS_MAX,
	  "N        members of the exchange (12)" },
	{ "switches", KIND_NUMBER, FIELD(switches), 1, OPTIONS_SWITCHES_MAX,
	  "M       its switches, in a full mesh (2)" },
	{ "seed", KIND_NUMBER, FIELD(seed), 0, UINT64_MAX,
	  "S           same seed, same exchange, same bytes (1)" },
	{ "rate", KIND_NUMBER, FIELD(rate), 1, 1u << 24,
	  "N           one frame in N is sampled (8192)" },
	{ "traffic", KIND_SPEED, FIELD(traffic_bps), 0, 0,
	  "BPS      the exchange's total at its peak (3G)" },
	{ "start", KIND_NUMBER, FIELD(start), 1, 4000000000u,
	  "EPOCH      when a capture begins (1700006400)" },
	{ "seconds", KIND_NUMBER, FIELD(seconds), 1, 400000000u,
	  "T        how long it lasts (60; live: until SIGTERM)" },
	{ "samples", KIND_NUMBER, FIELD(samples), 1, 1000000000000u,
	  "COUNT    instead: until so many flow samples are sent" },
	{ "slice", KIND_NUMBER, FIELD(slice), 1, 300,
	  "SECONDS    how finely traffic varies (live 1, else chosen)" },
	{ "pcap", KIND_TEXT, FIELD(pcap), 0, 0,
	  "FILE|-      write a capture of the datagrams" },
	{ "live", KIND_ENDPOINT, FIELD(live), 0, 0,
	  "HOST:PORT   send them, as time goes by" },
	{ "mirror", KIND_TEXT, FIELD(mirror), 0, 0,
	  "FILE|-    write a capture of mirrored frames" },
	{ "mirror-of", KIND_TEXT, FIELD(mirror_of), 0, 0,
	  "SWITCH of one switch, like sw1 (all)" },
	{ "mirror-direction", KIND_TEXT, FIELD(mirror_direction), 0, 0,
	  "rx|tx|both  as they come in by a port, leave it, or both (rx)" },
	{ "mirror-core", KIND_FLAG, FIELD(mirror_core), 0, 0,
	  "     at core ports too, not at members' alone" },
	{ "mirror-erspan", KIND_TEXT, FIELD(mirror_erspan), 0, 0,
	  "1|2|3|3+  in ERSPAN of this type; +: with subheaders, markers" },
	{ "mirror-truncate", KIND_NUMBER, FIELD(mirror_truncate), 64,
	  OPTIONS_FRAME_MAX, "BYTES  sessions cut what is longer" },
	{ "mirror-snap", KIND_NUMBER, FIELD(mirror_snap), 14, 65535,
	  "BYTES  how much of a packet is captured (128)" },
	{ "mirror-lose", KIND_NUMBER, FIELD(mirror_lose), 0, 999,
	  "PERMILLE  copies that are lost on the way (0)" },
	{ "mirror-frames", KIND_NUMBER, FIELD(mirror_frames), 1, 1000000000000u,
	  "COUNT  instead: until so many copies are made" },
	{ "frame-size", KIND_NUMBER, FIELD(frame_size), OPTIONS_FRAME_MIN,
	  OPTIONS_FRAME_MAX, "BYTES all frames have this size, with FCS" },
	{ "datagrams-per-second", KIND_NUMBER, FIELD(datagrams_per_second), 1,
	  10000000u, "R  live: send so many, whatever the traffic" },
	{ "no-core", KIND_FLAG, FIELD(no_core), 0, 0,
	  "         core ports are no data sources" },
	{ "one-direction", KIND_TEXT, FIELD(one_direction), 0, 0,
	  "ingress  sample what comes in, not what leaves" },
	{ "vlan-tagged", KIND_FLAG, FIELD(vlan_tagged), 0, 0,
	  "     frames carry their 802.1Q tag, 100" },
	{ "ipv6-agents", KIND_FLAG, FIELD(ipv6_agents), 0, 0,
	  "     agents have IPv6 addresses, captures IPv6 transport" },
	{ "unknown-macs", KIND_NUMBER, FIELD(unknown_macs), 0, 10000,
	  "N   stations that are in no roster (0)" },
	{ "drops", KIND_NUMBER, FIELD(drops), 0, 999,
	  "PERMILLE   samples that the switch drops and counts (0)" },
	{ "state-dir", KIND_TEXT, FIELD(state_dir), 0, 0,
	  "DIR    state_dir in config.yaml (state, in --out)" },
	{ "listen", KIND_ENDPOINT, FIELD(listen), 0, 0,
	  "HOST:PORT where the collector listens (127.0.0.1:6343)" },
	{ "web-listen", KIND_ENDPOINT, FIELD(web_listen), 0, 0,
	  "HOST:PORT  where the web listens (127.0.0.1:8080)" },
	{ "help", KIND_FLAG, FIELD(help), 0, 0, "            print this" },
	{ "version", KIND_FLAG, FIELD(version), 0, 0,
	  "         print the version" },
};

enum { RULE_COUNT = sizeof(rules) / sizeof(rules[0]) };

static int refuse(const char *name, const char *value, const char *expected)
{
	(void)fprintf(stderr, "lanterne-simulator: --%s %s: expected %s\n",
		      name, value, expected);
	return ERR_SYNTAX;
}

static int take_number(const struct rule *rule, const char *value,
		       uint64_t *out)
{
	char expected[64];
	uint64_t number;

	if (number_u64(value, strlen(value), rule->max, &number) < 0 ||
	    number < rule->min) {
		(void)snprintf(expected, sizeof(expected),
			       "a number from %llu to %llu",
			       (unsigned long long)rule->min,
			       (unsigned long long)rule->max);
		return refuse(rule->name, value, expected);
	}
	*out = number;
	return 0;
}

static int take(struct options *o, const struct rule *rule, const char *value)
{
	void *field = (char *)o + rule->offset;
	struct ipaddr addr;
	uint16_t port;

	switch (rule->kind) {
	case KIND_FLAG:
		*(bool *)field = true;
		return 0;
	case KIND_NUMBER:
		return take_number(rule, value, field);
	case KIND_SPEED:
		if (number_speed(value, strlen(value), field) < 0)
			return refuse(rule->name, value, "bit/s, like 3G");
		return 0;
	case KIND_ENDPOINT:
		if (ipaddr_parse_endpoint(value, strlen(value), &addr, &port) <
		    0)
			return refuse(rule->name, value,
				      "an address and port, like "
				      "127.0.0.1:6343 or [::1]:6343");
		break;
	case KIND_TEXT:
		break;
	}
	*(const char **)field = value;
	return 0;
}

static int complain(const char *what)
{
	(void)fprintf(stderr, "lanterne-simulator: %s\n", what);
	return ERR_SYNTAX;
}

/* One of these words, as its index; they end with NULL. */
static int word_of(const char *word, const char *const *words)
{
	for (int i = 0; words[i]; i++)
		if (strcmp(word, words[i]) == 0)
			return i;
	return -1;
}

static int take_mirror_switch(struct options *o)
{
	const char *name = o->mirror_of;
	uint64_t number;

	if (strcmp(name, "all") == 0)
		return 0;
	if (strncmp(name, "sw", 2) != 0 ||
	    number_u64(name + 2, strlen(name + 2), o->switches, &number) < 0 ||
	    number == 0)
		return refuse("mirror-of", name, "all or a switch, like sw1");
	o->mirror_switch = (uint32_t)number;
	return 0;
}

/* The ports of the switch that has most. */
static uint64_t ports_most(const struct options *o)
{
	uint64_t stations = o->members + (o->members + 3) / 6;

	return (stations + o->switches - 1) / o->switches +
	       (o->mirror_core ? o->switches - 1 : 0);
}

static int check_mirror(struct options *o)
{
	static const char *const directions[] = { "rx", "tx", "both", NULL };
	static const char *const types[] = {
		[ERSPAN_OFF] = "",	  [ERSPAN_I] = "1",
		[ERSPAN_II] = "2",	  [ERSPAN_III] = "3",
		[ERSPAN_III_LONG] = "3+", [ERSPAN_III_LONG + 1] = NULL,
	};
	int type =
	    o->mirror_erspan ? word_of(o->mirror_erspan, types) : ERSPAN_OFF;

	if (word_of(o->mirror_direction, directions) < 0)
		return refuse("mirror-direction", o->mirror_direction,
			      "rx, tx or both");
	if (type < 0 || (type == ERSPAN_OFF && o->mirror_erspan))
		return refuse("mirror-erspan", o->mirror_erspan,
			      "1, 2, 3 or 3+");
	o->mirror_type = (uint32_t)type;
	if (type != ERSPAN_OFF && ports_most(o) > OPTIONS_SESSIONS_MAX)
		return complain("--mirror-erspan: a switch has more than "
				"1023 ports");
	if (o->pcap && strcmp(o->pcap, "-") == 0 && strcmp(o->mirror, "-") == 0)
		return complain("--pcap and --mirror: both cannot be "
				"standard output");
	return take_mirror_switch(o);
}

/* Of what is said about a mirror, something that needs one. */
static bool needs_mirror(const struct options *o)
{
	return o->mirror_core || o->mirror_erspan || o->mirror_truncate ||
	       o->mirror_lose || o->mirror_frames || o->mirror_switch ||
	       strcmp(o->mirror_of, "all") != 0 ||
	       strcmp(o->mirror_direction, "rx") != 0;
}

/* When it begins and ends. */
static int check_span(struct options *o)
{
	if (!!o->seconds + !!o->samples + !!o->mirror_frames > 1)
		return complain("--seconds, --samples and --mirror-frames: "
				"expected one");
	if (o->samples && !o->pcap && !o->live && o->mirror)
		return complain("--samples: needs --pcap or --live");
	if (o->live && o->start)
		return complain("--start: a live run starts now");
	if (o->datagrams_per_second && !o->live)
		return complain("--datagrams-per-second: only with --live");
	if (o->datagrams_per_second && !o->seconds)
		return complain("--datagrams-per-second: needs --seconds");
	if (!o->start)
		o->start = 1700006400;
	if (!o->seconds && !o->samples && !o->mirror_frames && !o->live)
		o->seconds = 60;
	return 0;
}

/* What is right by itself, but not together. */
static int check(struct options *o)
{
	if (o->help || o->version)
		return 0;
	if (!o->out)
		return complain("--out DIR is missing");
	if (o->pcap && o->live)
		return complain("--pcap and --live: expected one of them");
	if (!o->mirror && needs_mirror(o))
		return complain("--mirror-...: needs --mirror FILE");
	if (o->one_direction && strcmp(o->one_direction, "ingress") != 0)
		return complain("--one-direction: expected ingress");
	if (check_span(o) < 0)
		return ERR_SYNTAX;
	return o->mirror ? check_mirror(o) : 0;
}

int options_read(struct options *o, int argc, char **argv)
{
	struct option longs[RULE_COUNT + 1] = { { 0 } };
	int got;

	*o = (struct options){
		.members = 12,
		.switches = 2,
		.seed = 1,
		.rate = 8192,
		.traffic_bps = 3000000000u,
		.mirror_of = "all",
		.mirror_direction = "rx",
		.mirror_snap = 128,
		.listen = "127.0.0.1:6343",
		.web_listen = "127.0.0.1:8080",
	};
	for (int i = 0; i < RULE_COUNT; i++)
		longs[i] = (struct option){
			.name = rules[i].name,
			.has_arg = rules[i].kind == KIND_FLAG
				       ? no_argument
				       : required_argument,
			.val = 256 + i,
		};
	/* getopt_long says itself what it does not know; one thread */
	/* NOLINTNEXTLINE(concurrency-mt-unsafe) */
	while ((got = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (got < 256)
			return ERR_SYNTAX;
		if (take(o, &rules[got - 256], optarg) < 0)
			return ERR_SYNTAX;
	}
	if (optind < argc)
		return complain("only options are expected");
	return check(o);
}

void options_help(void)
{
	(void)printf("usage: lanterne-simulator --out DIR "
		     "[--pcap FILE|- | --live HOST:PORT] [--mirror FILE|-] "
		     "[option...]\n\n"
		     "A simulated internet exchange: sFlow and mirrored "
		     "frames as its switches send them,\nand the exact "
		     "truth.\n\n");
	for (int i = 0; i < RULE_COUNT; i++)
		(void)printf("  --%s %s\n", rules[i].name, rules[i].help);
}
