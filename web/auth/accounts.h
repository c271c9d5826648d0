/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_AUTH_ACCOUNTS_H
#define LANTERNE_WEB_AUTH_ACCOUNTS_H

/*
 * accounts — who asks, found from what a request shows; and all that is kept
 * of users: sessions, tokens, opt-outs, the audit log.
 *
 * A session or token holds as long as its user is in the file and not shut out;
 * a session ends, too, with any change of its user: role, AS numbers, password.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/text.h"
#include "web/auth/audit.h"
#include "web/auth/credentials.h"
#include "web/auth/optouts.h"
#include "web/auth/principal.h"
#include "web/auth/throttle.h"
#include "web/auth/users.h"
#include "web/auth/worker.h"

enum {
	SESSION_IDLE_S = 30 * 60,
	SESSION_LONGEST_S = 12 * 3600,
	SESSIONS_PER_USER = 20,
	TOKENS_PER_USER = 20,
	CREDENTIALS_MAX = 5000, /* of each kind */
	TOKEN_DAYS_MAX = 366,
	SHARE_DAYS_MAX = 366,
	TOKEN_TEXT_SIZE = SECRET_TEXT_SIZE + 4, /* "lan_" before it */
	WORK_QUEUE = 16,
};

/* Parts of one site; all of them there. */
struct accounts {
	struct users *users;
	struct credentials *sessions;
	struct credentials *tokens;
	struct optouts *optouts;
	struct audit *audit;
	struct throttle *logins_of_address;
	struct throttle *logins_of_user; /* who is in the file: none is lost */
	struct throttle *logins_of_name; /* others */
	struct throttle *logins_again;	 /* from browsers that logged in */
	struct throttle *rights;	 /* right passwords */
	struct throttle *forms_of_user;
	struct throttle *logins_in_all;
	struct worker *worker;
	int lock; /* a descriptor: one program at a time */
	unsigned char key[SECRET_BYTES]; /* of forms, shared links, the log */
};

/**
 * Open what is kept of users.
 *
 * @param users_path  the file of users
 * @param state_dir   of the web program alone; made if it is not there
 * @param problem     gets why not, a line each
 * @return 0; ERR_CONFIG: a file is wrong; -errno
 */
MUST_CHECK int accounts_open(struct accounts **out, const char *users_path,
			     const char *state_dir, struct text *problem);

/**
 * Start the thread that changes accounts; nothing can be changed before.
 * @return 0 or -errno
 */
MUST_CHECK int accounts_start(struct accounts *accounts);

/** Have what is in the worker's queue done, and take no more. NULL is fine. */
void accounts_stop(struct accounts *accounts);

/** Close it; NULL is fine. What is in the worker's queue is done before. */
void accounts_close(struct accounts *accounts);

/* What a request shows of who asks; borrowed, NULL: nothing. */
struct evidence {
	const char *cookie;	   /* Cookie */
	const char *authorization; /* Authorization */
	const char *proxy_user;	   /* of a proxy that is believed */
};

/**
 * Find who asks.
 *
 * @param now_s  wall time
 * @param out    gets the one; the public, if nothing that holds was shown
 * @return false: a token or a proxy's user was shown that does not hold
 */
MUST_CHECK bool accounts_identify(struct accounts *accounts,
				  const struct evidence *shown, double now_s,
				  struct principal *out);

/** The principal that a user is by itself. */
void accounts_principal(const struct user *user, enum principal_by by,
			struct principal *out);

/** The name and attributes of the session's cookie. */
#define SESSION_COOKIE "__Host-lanterne"

/** The secret of a session in a Cookie header. @return whether there is one */
MUST_CHECK bool accounts_cookie(const char *cookie,
				char secret[SECRET_TEXT_SIZE]);

/**
 * Whether one may try a password now; counted as a try.
 *
 * A browser that has logged in as that user has tries of its own: nobody else
 * can use up these.
 *
 * @param cookie  the Cookie header, or NULL
 * @param from    version 0: not known
 * @param now_s   a clock that never goes back
 * @return 0, or how many seconds to wait
 */
MUST_CHECK double accounts_may_try(struct accounts *accounts, const char *name,
				   const char *cookie,
				   const struct ipaddr *from, double now_s);

/**
 * A try was right: it is not counted, for it was no guess; unless there are
 * very many.
 *
 * @param by_browser  as accounts_knows_browser says of it
 */
void accounts_was_right(struct accounts *accounts, const char *name,
			bool by_browser, const struct ipaddr *from,
			double now_s);

/** Whether somebody has logged in as that user with the browser that sends this
 * Cookie header. */
MUST_CHECK bool accounts_knows_browser(const struct accounts *accounts,
				       const char *name, const char *cookie);

enum { BROWSER_TEXT_SIZE = DIGEST_TEXT_SIZE };

/** The name of the cookie of a browser that has logged in, and what it holds:
 * good for a year, for nothing but that. */
#define BROWSER_COOKIE "__Host-lanterne-browser"
void accounts_browser(const struct accounts *accounts, const char *name,
		      char to[BROWSER_TEXT_SIZE]);

/**
 * Whether a name and password are those of a user who may log in. Takes as long
 * whoever is asked for; in the worker's thread.
 */
MUST_CHECK bool accounts_check(struct accounts *accounts, const char *name,
			       const char *password, struct user *out);

/** What a user's form of this kind has to bring back. */
void accounts_form_token(const struct accounts *accounts,
			 const struct principal *principal,
			 char to[DIGEST_TEXT_SIZE]);

/** The signature of a link that shows one graph as its maker sees it. */
void accounts_sign_link(const struct accounts *accounts, const char *target,
			char to[DIGEST_TEXT_SIZE]);

/** Forget what has ended, and write what is not written; every few seconds. */
void accounts_tick(struct accounts *accounts, double now_s);

/**
 * Read the key of a state folder.
 * @return 0, ERR_CONFIG or -errno, as problem says
 */
MUST_CHECK int accounts_read_key(const char *state_dir,
				 unsigned char key[SECRET_BYTES],
				 struct text *problem);

#endif
