/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_SITE_H
#define LANTERNE_WEB_SITE_H

/*
 * site — what all requests share: who is who, and the collector's status.
 *
 * The status file is read again when it changes on disk; a configuration is
 * exchanged for another by site_use. A request takes both, which then stay as
 * they are until the request gives them back.
 */

#include <stdbool.h>
#include <stdint.h>

#include "ixp/generation.h"
#include "util/attr.h"
#include "util/text.h"
#include "web/load.h"
#include "web/memo.h"
#include "web/pair_days.h"
#include "web/render_pool.h"
#include "web/status.h"

struct accounts;
struct pair_counters;
struct process;
struct site;

/* Pages that take long to work out. */
enum site_dear {
	SITE_DEAR_NONE,
	SITE_DEAR_HOME,
	SITE_DEAR_MEMBERS,
	SITE_DEAR_PORTS,
	SITE_DEAR_COUNT
};

/* Seconds of the epoch; a parameter so that a test can stop the clock. */
typedef double (*site_clock)(void);

/* What became of the files that were read. */
struct site_reading {
	double loaded_s;  /* when the one in use was read */
	double refused_s; /* when a later one was refused; 0: none was */
	int status_error; /* why the status file is not read now; 0: it is */
};

/**
 * Make a site.
 *
 * @param generation  to start with; the site takes a reference of its own
 * @param clock       what tells the time; NULL: the system's
 * @return 0 or -ENOMEM
 */
MUST_CHECK int site_new(struct site **out, struct generation *generation,
			site_clock clock);

/** Free a site; every status must have been released. NULL is fine. */
void site_free(struct site *site);

/**
 * Answer from another configuration from here on. Its state_dir must be that
 * of the one before. The site takes a reference of its own.
 */
void site_use(struct site *site, struct generation *generation);

/** What draws PNGs; borrowed until site_free. Without one, none are drawn. */
void site_set_render_pool(struct site *site, struct render_pool *pool);

/** Who may log in; borrowed until site_free. Without, nobody may. */
void site_set_accounts(struct site *site, struct accounts *accounts);

/** Who may log in, or NULL. */
struct accounts *site_accounts(const struct site *site);

/** What this process takes of its machine is told by this; borrowed until
 * site_free. */
void site_set_process(struct site *site, struct process *process);

/** The same, or NULL. */
struct process *site_process(const struct site *site);

/** What draws PNGs, or NULL. */
struct render_pool *site_render_pool(const struct site *site);

/** What the server says of itself; before any thread. tell NULL: nothing more.
 */
void site_set_load(struct site *site, load_tell tell, void *context);

/** The load of the server. @return false if there is none */
MUST_CHECK bool site_load(const struct site *site, struct load *load);

/** "Now" of the data: the end of a replayed capture, else the clock's time. */
int64_t site_data_time(struct site *site);

/** Say on the pages that a new configuration was refused, and why. */
void site_refuse(struct site *site, const char *problem);

/**
 * The configuration in use, with a reference for the caller.
 * @param serial  gets a number that no other configuration of the site has
 */
struct generation *site_take_generation(struct site *site, uint64_t *serial);

/** What became of the files; problem gets why one was refused. */
struct site_reading site_reading(struct site *site, struct text *problem);

/** Results kept from one step of the data to the next. */
struct memo *site_memo(struct site *site);

/** The pairs of days, for the matrix. */
struct pair_days *site_pair_days(struct site *site);

/** What pairs exchanged, for the metrics. */
struct pair_counters *site_pair_counters(struct site *site);

/** When the site was made, seconds of the epoch. */
double site_started(const struct site *site);

/** Wall time, seconds of the epoch. */
double site_time(const struct site *site);

/** Note that somebody asked for a page just now. */
void site_note(struct site *site, enum site_dear page);

/** When somebody last asked for a page; 0: never. */
double site_noted(struct site *site, enum site_dear page);

/** The newest readable status, or NULL; to be given to site_release. */
const struct status *site_take_status(struct site *site);

/** Give a status back; NULL is fine. */
void site_release_status(struct site *site, const struct status *status);

#endif
