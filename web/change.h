/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_CHANGE_H
#define LANTERNE_WEB_CHANGE_H

/*
 * change — what a form does to accounts: done by the accounts' one worker, for
 * passwords take long to hash and files to write, while the request waits
 * without holding a thread; then answered by a page or with where to go.
 */

#include "web/auth/accounts.h"
#include "web/form.h"
#include "web/page.h"

/* Who asks, from where and when. */
struct change_context {
	struct principal principal;
	struct ipaddr from; /* version 0: not known */
	double now_s;	    /* of the epoch */
	double clock_s;	    /* of a clock that never goes back */
	bool by_browser;    /* the form's name has logged in with it */
};

/* What is known when it is done. */
struct change_result {
	int rc;			      /* 0, or why not */
	bool is_right;		      /* the password that was given */
	size_t count;		      /* of what was ended */
	char secret[TOKEN_TEXT_SIZE]; /* that was made */
	struct user user;	      /* who logged in or was changed */
};

struct change_kind {
	/* In the worker: the form has what was sent, who is who sent it. */
	void (*run)(struct accounts *accounts, const struct form *form,
		    const struct change_context *context,
		    struct change_result *result);
	/* Then, in a thread that answers. */
	void (*answer)(const struct call *call, const struct form *form,
		       const struct change_result *result, struct response *r);
};

/** A clock that never goes back, in seconds. */
double change_clock(void);

/* A form by the last segment of where it is sent. */
struct change_form {
	const char *name;
	struct change_kind kind;
};

/**
 * The same, by the name in the path's second segment; what is no form is
 * hidden.
 *
 * @param forms  static; count of them
 */
void change_start_named(const struct call *call, const struct form *form,
			const struct change_form *forms, size_t count,
			struct response *r);

/**
 * Have a change done; the response waits for it.
 *
 * @param kind  static
 */
void change_start(const struct call *call, const struct form *form,
		  const struct change_kind *kind, struct response *r);

#endif
