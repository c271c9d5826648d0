/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/direction.h"

/* The LAG of a port, else the port itself; 0: the port is not known. */
static uint32_t lag_of(const struct port_table *ports, uint32_t switch_index,
		       uint32_t ifindex)
{
	uint32_t at = port_table_look(ports, switch_index, ifindex);

	return at == PORT_NONE ? 0 : ports->samples[at].aggregate;
}

/* Whether two interfaces are of one LAG, or one is the other's. */
static bool are_one_lag(const struct port_table *ports, uint32_t switch_index,
			uint32_t ifindex, struct sflow_interface i)
{
	uint32_t lag = lag_of(ports, switch_index, ifindex);

	return lag != 0 && i.format == SFLOW_INTERFACE_INDEX &&
	       (lag == i.value || lag == lag_of(ports, switch_index, i.value));
}

enum direction direction_in_lag(const struct port_table *ports,
				uint32_t switch_index,
				const struct sflow_flow *f)
{
	uint32_t source = direction_source_index(f);

	if (f->source.class != SFLOW_SOURCE_IFINDEX || source == 0)
		return DIRECTION_UNKNOWN;
	if (are_one_lag(ports, switch_index, source, f->input))
		return DIRECTION_INGRESS;
	return are_one_lag(ports, switch_index, source, f->output)
		   ? DIRECTION_EGRESS
		   : DIRECTION_UNKNOWN;
}
