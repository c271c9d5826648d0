/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_TESTS_TWO_SWITCHES_H
#define LANTERNE_TESTS_TWO_SWITCHES_H

/*
 * two_switches — an exchange of which one switch is sampled and one mirrored.
 *
 * sw1 (192.0.2.1) is sampled: station 1 on port 1, AS64504's station 5 on port
 * 5. sw2 (192.0.2.2) is mirrored: station 2 on port 2, which session 2 copies,
 * station 4 on the LAG 100, station 5 on port 5, too; port 7, which session 7
 * copies, is nobody's. Station 3 has no port. Of another mirror it is not said
 * whose it is: a made switch stands for that.
 * Port 48 of both is a core port; the stations are AS64500's and up.
 */

#include <stdint.h>

#include "ixp/generation.h"

enum { SW1, SW2, SW_MADE };

/** The number of one of them in the configuration. */
uint32_t two_switches_index(int which);

/** Build with this direction of sw1; one reference, to be given back. */
struct generation *two_switches(const char *direction);

/** The same but for the line that begins so; NULL: none. */
struct generation *two_switches_without(const char *line,
					const char *direction);

#endif
