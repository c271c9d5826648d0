/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_IXP_RECIPIENTS_H
#define LANTERNE_IXP_RECIPIENTS_H

/*
 * recipients — who gets which report by mail, in which language:
 *
 *	- { to: "NOC <noc@example.net>", language: en }
 *	- { to: "noc@member.example.net", asn: 64500, language: fr,
 *	    reports: [daily, monthly] }
 *
 * Without asn it is the exchange's report; without reports it is each kind.
 * Read as strictly as the configuration.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/diagnostics.h"

enum recipient_reports {
	RECIPIENT_DAILY = 1,
	RECIPIENT_WEEKLY = 2,
	RECIPIENT_MONTHLY = 4,
	RECIPIENT_ALERTS = 8,
	RECIPIENT_ALL = 15,
};

struct recipient {
	char *to;	  /* as RFC 5322 has a mailbox */
	uint32_t asn;	  /* 0: the exchange */
	char *language;	  /* "fr"; NULL: the exchange's first */
	unsigned reports; /* of enum recipient_reports */
	struct place place;
};

struct recipients {
	char *path;
	struct recipient *all; /* in the file's order */
	size_t count;
};

/**
 * Read a file of recipients.
 *
 * @param out  on success to be freed with recipients_free
 * @param d    gets every error, with its place
 * @return 0; ERR_CONFIG (d says why); -ENOMEM; -ENOENT and other system errors
 *         for a file that cannot be read (d says so too)
 */
MUST_CHECK int recipients_load(struct recipients **out, const char *path,
			       struct diagnostics *d);

/** As recipients_load, of a text in memory; path stands in the messages. */
MUST_CHECK int recipients_parse(struct recipients **out, const char *path,
				const char *text, size_t len,
				struct diagnostics *d);

/** Free; NULL is fine. */
void recipients_free(struct recipients *recipients);

#endif
