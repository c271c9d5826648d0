/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_UNITS_H
#define LANTERNE_WEB_UNITS_H

/*
 * units — numbers as people read them, with SI prefixes (powers of 1000).
 *
 * Three significant digits; what is not known is an en dash, never a zero. In
 * the language of the text. The results need no escaping in HTML or XML.
 */

#include <stdint.h>

#include "util/text.h"

/** A rate given in bytes/s, as "3.21 Gbit/s". */
void units_rate(struct text *out, double bytes_per_s);

/** An amount as "12.3 GB". */
void units_bytes(struct text *out, double bytes);

/** A link speed given in bit/s: "10 Gbit/s", without needless decimals. */
void units_speed(struct text *out, double bps);

/** A rate of packets, given a second: "3.21 kpkt/s", "0.2 pkt/s". */
void units_packets(struct text *out, double packets_per_s);

/** A whole number with thin grouping: "12 345 678". */
void units_count(struct text *out, double count);

/** A ratio as percentage: 0.123 is "12.3 %". */
void units_percent(struct text *out, double ratio);

/** A change: 0.123 is "+12.3 %", -0.5 is "−50.0 %"; infinity is "new". */
void units_change(struct text *out, double ratio);

/** A length of time: "20 s", "3 min", "2 h", "2 h 05 min", "3 days". */
void units_duration(struct text *out, double seconds);

/** An averaging interval by name, to be translated: "1-minute", "1-hour". */
const char *units_row(uint32_t row_s);

#endif
