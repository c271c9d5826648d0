/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support/made_exchange.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/daybook_file.h"
#include "store/rrd_write.h"
#include "util/file.h"
#include "util/text.h"

enum {
	FIRST_ASN = 64500,
	MEMBERS = 7,
	BATCH = 1440,
	DAY_S = 86400,
	PORT_BASE = 436207616, /* Ethernet1/1 */
	PORT_NEXT = 4096,
	LAG_IFINDEX = 369098752,
};

static const char config[] =
    "exchange: { name: Example-IX, timezone: America/Marigot,"
    " languages: [en, fr] }\n"
    "state_dir: .\n"
    "roster: members.json\n"
    "sources:\n"
    "  - sflow: { listen: \"127.0.0.1:6343\" }\n"
    "vlans:\n"
    "  - { id: 100, name: Peering, roster_vlan: 1 }\n"
    "  - { id: 200, name: Multicast, roster_vlan: 2 }\n"
    "switches:\n"
    "  - name: sw1\n"
    "    agent: 192.0.2.1\n"
    "    roster_switch: 1\n"
    "    ports:\n"
    "      - { ifindex: 436207616, name: Ethernet1/1, asn: 64500,"
    " speed: 10G }\n"
    "      - { ifindex: 436211712, name: Ethernet1/2, asn: [64502, 64503],"
    " speed: 10G }\n"
    "      - { ifindex: 436215808, name: Ethernet1/10, asn: 64504,"
    " speed: 1G }\n"
    "      - { ifindex: 436400128, name: Ethernet1/48, role: core }\n"
    "  - name: sw2\n"
    "    agent: 192.0.2.2\n"
    "    roster_switch: 2\n"
    "    ports:\n"
    "      - { ifindex: 369098752, name: port-channel1, asn: 64501,"
    " lag: [Ethernet1/3, Ethernet1/4] }\n"
    "      - { ifindex: 436215808, name: Ethernet1/3, asn: 64501 }\n"
    "      - { ifindex: 436219904, name: Ethernet1/4, asn: 64501 }\n"
    "      - { ifindex: 436224000, name: Ethernet1/5, asn: 64506,"
    " speed: 60M }\n"
    "web: { listen: \"127.0.0.1:8080\", access: open }\n";

/* Markup, quotes, a turn of direction, and much more of it than fits. */
static const char hostile_name[] = "<script>alert(\\\"x\\\")</script>'&\\u202e"
				   "\\u05d0\\u05d1 ]]>-->";

static const char *const names[MEMBERS] = {
	"Blue Reef Networks",
	"Cargo Bay Hosting",
	"Hillside Cable",
	"Lagoon Wireless",
	"Salt Pond University",
	"Trade Wind Telecom",
	NULL,
};

static void require(int rc, const char *what)
{
	if (rc >= 0)
		return;
	(void)fprintf(stderr, "made_exchange: %s: %d\n", what, rc);
	abort();
}

static void write_file(const char *dir, const char *name,
		       const struct text *content)
{
	struct text path;

	text_init(&path);
	text_addf(&path, "%s/%s", dir, name);
	require(file_replace(text_str(&path), text_str(content), content->len),
		name);
	text_fini(&path);
}

static void add_member(struct text *out, unsigned i)
{
	text_addf(out, "%s{ \"asnum\": %u, \"name\": \"", i ? ",\n" : "",
		  FIRST_ASN + i);
	if (names[i]) {
		text_add(out, names[i]);
	} else {
		text_add(out, hostile_name);
		for (int n = 0; n < 500; n++)
			text_add(out, "0123456789");
	}
	text_add(out, "\", \"connection_list\": [ { \"ixp_id\": 1, "
		      "\"if_list\": [ { \"switch_id\": 1, "
		      "\"if_speed\": 10000 } ], \"vlan_list\": [ ");
	for (unsigned vlan = 1; vlan <= (i == 4 ? 2u : 1u); vlan++)
		text_addf(out,
			  "%s{ \"vlan_id\": %u, \"ipv4\": { \"address\": "
			  "\"192.0.2.%u\", \"mac_addresses\": "
			  "[\"02:00:00:00:0%u:%02x\"] } }",
			  vlan > 1 ? ", " : "", vlan, 10 + i, vlan, i + 1);
	text_add(out, " ] } ] }");
}

static void write_roster(const char *dir)
{
	struct text out;

	text_init(&out);
	text_add(
	    &out,
	    "{ \"version\": \"1.0\", \"timestamp\": "
	    "\"2024-01-01T00:00:00Z\",\n\"ixp_list\": [ { \"ixp_id\": 1, "
	    "\"ixf_id\": 64, "
	    "\"shortname\": \"Example-IX\",\n\"vlan\": [ { \"id\": 1, "
	    "\"name\": \"Peering\" }, { \"id\": 2, \"name\": "
	    "\"Multicast\" } ],\n\"switch\": [ { \"id\": 1, \"name\": "
	    "\"sw1\", \"city\": \"Hillside\", \"colo\": \"Quay & <Co> 1\" }, "
	    "{ \"id\": 2, \"name\": \"sw2\", \"city\": \"Caf\\u00e9 "
	    "Bay\" } ] } ],\n"
	    "\"member_list\": [\n");
	for (unsigned i = 0; i < MEMBERS; i++)
		add_member(&out, i);
	text_add(&out, "\n] }\n");
	write_file(dir, "members.json", &out);
	text_fini(&out);
}

double made_exchange_rate(uint32_t asn, int is_v6)
{
	double size = 8 - (double)(asn - FIRST_ASN);

	return is_v6 ? size * size * 1e6 / 4 : size * size * 1e6;
}

/* Between 0 and 1, from the time alone. */
static double noise(int64_t at_s)
{
	uint64_t x = (uint64_t)at_s * UINT64_C(0x9e3779b97f4a7c15);

	x ^= x >> 29;
	x *= UINT64_C(0xbf58476d1ce4e5b9);
	return (double)(x >> 40) / (double)(1 << 24);
}

static double factor(enum made_traffic traffic, uint32_t asn, int64_t at_s)
{
	double hour = (double)((at_s - 4 * 3600) % DAY_S) / 3600;
	double day = 0.55 - 0.42 * cos((hour - 8) / 24 * 2 * M_PI);

	if (traffic == MADE_FLAT)
		return 1;
	if (noise(at_s / 900 + asn) > 0.985)
		day *= 1.6;
	return day * (0.9 + 0.2 * noise(at_s + asn));
}

/* Who writes what and when. */
struct writing {
	const char *dir;
	int64_t from_s;
	int64_t end_s;
	int64_t written_s; /* the status file */
	enum made_traffic traffic;
};

typedef void (*fill_row)(double *values, const struct series *series,
			 double asn_factor);

/* Bytes/s of an ASN; of all for 0. */
static double rate_of(uint32_t asn, int is_v6)
{
	double sum = 0;

	if (asn)
		return made_exchange_rate(asn, is_v6);
	for (uint32_t i = 0; i < MEMBERS; i++)
		sum += made_exchange_rate(FIRST_ASN + i, is_v6);
	return sum;
}

static void fill_traffic(double *values, const struct series *series, double f)
{
	double v4 = rate_of(series->asn, 0) * f;
	double v6 = rate_of(series->asn, 1) * f;

	memset(values, 0, SERIES_COLUMNS_MAX * sizeof(*values));
	values[TRAFFIC_FROM_V4_BYTES] = v4;
	values[TRAFFIC_FROM_V6_BYTES] = v6;
	values[TRAFFIC_TO_V4_BYTES] = v4 / 2;
	values[TRAFFIC_TO_V6_BYTES] = v6 / 2;
	values[TRAFFIC_FROM_SAMPLES] = (v4 + v6) / 800 / 4096;
	values[TRAFFIC_TO_SAMPLES] = (v4 + v6) / 1600 / 4096;
	values[TRAFFIC_FROM_VAR] = (v4 + v6) * 4096 * 800;
	values[TRAFFIC_TO_VAR] = (v4 + v6) / 2 * 4096 * 800;
}

static void fill_port(double *values, const struct series *series, double f)
{
	double bytes = (rate_of(series->asn, 0) + rate_of(series->asn, 1)) * f;

	memset(values, 0, SERIES_COLUMNS_MAX * sizeof(*values));
	values[PORT_IN_OCTETS] = bytes * MADE_OVERHEAD;
	values[PORT_OUT_OCTETS] = bytes / 2 * MADE_OVERHEAD;
	values[PORT_IN_UCAST] = bytes / 800;
	values[PORT_OUT_UCAST] = bytes / 1600;
	values[PORT_IN_ESTIMATE] = bytes;
	values[PORT_OUT_ESTIMATE] = bytes / 2;
}

static void fill_pair(double *values, const struct series *series, double f)
{
	double v4 = rate_of(series->asn, 0) * f / MEMBERS;
	double v6 = rate_of(series->other_asn, 1) * f / MEMBERS;

	values[PAIR_AB_V4_BYTES] = v4;
	values[PAIR_AB_V6_BYTES] = v6;
	values[PAIR_BA_V4_BYTES] = v4 / 2;
	values[PAIR_BA_V6_BYTES] = v6 / 2;
}

static void write_series(const struct writing *w, const struct series *series,
			 fill_row fill)
{
	struct series_row *rows = calloc(BATCH, sizeof(*rows));
	int64_t step_s = series_layout(series->kind)->step_s;
	int64_t end_s = w->end_s / step_s * step_s;
	size_t count = 0;

	if (!rows)
		abort();
	for (int64_t at = w->from_s / step_s * step_s; at < end_s;
	     at += step_s) {
		rows[count].start_s = at;
		fill(rows[count++].values, series,
		     factor(w->traffic, series->asn, at));
		if (count < BATCH && at + step_s < end_s)
			continue;
		require(rrd_write_rows(w->dir, series, rows, count, NULL),
			"rows");
		count = 0;
	}
	free(rows);
}

static void write_members(const struct writing *w)
{
	struct series all = { .kind = SERIES_EXCHANGE };

	write_series(w, &all, fill_traffic);
	for (uint32_t i = 0; i < MEMBERS; i++) {
		struct series s = { .kind = SERIES_MEMBER,
				    .asn = FIRST_ASN + i };

		write_series(w, &s, fill_traffic);
		for (uint32_t j = i + 1; j < MEMBERS - 1; j++) {
			struct series pair = { .kind = SERIES_PAIR,
					       .asn = FIRST_ASN + i,
					       .other_asn = FIRST_ASN + j,
					       .vlan = 100 };

			write_series(w, &pair, fill_pair);
		}
	}
	for (uint16_t vlan = 100; vlan <= 200; vlan += 100) {
		struct series s = { .kind = SERIES_VLAN_INTERFACE,
				    .asn = 64504,
				    .vlan = vlan,
				    .ordinal = 1 };

		write_series(w, &s, fill_traffic);
	}
}

/* sw2 is silent for an hour: unknown, not nothing. */
static void fill_quiet(double *values, const struct series *series, double f)
{
	(void)series;
	(void)f;
	for (size_t i = 0; i < SERIES_COLUMNS_MAX; i++)
		values[i] = NAN;
}

static void write_places(const struct writing *w)
{
	int64_t quiet_s = w->end_s - 3 * 3600;
	struct series one = { .kind = SERIES_SWITCH,
			      .switch_name = "sw1",
			      .asn = FIRST_ASN };
	struct series two = { .kind = SERIES_SWITCH,
			      .switch_name = "sw2",
			      .asn = FIRST_ASN + 1 };
	struct writing before = *w;
	struct writing silent = *w;
	struct writing after = *w;

	before.end_s = quiet_s;
	silent.from_s = quiet_s;
	silent.end_s = quiet_s + 3600;
	after.from_s = silent.end_s;
	write_series(w, &one, fill_traffic);
	write_series(&before, &two, fill_traffic);
	write_series(&silent, &two, fill_quiet);
	write_series(&after, &two, fill_traffic);
	for (uint16_t vlan = 100; vlan <= 200; vlan += 100) {
		struct series s = { .kind = SERIES_VLAN,
				    .vlan = vlan,
				    .asn = FIRST_ASN + vlan / 100 };

		write_series(w, &s, fill_traffic);
	}
}

/* A port of a switch and whose traffic it counts. */
static const struct {
	const char *switch_name;
	const char *name;
	uint32_t ifindex;
	uint32_t asn;
	int configured;
	double speed_bps;
} ports[] = {
	{ "sw1", "Ethernet1/1", PORT_BASE, 64500, 1, 10e9 },
	{ "sw1", "Ethernet1/2", PORT_BASE + PORT_NEXT, 64502, 1, 10e9 },
	{ "sw1", "Ethernet1/10", PORT_BASE + 2 * PORT_NEXT, 64504, 1, 1e9 },
	{ "sw1", "Ethernet1/48", 436400128, 64501, 1, 40e9 },
	{ "sw1", "Ethernet1/7", PORT_BASE + 6 * PORT_NEXT, 64505, 0, 1e9 },
	{ "sw2", "port-channel1", LAG_IFINDEX, 64501, 1, 20e9 },
	{ "sw2", "Ethernet1/5", PORT_BASE + 4 * PORT_NEXT, 64506, 1, 0 },
};

enum { PORTS = sizeof(ports) / sizeof(ports[0]) };

static void write_ports(const struct writing *w)
{
	for (size_t i = 0; i < PORTS; i++) {
		struct series s = { .kind = SERIES_PORT,
				    .switch_name = ports[i].switch_name,
				    .ifindex = ports[i].ifindex,
				    .asn = ports[i].asn };

		write_series(w, &s, fill_port);
	}
}

static void add_port_status(struct text *out, const struct writing *w, size_t i)
{
	double bps = 8 * MADE_OVERHEAD *
		     (rate_of(ports[i].asn, 0) + rate_of(ports[i].asn, 1)) *
		     factor(w->traffic, ports[i].asn, w->end_s - 60);

	text_addf(out,
		  "%s{ \"switch\": \"%s\", \"ifindex\": %u, \"name\": \"%s\","
		  " \"configured\": %s, \"speed_bps\": %.0f, \"up\": true,"
		  " \"last_counters\": %lld, \"in_bps\": %.1f,"
		  " \"out_bps\": %.1f, \"in_errors\": %zu, \"in_discards\": 0,"
		  " \"out_errors\": 0, \"out_discards\": %zu,"
		  " \"in_estimate_bps\": %.1f, \"out_estimate_bps\": %.1f,"
		  " \"in_calibration\": { \"at\": %lld, \"ratio\": 1.004,"
		  " \"ci95\": 0.021, \"drift\": \"none\" },"
		  " \"out_calibration\": { \"at\": %lld, \"ratio\": %.3f,"
		  " \"ci95\": 0.03, \"drift\": \"%s\" } }",
		  i ? ",\n  " : "", ports[i].switch_name, ports[i].ifindex,
		  ports[i].name, ports[i].configured ? "true" : "false",
		  ports[i].speed_bps, (long long)w->end_s, bps, bps / 2,
		  i == 2 ? (size_t)17 : 0, i == 4 ? (size_t)420 : 0, bps,
		  bps / 2, (long long)w->end_s - 120, (long long)w->end_s - 120,
		  i == 3 ? 0.47 : 0.99, i == 3 ? "low" : "none");
}

static void add_switches(struct text *out, int64_t end_s)
{
	for (int i = 1; i <= 2; i++)
		text_addf(out,
			  "%s{ \"name\": \"sw%d\", \"agent\": \"192.0.2.%d\", "
			  "\"direction\": \"auto\", \"counted\": \"ingress\", "
			  "\"last_seen\": %lld, \"datagrams\": 120345, "
			  "\"lost_datagrams\": %d, \"flow_samples\": 812345, "
			  "\"ingress_samples\": 406300, \"egress_samples\": "
			  "406045, \"unknown_samples\": 0, "
			  "\"counter_samples\": 34560, \"drops\": 0, "
			  "\"sampling_rate\": 4096, \"correction\": 1.0526 }",
			  i > 1 ? ",\n  " : "", i, i, (long long)end_s + 8,
			  i > 1 ? 3 : 0);
}

/* What the collector learned, with a name that somebody made up. */
static void add_learned(struct text *out, long long end)
{
	text_addf(
	    out,
	    "\"learned_ports\": [ { \"switch\": \"sw1\", \"ifindex\": "
	    "436236288, \"configured\": false, \"kind\": \"members\", "
	    "\"samples\": 40, \"line\": \"- { ifindex: 436236288, name: "
	    "\\\"<script>8\\\", asn: 64505 } # 40 samples\" },\n  { "
	    "\"switch\": \"sw1\", \"ifindex\": 436207616, \"configured\": "
	    "true, \"kind\": \"members\", \"samples\": 90, \"line\": "
	    "\"Ethernet1/1: not its members by the configuration, and seen: "
	    "AS64501 (9 samples)\" } ],\n\"moved_macs\": [ { \"mac\": "
	    "\"02:00:00:00:01:02\", \"asn\": 64501, \"switch\": \"sw1\", "
	    "\"ifindex\": 436207616, \"port\": \"Ethernet1/1\", "
	    "\"other_ifindex\": 436211712, \"other_port\": \"<script>x\", "
	    "\"what\": \"two_ports\", \"at\": %lld } ],\n"
	    "\"misdelivered_macs\": [ { \"mac\": \"02:00:00:00:01:03\", "
	    "\"switch\": \"sw1\", \"ifindex\": 436207616, \"port\": "
	    "\"Ethernet1/1\", \"samples\": 7, \"bytes\": 700, \"stays\": "
	    "true, \"last_seen\": %lld } ],\n",
	    end - 60, end - 5);
	text_addf(out,
		  "\"sides_shut\": [ { \"asn\": 64504, \"vlan\": 100, "
		  "\"switch\": \"sw2\", \"port\": \"Ethernet1/7\", \"side\": "
		  "\"egress\", \"until\": %lld } ],\n\"losses\": [ { \"asn\": "
		  "64501, \"vlan\": 100, \"switch\": \"sw1\", \"port\": "
		  "\"Ethernet1/2\", \"way\": \"to_member\", \"share\": 0.031, "
		  "\"ci95\": 0.004, \"packets\": 90000000 } ],\n"
		  "\"pair_losses\": [ { \"from\": 64500, \"to\": 64501, "
		  "\"vlan\": 100, \"share\": 0.042, \"ci95\": 0.009, "
		  "\"packets\": 30000000 } ],\n",
		  end + 1800);
}

static void add_counts(struct text *out)
{
	text_add(out,
		 "\"input\": { \"datagrams\": 240696, \"malformed\": 2, "
		 "\"unsupported_version\": 0, \"foreign\": 4, "
		 "\"lost_datagrams\": 3, \"duplicates\": 0, \"waited\": 0, "
		 "\"late\": 0, "
		 "\"flow_samples\": 1624690, \"counter_samples\": 69120, "
		 "\"frames\": 0 },\n\"ledger\": { \"observations\": 1624690, "
		 "\"attributed\": 812000, \"dropped\": { \"no_member\": 600, "
		 "\"core_port\": 0, \"egress_not_counted\": 812090 } },\n"
		 "\"skipped\": { \"samples\": 0, \"flow_records\": 1624690, "
		 "\"counter_records\": 138240 },\n\"store\": { "
		 "\"steps_written\": 11520, \"steps_lost\": 0, "
		 "\"rows_failed\": 0, \"last_error\": \"\" },\n"
		 "\"journal\": { \"records\": 48, \"synced\": 48, "
		 "\"waiting\": 0, \"lost\": 0, \"bytes\": 98304 },\n"
		 "\"clock_jumps\": 0, \"pauses\": 0, \"process\": { "
		 "\"cpu_s\": 12.5, \"resident_bytes\": 52428800, "
		 "\"open_fds\": 21 },\n\"switches\": [ ");
}

static void write_status(const struct writing *w)
{
	long long end = (long long)w->end_s;
	long long written = (long long)w->written_s;
	struct text out;

	text_init(&out);
	text_addf(&out,
		  "{ \"version\": 1, \"written\": %lld.5, \"started\": %lld,\n"
		  "\"replay\": null, \"now\": %lld.5, \"last_step_end\": "
		  "%lld,\n\"sources\": [ { \"kind\": \"sflow\", \"listen\": "
		  "\"127.0.0.1:6343\", \"socket_drops\": 0 },\n"
		  "  { \"kind\": \"mirror\", \"interface\": \"eth1\", "
		  "\"state\": \"up\", \"problem\": \"\", \"ring_drops\": 7, "
		  "\"mtu\": 1500, \"offload\": true, \"switch\": \"sw2\", "
		  "\"frames\": 9000000, \"merged\": 3, \"duplicates\": "
		  "\"count\", \"doubled\": 0.4925, \"lengths\": \"wire\", "
		  "\"cut\": 0.125 } ],\n"
		  "\"relays\": [ { \"to\": \"192.0.2.50:6343\", \"asn\": "
		  "null, \"sent\": 240682, \"dropped\": 12, \"left_out\": "
		  "0, \"bytes\": 288818400, \"last_error\": \"Connection "
		  "refused\", \"last_error_at\": %lld } ],\n",
		  written, (long long)w->from_s, written, end, end - 60);
	add_counts(&out);
	add_switches(&out, w->end_s);
	text_addf(
	    &out,
	    " ],\n\"refused\": [ { \"source\": \"192.0.2.9\", \"agent\": "
	    "\"192.0.2.9\", \"sub_agent\": 0, \"datagrams\": 4, "
	    "\"last_seen\": %lld } ],\n\"unknown_macs\": [ { \"mac\": "
	    "\"02:00:00:00:0f:01\", \"vlan\": 0, \"switch\": \"sw1\", "
	    "\"ifindex\": 436232192, \"port\": \"Ethernet1/7\", "
	    "\"reason\": \"unknown\", \"samples\": 590, \"bytes\": "
	    "2345678901, \"last_seen\": %lld },\n  { \"mac\": "
	    "\"02:00:00:00:01:04\", \"vlan\": 200, \"switch\": \"sw1\", "
	    "\"ifindex\": 436211712, \"port\": \"Ethernet1/2\", "
	    "\"reason\": \"wrong_vlan\", \"samples\": 10, \"bytes\": "
	    "40960, \"last_seen\": %lld },\n  { \"mac\": "
	    "\"02:00:00:00:01:01\", \"vlan\": 0, \"switch\": \"sw1\", "
	    "\"ifindex\": 436211712, \"port\": \"Ethernet1/2\", "
	    "\"reason\": \"wrong_port\", \"samples\": 3, \"bytes\": "
	    "12288, \"stays\": true, \"last_seen\": %lld },\n  { "
	    "\"mac\": \"02:00:00:00:0f:02\", \"vlan\": 0, \"switch\": "
	    "\"sw1\", \"ifindex\": 436211712, \"port\": "
	    "\"Ethernet1/2\", \"reason\": \"unknown\", \"samples\": 1, "
	    "\"bytes\": 4096, \"stays\": false, \"last_seen\": %lld } ],\n"
	    "\"unknown_macs_not_listed\": 0,\n",
	    end + 4, end + 9, end - 400, end - 900, end - 9);
	add_learned(&out, end);
	text_add(&out, "\"ports\": [ ");
	for (size_t i = 0; i < PORTS; i++)
		add_port_status(&out, w, i);
	text_add(&out, " ] }\n");
	write_file(w->dir, "status.json", &out);
	text_fini(&out);
}

/* The zone's days begin at this time, UTC, the whole year. */
enum { MIDNIGHT_S = 4 * 3600, SLOTS = DAY_S / 300 };

/* What a pair sent in a day that begins then, by its rows. */
static struct daybook_pair pair_of_day(const struct writing *w, uint32_t a,
				       uint32_t b, int64_t from_s)
{
	const struct series series = { .kind = SERIES_PAIR,
				       .asn = FIRST_ASN + a,
				       .other_asn = FIRST_ASN + b,
				       .vlan = 100 };
	struct daybook_pair pair = { .asn = series.asn,
				     .other_asn = series.other_asn,
				     .vlan = series.vlan,
				     .known = { SLOTS, SLOTS } };
	double sums[SERIES_COLUMNS_MAX] = { 0 };
	double rates[SERIES_COLUMNS_MAX];

	for (int64_t at = from_s; at < from_s + DAY_S; at += 300) {
		fill_pair(rates, &series, factor(w->traffic, series.asn, at));
		for (size_t i = 0; i < PAIR_COUNT; i++)
			sums[i] += rates[i] * 300;
	}
	for (size_t i = 0; i < PAIR_COUNT; i++)
		pair.bytes[i] = daybook_whole(sums[i]);
	return pair;
}

static void add_pairs(struct daybook_writer *book, const struct writing *w,
		      int64_t from_s)
{
	for (uint32_t a = 0; a < MEMBERS; a++) {
		for (uint32_t b = a + 1; b < MEMBERS - 1; b++) {
			struct daybook_pair pair = pair_of_day(w, a, b, from_s);

			daybook_add_pair(book, &pair);
		}
	}
}

/* The books of the pairs of all days that lie in the history. */
static void write_pair_books(const struct writing *w)
{
	int64_t from_s =
	    (w->from_s - MIDNIGHT_S + DAY_S - 1) / DAY_S * DAY_S + MIDNIGHT_S;

	for (; from_s + DAY_S <= w->end_s; from_s += DAY_S) {
		const struct daybook_head head = {
			.kind = DAYBOOK_PAIRS,
			.date = date_of_number((int32_t)(from_s / DAY_S)),
			.zone = "America/Marigot",
			.from_s = from_s,
			.to_s = from_s + DAY_S,
			.row_s = 300,
		};
		struct daybook_writer book;

		daybook_begin(&book, &head);
		add_pairs(&book, w, from_s);
		require(daybook_finish(&book), "book");
		require(daybook_store(w->dir, &book), "book");
		daybook_writer_fini(&book);
	}
}

void made_exchange_write(const char *dir, int64_t end_s, int64_t written_s,
			 unsigned hours, enum made_traffic traffic)
{
	struct writing w = { .dir = dir,
			     .from_s = end_s - (int64_t)hours * 3600,
			     .end_s = end_s,
			     .written_s = written_s,
			     .traffic = traffic };
	struct text text;

	require(file_make_directories(dir), dir);
	text_init(&text);
	text_add(&text, config);
	write_file(dir, "lanterne.yaml", &text);
	text_fini(&text);
	write_roster(dir);
	write_members(&w);
	write_places(&w);
	write_ports(&w);
	write_pair_books(&w);
	write_status(&w);
}
