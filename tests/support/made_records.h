/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_TESTS_SUPPORT_MADE_RECORDS_H
#define LANTERNE_TESTS_SUPPORT_MADE_RECORDS_H

/* made_records — records of any kind, the same ones for the same seed. */

#include <stdint.h>

#include "store/record.h"

enum { MADE_START_S = 1700000040 }; /* a multiple of a minute */

/** The next number of a sequence. */
uint64_t made_number(uint64_t *seed);

/** A number of random width, up to 64 bits. */
uint64_t made_wide(uint64_t *seed);

/** A head of a kind with random content, seq and replaces 0. */
struct record_head made_head(uint64_t *seed, enum record_kind kind);

/** A random entry that a record of this kind may have. */
struct record_entry made_entry(uint64_t *seed, enum record_kind kind);

/**
 * A record with so many random entries and, if wanted, a blob.
 *
 * @param out   initialised; filled
 * @param head  its kind and times are used as they are
 */
void made_record(struct text *out, const struct record_head *head,
		 uint64_t seed, unsigned entries, unsigned blob_bytes);

/**
 * The record of a step of pairs between members that each know all others.
 *
 * @param pairs  how many, both ways with IPv4, and every tenth with IPv6 too
 */
void made_pairs(struct text *out, const struct record_head *head, uint64_t seed,
		uint32_t pairs);

#endif
