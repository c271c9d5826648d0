/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_STORE_SERIES_H
#define LANTERNE_STORE_SERIES_H

/*
 * series — the one naming truth: what is stored, under which file name, with
 * which data sources, step and archives. The writer and every reader ask here.
 *
 * Every value is a rate per second over the seconds that a step covers; NaN is
 * unknown. So average × length is the total at every consolidation, for bytes
 * and packets as for samples and variances.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"

enum series_kind {
	SERIES_EXCHANGE,
	SERIES_MEMBER,
	SERIES_VLAN_INTERFACE,
	SERIES_VLAN,
	SERIES_SWITCH,
	SERIES_PORT,
	SERIES_AGENT,
	SERIES_PAIR,
	SERIES_KIND_COUNT,
};

/* Which one; each kind uses the fields named behind it. */
struct series {
	enum series_kind kind;
	uint32_t asn;		 /* member, VLAN interface, pair (the lower) */
	uint32_t other_asn;	 /* pair (the higher, or equal) */
	uint16_t vlan;		 /* VLAN interface, VLAN, pair: 802.1Q tag */
	uint16_t ordinal;	 /* VLAN interface */
	const char *switch_name; /* switch, port, agent; borrowed */
	uint32_t ifindex;	 /* port */
};

/* Data sources of exchange, member, VLAN interface, VLAN and switch. */
enum series_traffic {
	TRAFFIC_FROM_V4_BYTES,
	TRAFFIC_FROM_V6_BYTES,
	TRAFFIC_FROM_OTHER_BYTES,
	TRAFFIC_TO_V4_BYTES,
	TRAFFIC_TO_V6_BYTES,
	TRAFFIC_TO_OTHER_BYTES,
	TRAFFIC_FROM_V4_PKTS,
	TRAFFIC_FROM_V6_PKTS,
	TRAFFIC_FROM_OTHER_PKTS,
	TRAFFIC_TO_V4_PKTS,
	TRAFFIC_TO_V6_PKTS,
	TRAFFIC_TO_OTHER_PKTS,
	TRAFFIC_FROM_SAMPLES,
	TRAFFIC_TO_SAMPLES,
	TRAFFIC_FROM_VAR, /* bytes² per second: variance of the estimate */
	TRAFFIC_TO_VAR,
	TRAFFIC_COUNT,
};

/* Data sources of a port. */
enum series_port {
	PORT_IN_OCTETS,
	PORT_IN_UCAST,
	PORT_IN_MCAST,
	PORT_IN_BCAST,
	PORT_IN_ERRORS,
	PORT_IN_DISCARDS,
	PORT_OUT_OCTETS,
	PORT_OUT_UCAST,
	PORT_OUT_MCAST,
	PORT_OUT_BCAST,
	PORT_OUT_ERRORS,
	PORT_OUT_DISCARDS,
	PORT_IN_ESTIMATE, /* bytes */
	PORT_OUT_ESTIMATE,
	PORT_COUNT,
};

/* Data sources of an agent. */
enum series_agent {
	AGENT_DATAGRAMS,
	AGENT_LOST,
	AGENT_SAMPLES,
	AGENT_DROPS,
	AGENT_COUNT,
};

/* Data sources of a pair; a is the member with the lower ASN. */
enum series_pair {
	PAIR_AB_V4_BYTES,
	PAIR_AB_V6_BYTES,
	PAIR_BA_V4_BYTES,
	PAIR_BA_V6_BYTES,
	PAIR_COUNT,
};

enum {
	SERIES_SWITCH_NAME_SIZE = 65,
	SERIES_COLUMNS_MAX = TRAFFIC_COUNT,
	SERIES_STEP_S = 60,
	SERIES_PAIR_STEP_S = 300,
	SERIES_FILE_SIZE = 128, /* of any series' file name, with its NUL */
};

enum consolidation { CONSOLIDATION_AVERAGE, CONSOLIDATION_MAXIMUM };

/* One archive: rows of so many seconds each, kept for so long. */
struct series_archive {
	enum consolidation consolidation;
	uint32_t row_s;
	uint32_t rows;
};

struct series_layout {
	const char *const *columns; /* data source names, in column order */
	size_t column_count;
	uint32_t step_s;
	uint32_t heartbeat_s; /* 0: one step */
	bool no_minimum;      /* else it is 0 */
	const struct series_archive *archives;
	size_t archive_count;
};

/** How long an update of a layout's file stands for, in seconds. */
static inline uint32_t series_heartbeat(const struct series_layout *layout)
{
	return layout->heartbeat_s ? layout->heartbeat_s : layout->step_s;
}

/** Data sources, step and archives of a kind; static, never NULL. */
const struct series_layout *series_layout(enum series_kind kind);

/**
 * The file of a series below the folder of all: "member/as64500.rrd".
 * @return 0, -ENAMETOOLONG, or ERR_RANGE as series_path
 */
MUST_CHECK int series_file(char *to, size_t size, const struct series *series);

/**
 * The file of a series: "STATE_DIR/rrd/member/as64500.rrd".
 *
 * @return 0, -ENAMETOOLONG, or ERR_RANGE: a switch name that is no path part
 *         (1 to 64 of A-Z a-z 0-9 . _ -, not only dots), or a pair whose
 *         lower ASN does not come first
 */
MUST_CHECK int series_path(char *to, size_t size, const char *state_dir,
			   const struct series *series);

/**
 * The order of series: by kind, then switch name, AS numbers, VLAN, ordinal
 * and ifIndex, those that the kind uses.
 * @return negative, 0 (the same series) or positive
 */
int series_compare(const struct series *a, const struct series *b);

/** Whether a switch name can be part of a path, see series_path. */
bool series_switch_name_is_valid(const char *name);

/** Whether series of a kind have a switch's name. */
bool series_names_a_switch(enum series_kind kind);

/** A short name for messages: "member AS64500"; cut to size. @return to */
char *series_name(char *to, size_t size, const struct series *series);

#endif
