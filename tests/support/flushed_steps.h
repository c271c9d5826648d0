/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_TESTS_SUPPORT_FLUSHED_STEPS_H
#define LANTERNE_TESTS_SUPPORT_FLUSHED_STEPS_H

/*
 * flushed_steps — what the switches of registry_builder's exchange say, step by
 * step, and what flush stores of it in a folder of its own. Every failure fails
 * the test that called.
 */

#include <stdbool.h>
#include <stdint.h>

#include "collector/clock.h"
#include "collector/flush.h"
#include "support/registry_builder.h"
#include "support/stored_rows.h"
#include "support/switch_builder.h"

/* A midnight, so that a pair's step of 300 s begins with it. */
#define FLUSHED_FIRST (STORED_START / STEP_S)

struct flushed {
	char *dir;
	struct exchange e;
	struct intake in;
	struct flush *flush;
	uint32_t sequence; /* of the datagrams */
	int64_t now;	   /* the open step */
	bool synced;	   /* the kernel says that the clock is right */
	uint64_t jumps;	   /* of the clock */
};

/** Open one that stores live, at the first step. */
void flushed_open(struct flushed *f);
void flushed_close(struct flushed *f);

/** Start storing anew, as after a restart. */
void flushed_reopen(struct flushed *f, enum flush_mode mode);

/** Have switch 1 or 2 send a datagram with a flow sample; NULL: with none. */
void flushed_hear(struct flushed *f, uint8_t number,
		  const struct sent_flow *flow);

/** The same without a sample: the switch is alive. */
void flushed_alive(struct flushed *f, uint8_t number);

/** A sample of switch 1, 1 in 10, in VLAN 100. */
void flushed_talk(struct flushed *f, uint8_t src, uint8_t dst, uint32_t bytes,
		  uint16_t type);

/** Store a step or a part of it, and free it. */
void flushed_store(struct flushed *f, struct closed_step *step);

/** Close the open step, which covers so much, and store it. */
void flushed_covering(struct flushed *f, int64_t covered_s, bool edge);

/** The same, all of it covered. */
void flushed_minute(struct flushed *f);

/** The rate stored for the step so many behind the first. */
double flushed_rate(const struct flushed *f, const struct series *s,
		    int64_t step, size_t column);

/** True if the series has a file. */
bool flushed_has(const struct flushed *f, const struct series *s);

struct series flushed_member(uint32_t asn);
struct series flushed_pair(uint32_t asn, uint32_t other, uint16_t vlan);

#endif
