/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/series.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "util/err.h"

enum {
	MINUTE_S = 60,
	HOUR_S = 3600,
	DAY_S = 86400,
	YEAR_DAYS = 365,
};

static const char *const traffic_columns[] = {
	[TRAFFIC_FROM_V4_BYTES] = "from_v4_bytes",
	[TRAFFIC_FROM_V6_BYTES] = "from_v6_bytes",
	[TRAFFIC_FROM_OTHER_BYTES] = "from_other_bytes",
	[TRAFFIC_TO_V4_BYTES] = "to_v4_bytes",
	[TRAFFIC_TO_V6_BYTES] = "to_v6_bytes",
	[TRAFFIC_TO_OTHER_BYTES] = "to_other_bytes",
	[TRAFFIC_FROM_V4_PKTS] = "from_v4_pkts",
	[TRAFFIC_FROM_V6_PKTS] = "from_v6_pkts",
	[TRAFFIC_FROM_OTHER_PKTS] = "from_other_pkts",
	[TRAFFIC_TO_V4_PKTS] = "to_v4_pkts",
	[TRAFFIC_TO_V6_PKTS] = "to_v6_pkts",
	[TRAFFIC_TO_OTHER_PKTS] = "to_other_pkts",
	[TRAFFIC_FROM_SAMPLES] = "from_samples",
	[TRAFFIC_TO_SAMPLES] = "to_samples",
	[TRAFFIC_FROM_VAR] = "from_var",
	[TRAFFIC_TO_VAR] = "to_var",
};

static const char *const port_columns[] = {
	[PORT_IN_OCTETS] = "in_octets",
	[PORT_IN_UCAST] = "in_ucast",
	[PORT_IN_MCAST] = "in_mcast",
	[PORT_IN_BCAST] = "in_bcast",
	[PORT_IN_ERRORS] = "in_errors",
	[PORT_IN_DISCARDS] = "in_discards",
	[PORT_OUT_OCTETS] = "out_octets",
	[PORT_OUT_UCAST] = "out_ucast",
	[PORT_OUT_MCAST] = "out_mcast",
	[PORT_OUT_BCAST] = "out_bcast",
	[PORT_OUT_ERRORS] = "out_errors",
	[PORT_OUT_DISCARDS] = "out_discards",
	[PORT_IN_ESTIMATE] = "in_estimate",
	[PORT_OUT_ESTIMATE] = "out_estimate",
};

static const char *const agent_columns[] = {
	[AGENT_DATAGRAMS] = "datagrams",
	[AGENT_LOST] = "lost",
	[AGENT_SAMPLES] = "samples",
	[AGENT_DROPS] = "drops",
};

static const char *const pair_columns[] = {
	[PAIR_AB_V4_BYTES] = "ab_v4_bytes",
	[PAIR_AB_V6_BYTES] = "ab_v6_bytes",
	[PAIR_BA_V4_BYTES] = "ba_v4_bytes",
	[PAIR_BA_V6_BYTES] = "ba_v6_bytes",
};

/* Within each consolidation from fine to coarse: readers rely on it. */
static const struct series_archive archives[] = {
	{ CONSOLIDATION_AVERAGE, MINUTE_S, 2 * DAY_S / MINUTE_S },
	{ CONSOLIDATION_AVERAGE, 5 * MINUTE_S, 62 * DAY_S / (5 * MINUTE_S) },
	{ CONSOLIDATION_AVERAGE, HOUR_S, 2 * YEAR_DAYS *(DAY_S / HOUR_S) },
	{ CONSOLIDATION_MAXIMUM, HOUR_S, 2 * YEAR_DAYS *(DAY_S / HOUR_S) },
	{ CONSOLIDATION_AVERAGE, DAY_S, 10 * YEAR_DAYS },
	{ CONSOLIDATION_MAXIMUM, DAY_S, 10 * YEAR_DAYS },
};

static const struct series_archive pair_archives[] = {
	{ CONSOLIDATION_AVERAGE, 5 * MINUTE_S, 2 * DAY_S / (5 * MINUTE_S) },
	{ CONSOLIDATION_AVERAGE, 30 * MINUTE_S, 14 * DAY_S / (30 * MINUTE_S) },
	{ CONSOLIDATION_AVERAGE, 2 * HOUR_S, 62 * DAY_S / (2 * HOUR_S) },
	{ CONSOLIDATION_AVERAGE, DAY_S, 488 }, /* 16 months */
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

_Static_assert(COUNT(traffic_columns) == TRAFFIC_COUNT, "each has a name");
_Static_assert(COUNT(port_columns) == PORT_COUNT, "each has a name");
_Static_assert(COUNT(agent_columns) == AGENT_COUNT, "each has a name");
_Static_assert(COUNT(pair_columns) == PAIR_COUNT, "each has a name");

static const struct series_layout traffic_layout = {
	.columns = traffic_columns,
	.column_count = TRAFFIC_COUNT,
	.step_s = SERIES_STEP_S,
	.archives = archives,
	.archive_count = COUNT(archives),
};

static const struct series_layout port_layout = {
	.columns = port_columns,
	.column_count = PORT_COUNT,
	.step_s = SERIES_STEP_S,
	.archives = archives,
	.archive_count = COUNT(archives),
};

static const struct series_layout agent_layout = {
	.columns = agent_columns,
	.column_count = AGENT_COUNT,
	.step_s = SERIES_STEP_S,
	.archives = archives,
	.archive_count = COUNT(archives),
};

static const struct series_layout pair_layout = {
	.columns = pair_columns,
	.column_count = PAIR_COUNT,
	.step_s = SERIES_PAIR_STEP_S,
	.archives = pair_archives,
	.archive_count = COUNT(pair_archives),
};

const struct series_layout *series_layout(enum series_kind kind)
{
	static const struct series_layout *const layouts[] = {
		[SERIES_EXCHANGE] = &traffic_layout,
		[SERIES_MEMBER] = &traffic_layout,
		[SERIES_VLAN_INTERFACE] = &traffic_layout,
		[SERIES_VLAN] = &traffic_layout,
		[SERIES_SWITCH] = &traffic_layout,
		[SERIES_PORT] = &port_layout,
		[SERIES_AGENT] = &agent_layout,
		[SERIES_PAIR] = &pair_layout,
	};

	assert((unsigned)kind < COUNT(layouts));
	return layouts[kind];
}

bool series_names_a_switch(enum series_kind kind)
{
	return kind == SERIES_SWITCH || kind == SERIES_PORT ||
	       kind == SERIES_AGENT;
}

/* A switch name becomes a part of a path: nothing in it may lead elsewhere. */
bool series_switch_name_is_valid(const char *name)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz"
				      "0123456789._-";
	size_t len;

	if (!name)
		return false;
	len = strlen(name);
	return len > 0 && len < SERIES_SWITCH_NAME_SIZE &&
	       strspn(name, allowed) == len && strspn(name, ".") < len;
}

/* The path below "rrd/", as snprintf returns it. */
static int print_file(char *to, size_t size, const struct series *s)
{
	switch (s->kind) {
	case SERIES_EXCHANGE:
		return snprintf(to, size, "exchange.rrd");
	case SERIES_MEMBER:
		return snprintf(to, size, "member/as%" PRIu32 ".rrd", s->asn);
	case SERIES_VLAN_INTERFACE:
		return snprintf(to, size, "interface/as%" PRIu32 "-v%u-%u.rrd",
				s->asn, (unsigned)s->vlan,
				(unsigned)s->ordinal);
	case SERIES_VLAN:
		return snprintf(to, size, "vlan/v%u.rrd", (unsigned)s->vlan);
	case SERIES_SWITCH:
		return snprintf(to, size, "switch/%s.rrd", s->switch_name);
	case SERIES_PORT:
		return snprintf(to, size, "port/%s/%" PRIu32 ".rrd",
				s->switch_name, s->ifindex);
	case SERIES_AGENT:
		return snprintf(to, size, "agent/%s.rrd", s->switch_name);
	case SERIES_PAIR:
		return snprintf(to, size,
				"pair/v%u/as%" PRIu32 "/as%" PRIu32 ".rrd",
				(unsigned)s->vlan, s->asn, s->other_asn);
	case SERIES_KIND_COUNT:
		break;
	}
	return -1;
}

int series_file(char *to, size_t size, const struct series *series)
{
	int wanted;

	if (series_names_a_switch(series->kind) &&
	    !series_switch_name_is_valid(series->switch_name))
		return ERR_RANGE;
	if (series->kind == SERIES_PAIR && series->asn > series->other_asn)
		return ERR_RANGE;
	wanted = print_file(to, size, series);
	if (wanted < 0 || (size_t)wanted >= size)
		return -ENAMETOOLONG;
	return 0;
}

int series_path(char *to, size_t size, const char *state_dir,
		const struct series *series)
{
	char file[SERIES_FILE_SIZE];
	int rc = series_file(file, sizeof(file), series);
	int wanted;

	if (rc < 0)
		return rc;
	wanted = snprintf(to, size, "%s/rrd/%s", state_dir, file);
	if (wanted < 0 || (size_t)wanted >= size)
		return -ENAMETOOLONG;
	return 0;
}

static int compare_numbers(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

int series_compare(const struct series *a, const struct series *b)
{
	int order = compare_numbers(a->kind, b->kind);

	if (order != 0)
		return order;
	switch (a->kind) {
	case SERIES_SWITCH:
	case SERIES_AGENT:
	case SERIES_PORT:
		order = strcmp(a->switch_name, b->switch_name);
		if (order == 0 && a->kind == SERIES_PORT)
			order = compare_numbers(a->ifindex, b->ifindex);
		return order;
	case SERIES_PAIR:
	case SERIES_MEMBER:
	case SERIES_VLAN_INTERFACE:
		order = compare_numbers(a->asn, b->asn);
		break;
	case SERIES_VLAN:
	case SERIES_EXCHANGE:
	case SERIES_KIND_COUNT:
		break;
	}
	if (order == 0 && a->kind == SERIES_PAIR)
		order = compare_numbers(a->other_asn, b->other_asn);
	if (order == 0 && a->kind != SERIES_EXCHANGE &&
	    a->kind != SERIES_MEMBER)
		order = compare_numbers(a->vlan, b->vlan);
	if (order == 0 && a->kind == SERIES_VLAN_INTERFACE)
		order = compare_numbers(a->ordinal, b->ordinal);
	return order;
}

char *series_name(char *to, size_t size, const struct series *series)
{
	const struct series *s = series;
	const char *name = s->switch_name ? s->switch_name : "?";

	switch (s->kind) {
	case SERIES_EXCHANGE:
		(void)snprintf(to, size, "exchange");
		break;
	case SERIES_MEMBER:
		(void)snprintf(to, size, "member AS%" PRIu32, s->asn);
		break;
	case SERIES_VLAN_INTERFACE:
		(void)snprintf(to, size,
			       "VLAN interface AS%" PRIu32 " VLAN %u #%u",
			       s->asn, (unsigned)s->vlan, (unsigned)s->ordinal);
		break;
	case SERIES_VLAN:
		(void)snprintf(to, size, "VLAN %u", (unsigned)s->vlan);
		break;
	case SERIES_SWITCH:
		(void)snprintf(to, size, "switch %s", name);
		break;
	case SERIES_PORT:
		(void)snprintf(to, size, "port %s ifIndex %" PRIu32, name,
			       s->ifindex);
		break;
	case SERIES_AGENT:
		(void)snprintf(to, size, "agent %s", name);
		break;
	case SERIES_PAIR:
		(void)snprintf(to, size,
			       "pair AS%" PRIu32 " AS%" PRIu32 " VLAN %u",
			       s->asn, s->other_asn, (unsigned)s->vlan);
		break;
	case SERIES_KIND_COUNT:
		(void)snprintf(to, size, "no series");
		break;
	}
	return to;
}
