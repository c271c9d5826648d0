/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_STATUS_H
#define LANTERNE_WEB_STATUS_H

/*
 * status — what the collector says of itself in STATE_DIR/status.json.
 *
 * Untrusted: any field may be missing or of a wrong type and then reads as
 * unknown, which is NaN for a number and "" for a string. Lists are cut at
 * STATUS_LIST_MAX. Format: ARCHITECTURE.md.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"

enum {
	STATUS_LIST_MAX = 20000,
	STATUS_FILE_MAX = 16 << 20, /* bytes; a larger file is refused */
	STATUS_VERSION = 1,
};

struct status_count {
	char *name;
	double value;
};

/* An object of counters, in the file's order. */
struct status_counts {
	struct status_count *items;
	size_t count;
};

struct status_source {
	char *kind;   /* sflow, mirror, erspan */
	char *listen; /* or the interface of a mirror */
	double drops; /* by the kernel: datagrams, of a mirror frames */
	/* Of mirror and erspan. */
	char *switch_name;
	char *state;   /* of an interface: up, down, gone; capture: a replay */
	char *problem; /* why one that is there is not read; "": it is */
	double frames;
	double merged;	/* by the receiving machine */
	double doubled; /* share of frames that are copies; NaN: not known */
	double cut;	/* share of frames that are shorter than they say */
	bool lengths_of_headers;
	bool has_offload; /* the interface may merge frames */
	bool drops_duplicates;
};

/* A receiver of relayed datagrams. */
struct status_relay {
	char *to;
	double asn; /* NaN: it gets all */
	double sent;
	double dropped;
	double left_out; /* without a sample of the member */
	double bytes;
	char *last_error;
	double last_error_at;
};

struct status_switch {
	char *name;
	char *agent;
	char *direction;
	char *counted;
	double last_seen;
	double datagrams;
	double lost_datagrams;
	double flow_samples;
	double ingress_samples;
	double egress_samples;
	double unknown_samples;
	double counter_samples;
	double drops;
	bool mirrored;	    /* its frames count, not its samples */
	double frames;	    /* mirrored */
	double lost_frames; /* of ERSPAN, by its numbers */
	double sampling_rate;
	double correction; /* of estimates, for samples that are missing */
	struct status_counts discarded; /* packets, by groups of reasons */
	double vlan_counters;
	double load_percent; /* of its processor, over a minute */
	double memory_bytes;
	double memory_free_bytes;
};

struct status_refused {
	char *source;
	char *agent;
	double sub_agent;
	double datagrams;
	double last_seen;
};

struct status_mac {
	char *mac;
	char *switch_name;
	char *port;
	char *reason;
	double vlan;
	double ifindex;
	double samples;
	double missed; /* samples that it may have had before, at most */
	double bytes;
	double last_seen;
	int stays; /* 1, 0: in passing, -1: not said */
};

/* A port as it was learned: not configured, or otherwise than it is. */
struct status_learned {
	char *switch_name;
	char *kind; /* open, members, lag_port, core */
	char *line; /* of the configuration, or what contradicts it */
	double ifindex;
	bool configured;
};

/* A member's station that enters by another port than before, or by two. */
struct status_move {
	char *mac;
	char *switch_name;
	char *port;
	char *other_port;
	char *what; /* moved, two_ports */
	double asn;
	double ifindex;
	double other_ifindex;
	double at;
};

/* A side of a member's traffic that does not count for what it lacks. */
struct status_side {
	char *switch_name;
	char *port;
	char *side; /* ingress, egress */
	double asn;
	double vlan;
	double until;
};

/* Frames that came in and did not go out: of a member, or of a pair. */
struct status_loss {
	char *switch_name; /* of a member: where it is */
	char *port;
	char *way;  /* of a member: to_member, from_member */
	double asn; /* of a pair: the sender */
	double to_asn;
	double vlan;
	double share; /* of 1 */
	double ci95;
	double packets;
};

/* A port's estimate against its counters; all NaN: not compared yet. */
struct status_calibration {
	double at;
	double ratio;
	double ci95;
	int drift;  /* 1: high, -1: low, 0: none */
	bool exact; /* what share of the port's traffic a mirror sees */
};

struct status_port {
	char *switch_name;
	char *name;
	double ifindex;
	bool configured;
	int up; /* 1, 0, -1: unknown */
	double speed_bps;
	double last_counters;
	double in_bps;
	double out_bps;
	double in_errors;
	double in_discards;
	double out_errors;
	double out_discards;
	double in_estimate_bps;
	double out_estimate_bps;
	double fcs_errors;
	int lag_forwards; /* 1, 0, -1: no LACP */
	struct status_calibration in_calibration;
	struct status_calibration out_calibration;
};

struct status {
	double version;
	double written;
	double started;
	double now;
	double last_step_end;
	bool is_replay;
	char *captures; /* of a replay, joined with ", " */
	double replay_from;
	double replay_to;
	struct status_counts input;
	struct status_counts dropped;
	struct status_counts skipped;
	double observations;
	double attributed;
	struct status_counts store;
	struct status_counts journal;
	struct status_counts ixp_manager; /* none: no tree is written */
	struct status_counts process;	  /* what the collector takes */
	char *last_error;
	double config_loaded;
	double config_refused; /* when a reload was refused, if the last was */
	char *config_problem;  /* why */
	struct status_source *sources;
	size_t source_count;
	struct status_relay *relays;
	size_t relay_count;
	struct status_switch *switches;
	size_t switch_count;
	double clock_jumps;
	double pauses;
	struct status_refused *refused;
	size_t refused_count;
	double refused_not_listed; /* datagrams */
	struct status_mac *macs;
	size_t mac_count;
	double macs_not_listed;
	struct status_learned *learned;
	size_t learned_count;
	struct status_move *moves;
	size_t move_count;
	struct status_mac *misdelivered; /* by the port that they left by */
	size_t misdelivered_count;
	struct status_side *sides;
	size_t side_count;
	struct status_loss *losses;
	size_t loss_count;
	struct status_loss *pair_losses;
	size_t pair_loss_count;
	struct status_port *ports;
	size_t port_count;
};

/**
 * Read a status text.
 *
 * @param out  on success the status, to be freed with status_free
 * @return 0, ERR_SYNTAX (no JSON object) or -ENOMEM
 */
MUST_CHECK int status_parse(struct status **out, const char *text, size_t len);

/** Free a status; NULL is fine. */
void status_free(struct status *status);

/** The port with this switch and ifIndex, or NULL. */
const struct status_port *status_port(const struct status *status,
				      const char *switch_name,
				      uint32_t ifindex);

/** How many stations stay: others pass by, which is no finding. */
size_t status_staying(const struct status_mac *macs, size_t count);

#endif
