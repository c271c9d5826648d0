/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_REPORT_MAIL_H
#define LANTERNE_WEB_REPORT_MAIL_H

/*
 * mail — a report as a complete message for sendmail -t: text and HTML, its
 * graphs as images in it. The same report gives the same bytes: its date is the
 * end of what it is of.
 *
 * Reference: RFC 5322, 2045 to 2049, 2387 (multipart/related), 2392 (cid:),
 * 3834 (Auto-Submitted). Written by GMime; the only place of <gmime/gmime.h>.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/language.h"
#include "util/text.h"
#include "web/report/report.h"

/* To whom one report goes in one language. */
struct mail_envelope {
	uint32_t asn; /* 0: the exchange's */
	const struct language *language;
	char *to; /* mailboxes with commas between them; owned */
};

struct mail_list {
	struct mail_envelope *envelopes;
	size_t count;
};

struct mail_request {
	const struct call *call;
	enum span_kind kind;
	uint32_t asn;
	bool all;    /* whoever gets any */
	bool alerts; /* who gets alerts, whatever kind says */
	const struct language *language; /* NULL: each as the file says */
	const char *to;			 /* NULL: the recipients of the file */
};

/**
 * Find who gets mails.
 *
 * @param out     empty; to be freed with mail_list_fini in any case
 * @param single  there may be no more than one
 * @return an exit code of sysexits.h; what is wrong was said
 */
MUST_CHECK int mail_address(struct mail_list *out,
			    const struct mail_request *request, bool single);

/** Whether a text is one mail address, which any mail server takes. */
bool mail_is_mailbox(const char *text);

void mail_list_fini(struct mail_list *list);

/**
 * Append a report as a message.
 * @return 0, ERR_STORE (an image could not be drawn, the log says why) or
 *         -ENOMEM
 */
MUST_CHECK int mail_write(struct text *out, const struct report *report,
			  const struct mail_envelope *envelope);

enum { MAIL_NOTE_NAME_SIZE = 64 };

/* A message of text alone; all borrowed. */
struct mail_note {
	const struct call *call;
	const struct language *language; /* NULL: English */
	const char *to;
	const char *subject;
	const char *body;
	int64_t at_s;			/* its date */
	char name[MAIL_NOTE_NAME_SIZE]; /* what tells it from others */
};

/** Append such a message. @return 0 or -ENOMEM */
MUST_CHECK int mail_write_note(struct text *out, const struct mail_note *note);

#endif
