/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_SITE_H
#define LANTERNE_WEB_SITE_H

/*
 * site — what all requests share: who is who, and the collector's status.
 *
 * The status file is read again when it changes on disk. A request takes a
 * status, which then stays as it is until the request releases it.
 */

#include <stdbool.h>
#include <stdint.h>

#include "ixp/config.h"
#include "ixp/registry.h"
#include "util/attr.h"
#include "web/status.h"

struct site;

/* Seconds of the epoch; a parameter so that a test can stop the clock. */
typedef double (*site_clock)(void);

/**
 * Make a site.
 *
 * @param registry  borrowed for the site's lifetime, with its configuration
 * @param clock     what tells the time; NULL: the system's
 * @return 0 or -ENOMEM
 */
MUST_CHECK int site_new(struct site **out, const struct registry *registry,
			site_clock clock);

/** Free a site; every status must have been released. NULL is fine. */
void site_free(struct site *site);

const struct registry *site_registry(const struct site *site);
const struct config *site_config(const struct site *site);

/** Wall time, seconds of the epoch. */
double site_time(const struct site *site);

/** The newest readable status, or NULL; to be given to site_release. */
const struct status *site_take_status(struct site *site);

/** Give a status back; NULL is fine. */
void site_release_status(struct site *site, const struct status *status);

#endif
