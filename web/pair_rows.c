/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/pair_rows.h"

#include "util/err.h"

/* Add one VLAN; a file that is not there has no say in how long rows are. */
static int add_vlan(struct traffic *sum, const struct call *call,
		    const struct series *series,
		    const struct series_range *range)
{
	const char *state_dir = call->config->state_dir;
	struct traffic one;
	int rc;

	if (!traffic_has_file(state_dir, series))
		return 0;
	rc = traffic_read(&one, state_dir, series, range);
	if (rc < 0)
		return rc;
	if (sum->values) {
		rc = traffic_add_known(sum, &one);
		traffic_fini(&one);
	} else {
		*sum = one;
	}
	return rc;
}

int pair_rows_read(struct traffic *out, const struct call *call, uint32_t asn,
		   uint32_t other, const struct series_range *range)
{
	const struct registry *registry = call->registry;
	struct series series = { .kind = SERIES_PAIR,
				 .asn = asn < other ? asn : other,
				 .other_asn = asn < other ? other : asn };
	struct traffic sum = { 0 };
	int rc = add_vlan(&sum, call, &series, range);

	for (uint32_t i = 0; rc == 0 && i < registry->vlan_count; i++) {
		series.vlan = registry->vlans[i].tag;
		if (series.vlan != 0)
			rc = add_vlan(&sum, call, &series, range);
	}
	if (rc == 0 && !sum.values)
		rc = ERR_NOT_FOUND;
	if (rc < 0)
		traffic_fini(&sum);
	else
		*out = sum;
	return rc;
}
