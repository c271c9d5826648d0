/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_PAIR_ROWS_H
#define LANTERNE_WEB_PAIR_ROWS_H

/* pair_rows — what two members exchange in all VLANs together. */

#include <stdint.h>

#include "util/attr.h"
#include "web/page.h"
#include "web/traffic.h"

/**
 * Read the sum of a pair over all VLANs of the configuration, and where no VLAN
 * was told. Unknown in one VLAN and known in another counts as nothing there: a
 * pair has a file where it had traffic.
 *
 * @param out  as stored: WAY_FROM is from the lower ASN to the higher
 * @return 0, to be freed by traffic_fini; ERR_NOT_FOUND: there is no file at
 *         all; else as traffic_read
 */
MUST_CHECK int pair_rows_read(struct traffic *out, const struct call *call,
			      uint32_t asn, uint32_t other,
			      const struct series_range *range);

#endif
