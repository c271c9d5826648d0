/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_AUTH_OPTOUTS_H
#define LANTERNE_WEB_AUTH_OPTOUTS_H

/* optouts — the members who want none of their own graphs shown to others,
 * whatever the configuration allows. Kept in a file of one AS number a line.
 * All calls from any thread. */

#include <stdbool.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/text.h"

struct optouts;

/**
 * Read them from a file, which need not be there.
 * @return 0; ERR_CONFIG: it is wrong, as problem says; -errno
 */
MUST_CHECK int optouts_new(struct optouts **out, const char *path,
			   struct text *problem);

/** Free them; NULL is fine. */
void optouts_free(struct optouts *optouts);

/** Whether a member has opted out. */
bool optouts_has(struct optouts *optouts, uint32_t asn);

/** Have a member in or out. @return 0, ERR_FULL or -errno */
MUST_CHECK int optouts_set(struct optouts *optouts, uint32_t asn, bool is_out);

/** Changes with every change. */
uint64_t optouts_serial(struct optouts *optouts);

#endif
