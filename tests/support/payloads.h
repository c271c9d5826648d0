/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_TESTS_SUPPORT_PAYLOADS_H
#define LANTERNE_TESTS_SUPPORT_PAYLOADS_H

/* payloads — names that would be markup, a formula, a directive of a format, a
 * header of a mail or a line of a log if somebody wrote them as they are. */

enum { PAYLOAD_COUNT = 67 };

extern const char *const payloads[PAYLOAD_COUNT];

#endif
