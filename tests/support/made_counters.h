/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_TESTS_SUPPORT_MADE_COUNTERS_H
#define LANTERNE_TESTS_SUPPORT_MADE_COUNTERS_H

/*
 * made_counters — the counters of the made exchange, which grow at a known
 * rate; and journaled steps of pairs. Every failure ends the program.
 */

#include <stdint.h>

/** What a member sends in bytes/s of IPv4 by these counters: whole ones. */
uint64_t made_counters_rate(uint32_t asn);

/** Write the counters of what was counted between two times. */
void made_counters_write(const char *dir, int64_t from_s, int64_t to_s);

/**
 * Journal a closed step of pairs: AS64500 sent bytes to AS64501 and half of
 * that came back.
 */
void made_counters_journal_pair(const char *dir, int64_t start_s,
				uint64_t bytes);

#endif
