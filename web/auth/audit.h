/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_AUTH_AUDIT_H
#define LANTERNE_WEB_AUTH_AUDIT_H

/*
 * audit — what was done with accounts, by whom and from where: one line of JSON
 * an event, appended to a file and on the disk before the answer goes out.
 *
 * Each line ends with an HMAC over the one before and itself, so that a line
 * that was changed, put in or taken out is found by whoever has the key; what
 * was cut off at the end is not. A file in which that is so at the start is put
 * aside. A full file becomes FILE.1, and that FILE.2; the ninth goes. All calls
 * from any thread.
 */

#include "net/ipaddr.h"
#include "util/attr.h"
#include "util/text.h"
#include "web/auth/digest.h"

struct audit;

enum { AUDIT_FILE_MAX = 10 << 20, AUDIT_OLD_FILES = 9 };

/**
 * Open the log, and make it where there is none.
 *
 * @param most     bytes of a file, AUDIT_FILE_MAX at most
 * @param problem  gets why not
 * @return 0 or -errno
 */
MUST_CHECK int audit_open(struct audit **out, const char *path,
			  const unsigned char key[SECRET_BYTES], size_t most,
			  struct text *problem);

/** Close it; NULL is fine. */
void audit_close(struct audit *audit);

/* An event; strings are borrowed, any bytes, NULL: not said. */
struct audit_event {
	double at_s;
	const char *what;	   /* "login" */
	const char *user;	   /* who did it, or said to be that */
	const char *subject;	   /* to whom, or to what */
	const char *detail;	   /* in words for a person */
	const struct ipaddr *from; /* version 0: not known */
};

/** Append an event, and log it. A line that can't be written is logged as an
 * error. */
void audit_add(struct audit *audit, const struct audit_event *event);

/**
 * Check a log, with the older files that it goes on from.
 *
 * @param lines    gets how many are right, from the first one on
 * @param problem  gets what is wrong
 * @return 0; ERR_MALFORMED; -errno
 */
MUST_CHECK int audit_check(const char *path,
			   const unsigned char key[SECRET_BYTES],
			   uint64_t *lines, struct text *problem);

#endif
