/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_COLLECTOR_LEDGER_H
#define LANTERNE_COLLECTOR_LEDGER_H

/*
 * ledger — where every datagram, every mirrored packet and every observation
 * went.
 *
 * datagrams = accepted + malformed + unsupported_version + foreign +
 * duplicates + waited; mirrored packets = frames + no_frame + unknown +
 * malformed + fragments + foreign + other + waited; observations = flow samples
 * + frames = attributed + Σ dropped, at all times.
 */

#include <stdint.h>

enum drop_reason {
	DROP_NO_MEMBER,		  /* neither end is a member's */
	DROP_CORE_PORT,		  /* the data source is a core port, or a
				   * mirrored frame came in elsewhere */
	DROP_EGRESS_NOT_COUNTED,  /* an egress sample where ingress counts */
	DROP_INGRESS_NOT_COUNTED, /* an ingress sample where egress counts */
	DROP_WRONG_PORT, /* a member's MAC on another's port, no other end */
	DROP_NO_SAMPLING_RATE,	 /* it stands for 0 frames */
	DROP_NO_ETHERNET_HEADER, /* no two MAC addresses in the sample */
	DROP_TABLE_FULL,	 /* more pairs in a step than are held */
	DROP_DUPLICATE,		 /* the second copy of a mirrored frame */
	DROP_MIRRORED_SWITCH,	 /* a flow sample of a switch whose mirror
				  * counts */
	DROP_COUNT,
	DROP_NONE = DROP_COUNT, /* attributed */
};

/* Of the datagrams, or of the mirrored frames. */
struct input_counters {
	uint64_t datagrams;
	uint64_t accepted;
	uint64_t malformed;
	uint64_t unsupported_version;
	uint64_t foreign;
	uint64_t lost_datagrams;
	uint64_t duplicates;
	uint64_t waited; /* while the process stood still: of no known time */
	uint64_t late;
	uint64_t flow_samples;
	uint64_t counter_samples;
	uint64_t discarded_packets; /* told of by samples of their own */
	uint64_t frames;
	uint64_t other_packets;	  /* in a capture: no UDP to the port */
	uint64_t fragments;	  /* in a capture: refused */
	uint64_t out_of_order;	  /* in a capture: before the open minute */
	uint64_t bad_times;	  /* in a capture: no time of 1970 to 9999 */
	uint64_t broken_captures; /* that ended in the middle */
	uint64_t socket_drops;	  /* lost in the kernel for want of buffer */
};

/* Of mirrored packets; the frames among them are input_counters.frames. */
struct mirror_counters {
	uint64_t packets;
	uint64_t no_frame;  /* ERSPAN's markers, or no Ethernet frame */
	uint64_t unknown;   /* a version of ERSPAN that is not known */
	uint64_t malformed; /* ERSPAN that ends before the frame */
	uint64_t fragments; /* of GRE: refused */
	uint64_t foreign;   /* GRE from a sender of no switch's, at a receiver
			     * of GRE */
	uint64_t other;	    /* GRE without ERSPAN, at a receiver of GRE */
	uint64_t waited; /* while the process stood still: of no known time */
	/* Of frames. */
	uint64_t merged;	  /* by the receiving machine */
	uint64_t lengths_unknown; /* cut by the switch, and no IP header says
				   * how long they were, or says what none is */
	/* Not among the packets. */
	uint64_t lost;	     /* by the sequence numbers of GRE */
	uint64_t ring_drops; /* in the kernel for want of buffer */
};

struct ledger {
	uint64_t observations;
	uint64_t attributed;
	uint64_t dropped[DROP_COUNT];
};

/** The name of a reason in every interface: "no_member". */
const char *drop_reason_name(enum drop_reason reason);

#endif
