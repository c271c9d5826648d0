/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/change.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "web/access.h"
#include "web/frame.h"

struct change {
	struct response_wait wait; /* the first: what the server holds */
	struct work work;
	const struct change_kind *kind;
	struct site *site;
	struct accounts *accounts;
	struct change_context context;
	struct change_result result;
	struct form form;
	char target[64]; /* of the page that it belongs to */
	bool is_refused; /* by the worker: there is too much before it */
	const struct language *language;
	void (*ready)(void *context);
	void *ready_context;
};

static void destroy(struct change *change)
{
	explicit_bzero(change, sizeof(*change));
	free(change);
}

static void run(struct work *work)
{
	struct change *change =
	    (void *)((char *)work - offsetof(struct change, work));
	/* Behind ready it may be gone. */
	void (*ready)(void *context) = change->ready;
	void *context = change->ready_context;

	change->kind->run(change->accounts, &change->form, &change->context,
			  &change->result);
	ready(context);
}

static void start(struct response_wait *wait, void (*ready)(void *context),
		  void *context)
{
	struct change *change = (struct change *)wait;

	change->ready = ready;
	change->ready_context = context;
	change->work.run = run;
	if (worker_do(change->accounts->worker, &change->work) < 0) {
		change->is_refused = true;
		ready(context);
	}
}

/* The page is for who asked, in its language, of the state of things now. */
static void finish(struct response_wait *wait, struct response *r)
{
	struct change *change = (struct change *)wait;
	const struct route_request from = {
		.method = "POST",
		.target = change->target,
		.host = "localhost",
	};
	struct frame frame;

	frame_open(&frame, change->site, &from);
	frame.principal = change->context.principal;
	frame.call.language = change->language;
	r->body.language = change->language;
	if (change->is_refused)
		page_refuse(&frame.call, r, 503,
			    TR("Too many log in at once; try again in a "
			       "moment."));
	else
		change->kind->answer(&frame.call, &change->form,
				     &change->result, r);
	frame_close(&frame);
	destroy(change);
}

static void drop(struct response_wait *wait)
{
	destroy((struct change *)wait);
}

/* The form's fields point into it. */
static void copy_form(struct form *to, const struct form *from)
{
	*to = *from;
	for (size_t i = 0; i < from->count; i++) {
		to->fields[i].name =
		    to->storage + (from->fields[i].name - from->storage);
		to->fields[i].value =
		    *from->fields[i].value
			? to->storage + (from->fields[i].value - from->storage)
			: "";
	}
}

double change_clock(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void change_start(const struct call *call, const struct form *form,
		  const struct change_kind *kind, struct response *r)
{
	struct change *change = calloc(1, sizeof(*change));

	if (!change) {
		page_refuse(call, r, 503, TR("Out of memory."));
		return;
	}
	change->wait = (struct response_wait){ start, finish, drop };
	change->kind = kind;
	change->site = call->site;
	change->accounts = site_accounts(call->site);
	change->language = call->language;
	change->context = (struct change_context){
		.principal = *call->principal,
		.from = client_source(call->origin, &call->config->web),
		.now_s = call->wall_s,
		.clock_s = change_clock(),
		.by_browser = accounts_knows_browser(
		    change->accounts, form_field(form, "name"), call->cookie),
	};
	copy_form(&change->form, form);
	/* A segment of this server's own, so plain. */
	(void)snprintf(change->target, sizeof(change->target), "/%.20s%s%s",
		       call->request->segments[0],
		       request_parameter(call->request, "lang") ? "?lang=" : "",
		       request_parameter(call->request, "lang")
			   ? call->language->code
			   : "");
	r->wait = &change->wait;
}

void change_start_named(const struct call *call, const struct form *form,
			const struct change_form *forms, size_t count,
			struct response *r)
{
	const char *name = call->request->segments[1];

	for (size_t i = 0; i < count; i++) {
		if (strcmp(forms[i].name, name) == 0) {
			change_start(call, form, &forms[i].kind, r);
			return;
		}
	}
	access_hide(call, r);
}
