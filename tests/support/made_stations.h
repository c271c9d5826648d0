/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_TESTS_SUPPORT_MADE_STATIONS_H
#define LANTERNE_TESTS_SUPPORT_MADE_STATIONS_H

/* made_stations — days of stations, written as short texts. */

#include <stddef.h>

#include "store/station_day.h"

/**
 * A day of November 2026, UTC, in a process whose zone is UTC; to be freed with
 * station_day_fini.
 *
 * @param seen  places, apart by "; ", of words that are apart by a space:
 *              "mac@switch:port/vlan", the last two octets of the address in
 *              hexadecimal, from and to in minutes of the day, samples; then
 *              maybe "unknown", "wrong_vlan" (else AS64500's), "core",
 *              "stays", "name=..." of the port. What is wrong ends the test.
 */
struct station_day made_stations(int day, const char *seen);

/** The same as notes; to be freed. */
struct station_entry *made_station_notes(int day, const char *seen,
					 size_t *count);

#endif
