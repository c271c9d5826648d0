/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/auth/principal.h"

const char *role_name(enum role role)
{
	switch (role) {
	case ROLE_MEMBER:
		return "member";
	case ROLE_AUDITOR:
		return "auditor";
	case ROLE_OPERATOR:
		return "operator";
	case ROLE_NOBODY:
		break;
	}
	return "public";
}

bool principal_has_asn(const struct principal *p, uint32_t asn)
{
	for (size_t i = 0; i < p->asn_count; i++) {
		if (p->asns[i] == asn)
			return true;
	}
	return false;
}
