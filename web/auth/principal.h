/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_AUTH_PRINCIPAL_H
#define LANTERNE_WEB_AUTH_PRINCIPAL_H

/* principal — who asks, as far as it is known, and what that one may. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "web/auth/digest.h"

enum {
	USER_NAME_SIZE = 65, /* and the NUL */
	USER_ASNS_MAX = 32,
};

/* In the order of what they see. */
enum role { ROLE_NOBODY, ROLE_MEMBER, ROLE_AUDITOR, ROLE_OPERATOR };

/* How it is known. */
enum principal_by {
	BY_NOTHING, /* the public */
	BY_OPEN,    /* access: open shows all to all */
	BY_SESSION,
	BY_TOKEN,
	BY_PROXY, /* a trusted proxy's header says so */
	BY_LINK,  /* a signed link: one graph alone */
};

struct principal {
	enum role role;
	enum principal_by by;
	char name[USER_NAME_SIZE]; /* "": nobody, or everyone */
	uint32_t asns[USER_ASNS_MAX];
	size_t asn_count;
	/* What this user's forms are signed with; "": forms are not for it. */
	char form_secret[DIGEST_TEXT_SIZE];
	char session_id[SECRET_ID_TEXT_SIZE]; /* "": none */
};

/** "operator"; of ROLE_NOBODY "public". */
const char *role_name(enum role role);

/** Whether one sees everything. */
static inline bool principal_sees_all(const struct principal *p)
{
	return p->role >= ROLE_AUDITOR;
}

/** Whether a member's own things are this one's. */
bool principal_has_asn(const struct principal *p, uint32_t asn);

/** Whether it is somebody who can log out or keep tokens. */
static inline bool principal_is_user(const struct principal *p)
{
	return p->name[0] != '\0' && p->by != BY_LINK;
}

#endif
