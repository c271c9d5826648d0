/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <cap-ng.h>
#include <errno.h>
#include <sys/prctl.h>

#include "sandbox/parts.h"

/* Without CAP_SETPCAP the bounding set stays: no_new_privs makes it void. */
static capng_select_t sets_that_can_go(void)
{
	if (capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP))
		return CAPNG_SELECT_ALL;
	return (capng_select_t)(CAPNG_SELECT_CAPS | CAPNG_SELECT_AMBIENT);
}

int rights_drop(bool keeps_net_raw, bool *kept)
{
	capng_select_t sets;

	*kept = false;
	if (capng_get_caps_process() != 0)
		return -EPERM;
	sets = sets_that_can_go();
	*kept = keeps_net_raw &&
		capng_have_capability(CAPNG_PERMITTED, CAP_NET_RAW);
	capng_clear(CAPNG_SELECT_ALL);
	if (*kept &&
	    capng_update(CAPNG_ADD,
			 (capng_type_t)(CAPNG_EFFECTIVE | CAPNG_PERMITTED),
			 CAP_NET_RAW) != 0)
		return -EINVAL;
	if (capng_apply(sets) != 0)
		return -EPERM;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno : 0;
}
