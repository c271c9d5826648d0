/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "options.h"

#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

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

/* What is right by itself, but not together. */
static int check(struct options *o)
{
	if (o->help || o->version)
		return 0;
	if (!o->out)
		return complain("--out DIR is missing");
	if (o->pcap && o->live)
		return complain("--pcap and --live: expected one of them");
	if (o->seconds && o->samples)
		return complain("--seconds and --samples: expected one");
	if (o->live && o->start)
		return complain("--start: a live run starts now");
	if (o->datagrams_per_second && !o->live)
		return complain("--datagrams-per-second: only with --live");
	if (o->datagrams_per_second && !o->seconds)
		return complain("--datagrams-per-second: needs --seconds");
	if (o->one_direction && strcmp(o->one_direction, "ingress") != 0)
		return complain("--one-direction: expected ingress");
	if (!o->start)
		o->start = 1700006400;
	if (!o->seconds && !o->samples && !o->live)
		o->seconds = 60;
	return 0;
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
		     "[--pcap FILE|- | --live HOST:PORT] [option...]\n\n"
		     "A simulated internet exchange: sFlow as its switches "
		     "send it, and the exact truth.\n\n");
	for (int i = 0; i < RULE_COUNT; i++)
		(void)printf("  --%s %s\n", rules[i].name, rules[i].help);
}
