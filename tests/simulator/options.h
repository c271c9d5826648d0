/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_SIMULATOR_OPTIONS_H
#define LANTERNE_SIMULATOR_OPTIONS_H

/* options — the simulator's command line. */

#include <stdbool.h>
#include <stdint.h>

#include "util/attr.h"

enum {
	OPTIONS_SWITCHES_MAX = 64,
	OPTIONS_MEMBERS_MAX = 4000,
	OPTIONS_FRAME_MIN = 64, /* with FCS */
	OPTIONS_FRAME_MAX = 1518,
	OPTIONS_SESSIONS_MAX = 1023, /* of ERSPAN, on a switch */
};

struct options {
	const char *out; /* folder of the results */
	const char *pcap;
	const char *live;
	const char *mirror;
	const char *mirror_of;	      /* a switch's name, or "all" */
	const char *mirror_direction; /* rx, tx, both */
	const char *mirror_erspan;    /* 1, 2, 3, 3+; NULL: SPAN */
	const char *state_dir;
	const char *listen;
	const char *web_listen;
	uint64_t members;
	uint64_t switches;
	uint64_t seed;
	uint64_t rate; /* one frame in so many is sampled */
	uint64_t traffic_bps;
	uint64_t start;	  /* seconds of the epoch */
	uint64_t seconds; /* 0: not said */
	uint64_t samples; /* 0: not said */
	uint64_t slice;	  /* seconds; 0: chosen */
	uint64_t datagrams_per_second;
	uint64_t unknown_macs;
	uint64_t frame_size;	   /* of all, with FCS; 0: several sizes */
	uint64_t mirror_snap;	   /* bytes captured of a packet */
	uint64_t mirror_truncate;  /* bytes that a copy has; 0: all */
	uint64_t mirror_lose;	   /* copies lost on the way, of 1000 */
	uint64_t mirror_frames;	   /* copies until the end; 0: not said */
	uint64_t drops;		   /* samples lost in the switch, of 1000 */
	const char *one_direction; /* "ingress", or NULL: both */
	uint32_t mirror_switch;	   /* from 1; 0: all; out of mirror_of */
	uint32_t mirror_type;	   /* an enum erspan_type */
	bool mirror_core;
	bool no_core;
	bool vlan_tagged;
	bool ipv6_agents;
	bool help;
	bool version;
};

/**
 * Read the command line. Says on standard error what is wrong with it.
 *
 * @return 0 or ERR_SYNTAX
 */
MUST_CHECK int options_read(struct options *o, int argc, char **argv);

/** Print how the program is used. */
void options_help(void);

#endif
