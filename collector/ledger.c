/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/ledger.h"

const char *drop_reason_name(enum drop_reason reason)
{
	static const char *const names[DROP_COUNT] = {
		[DROP_NO_MEMBER] = "no_member",
		[DROP_CORE_PORT] = "core_port",
		[DROP_EGRESS_NOT_COUNTED] = "egress_not_counted",
		[DROP_INGRESS_NOT_COUNTED] = "ingress_not_counted",
		[DROP_WRONG_PORT] = "wrong_port",
		[DROP_NO_SAMPLING_RATE] = "no_sampling_rate",
		[DROP_NO_ETHERNET_HEADER] = "no_ethernet_header",
		[DROP_TABLE_FULL] = "table_full",
		[DROP_DUPLICATE] = "duplicate",
		[DROP_MIRRORED_SWITCH] = "mirrored_switch",
	};

	return reason < DROP_COUNT ? names[reason] : "none";
}
