/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_REPORT_ALERT_STATE_H
#define LANTERNE_WEB_REPORT_ALERT_STATE_H

/*
 * alert_state — what one run of the alerts leaves for the next: a file of one
 * JSON object and a line with the checksum of all bytes before it. Untrusted:
 * one that is damaged anywhere is as good as none.
 *
 *	{"version":1,"at":1700000000,"clock":{...},"standing":[...]}
 *	crc32c 0123abcd
 */

#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/text.h"
#include "web/report/alerts.h"

enum {
	ALERT_STATE_MAX = 100000, /* alerts */
	ALERT_STATE_FILE_MAX = 64 << 20,
};

/* What is remembered of the collector's clock; NaN: nothing. */
struct alert_clock {
	double started; /* the collector that counted */
	double jumps;
	double odd_at_s; /* when something was odd last */
};

struct alert_state {
	double at_s; /* when it was made; NaN: there was none */
	struct alert_clock clock;
	struct alert_list standing;
};

/** A state of nothing. */
void alert_state_init(struct alert_state *state);

void alert_state_fini(struct alert_state *state);

/**
 * Read the text of a state file.
 *
 * @param out  on success to be freed with alert_state_fini
 * @return 0; ERR_MALFORMED (damaged), ERR_UNSUPPORTED (of another version) or
 *         -ENOMEM
 */
MUST_CHECK int alert_state_parse(struct alert_state *out, const char *text,
				 size_t len);

/** The same of the JSON object alone, without its checksum. */
MUST_CHECK int alert_state_parse_json(struct alert_state *out, const char *text,
				      size_t len);

/** Append the text of a state file. */
void alert_state_add(struct text *out, const struct alert_state *state);

/**
 * Read a state file. One that is damaged is begun anew, and the log says so.
 *
 * @param out  on success to be freed with alert_state_fini
 * @return 0, also where there is none; -errno or -ENOMEM
 */
MUST_CHECK int alert_state_load(struct alert_state *out, const char *path);

/** Replace a state file. @return 0 or -errno */
MUST_CHECK int alert_state_save(const struct alert_state *state,
				const char *path);

/**
 * Be the only one who works with a state file: waits some seconds for another
 * one. Its folder is made if need be.
 *
 * @param fd  on success what to give to alert_state_unlock
 * @return 0; -EWOULDBLOCK: another one still does; -errno
 */
MUST_CHECK int alert_state_lock(int *fd, const char *path);

void alert_state_unlock(int fd);

#endif
