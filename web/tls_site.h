/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_TLS_SITE_H
#define LANTERNE_WEB_TLS_SITE_H

/* tls_site — TLS as the configuration wants it; what is wrong is logged. */

#include <stdbool.h>

#include "ixp/config.h"
#include "util/attr.h"
#include "web/site.h"
#include "web/tls.h"

/** Read certificate and key; *out is NULL if there are to be none. @return as
 * tls_open */
MUST_CHECK int tls_site_open(struct tls **out, const struct config_web *web);

enum tls_site_news {
	TLS_SITE_SAME,
	TLS_SITE_CHANGED,
	TLS_SITE_REFUSED, /* there are new ones, and the old ones stay */
};

/** Look whether they have changed, or the configuration has. */
enum tls_site_news tls_site_follow(struct tls *tls, struct site *site);

#endif
