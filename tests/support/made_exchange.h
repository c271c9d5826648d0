/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_TESTS_SUPPORT_MADE_EXCHANGE_H
#define LANTERNE_TESTS_SUPPORT_MADE_EXCHANGE_H

/*
 * made_exchange — a small exchange as the web finds it: configuration,
 * roster, series and status file, all from a formula, so that a test knows
 * what a page has to say. Every failure ends the program.
 *
 * Members are AS64500 to AS64506 on sw1 and sw2. AS64500 has a port of its
 * own with counters, AS64501 a LAG, AS64502 and AS64503 share a port,
 * AS64504 is in two VLANs, AS64505 has no port, AS64506 a name that tries to
 * break out of everything.
 */

#include <stdint.h>

/* Traffic that does not change, for tests; or with days and nights. */
enum made_traffic { MADE_FLAT, MADE_DAILY };

/**
 * Write the exchange below dir, with rows up to end_s (a multiple of 60).
 *
 * @param written_s  when its collector wrote the status file, at or after
 *                   end_s
 * @param hours      of history
 */
void made_exchange_write(const char *dir, int64_t end_s, int64_t written_s,
			 unsigned hours, enum made_traffic traffic);

/**
 * What a member sends in bytes/s at MADE_FLAT, IPv4 or IPv6; its ports count
 * MADE_OVERHEAD times that, it receives half of it.
 */
double made_exchange_rate(uint32_t asn, int is_v6);

#define MADE_OVERHEAD 1.02

#endif
