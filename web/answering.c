/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/answering.h"

#include <assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "util/json_write.h"
#include "web/client.h"
#include "web/effort.h"
#include "web/kept.h"
#include "web/problem.h"

struct answering {
	struct site *site;
	struct kept *kept;
	struct work_queue *queue;
	atomic_uint_fast64_t gone;
};

struct answer {
	struct work_item item; /* first, so that one is the other */
	struct answering *all;
	struct route_request request;
	bool accepts_gzip;
	bool has_key; /* it may be kept: */
	uint64_t serial;
	char key[ROUTE_KEY_SIZE];
	int fd;
	void (*ready)(void *context);
	void *context;
	/* What came of it: */
	struct representation *made;
	struct response_wait *wait; /* instead: what others draw */
	struct response response;   /* and where they draw it */
};

static const char busy[] =
    "Too much is being worked out. Please ask again in a moment.";

int answering_new(struct answering **out, struct site *site)
{
	struct answering *made = calloc(1, sizeof(*made));
	int rc = made ? 0 : -ENOMEM;

	if (rc == 0) {
		made->site = site;
		rc = kept_new(&made->kept);
	}
	if (rc == 0)
		rc = work_queue_new(&made->queue, &work_queue_usual);
	if (rc < 0)
		answering_free(made);
	else
		*out = made;
	return rc;
}

void answering_stop(struct answering *all)
{
	if (all)
		work_queue_stop(all->queue);
}

void answering_free(struct answering *all)
{
	if (!all)
		return;
	work_queue_free(all->queue);
	kept_free(all->kept);
	free(all);
}

/* A response and whether it may be kept become what is sent. */
static struct representation *make(struct answer *a)
{
	struct answering *all = a->all;
	int64_t now_s = (int64_t)site_time(all->site);
	struct representation *it;

	if (representation_new(&it, &a->response, a->accepts_gzip, now_s) < 0)
		return NULL;
	if (a->has_key)
		kept_add(all->kept, a->key, a->serial, it);
	return it;
}

static struct representation *find_kept(const struct answer *a)
{
	if (!a->has_key)
		return NULL;
	return kept_find(a->all->kept, a->key, a->serial,
			 (int64_t)site_time(a->all->site));
}

/* Make it, or leave it with what it waits for. */
static void work_out(struct answer *a)
{
	response_init(&a->response);
	route_answer(a->all->site, &a->request, &a->response);
	a->wait = response_take_wait(&a->response);
	if (!a->wait)
		a->made = make(a);
}

/* What a refusal says, for programs in their way (RFC 9457). Not a page: that
 * would be work. */
static void put_refusal(struct response *r, const char *target, const char *why)
{
	struct json_writer w;

	text_clear(&r->body);
	r->content_type = "text/plain; charset=utf-8";
	if (strncmp(target, "/api/", 5) != 0) {
		text_addf(&r->body, "%s\n", why);
		return;
	}
	r->content_type = "application/problem+json";
	json_start(&w, &r->body);
	json_put_object(&w, NULL);
	json_put_string(&w, "type", "about:blank");
	json_put_string(&w, "title", problem_title(r->status));
	json_put_u64(&w, "status", r->status);
	json_put_string(&w, "detail", why);
	json_end_object(&w);
	text_add_char(&r->body, '\n');
}

static void refuse(struct answer *a)
{
	a->has_key = false;
	response_init(&a->response);
	response_try_later(&a->response, busy);
	put_refusal(&a->response, a->request.target, busy);
	a->made = make(a);
}

/* Its socket has ended, so nobody reads what would be sent. */
static bool is_gone(const struct answer *a)
{
	char byte;

	return recv(a->fd, &byte, sizeof(byte), MSG_PEEK | MSG_DONTWAIT) == 0;
}

static void run(struct work_item *item, enum work_end end)
{
	struct answer *a = (struct answer *)item;
	struct response_wait *wait;

	if (end == WORK_GIVEN_UP) {
		refuse(a);
	} else if (is_gone(a)) {
		atomic_fetch_add(&a->all->gone, 1);
	} else {
		/* Somebody may have asked for the same meanwhile. */
		a->made = find_kept(a);
		if (!a->made)
			work_out(a);
	}
	/* Once it is ready, a may be gone. */
	wait = a->wait;
	if (wait)
		wait->start(wait, a->ready, a->context);
	else
		a->ready(a->context);
}

/* Who says that he comes by a proxy, by one that is not trusted, is himself
 * meant; those behind a trusted one that does not tell who they are are many.
 */
static struct ipaddr source_of(struct site *site,
			       const struct client_origin *origin)
{
	uint64_t serial;
	struct generation *generation = site_take_generation(site, &serial);
	const struct config_web *web = &generation->config->web;
	struct ipaddr source = client_address(origin, web);

	if (source.version == 0)
		source = origin->peer;
	if (client_is_proxy(&source, web))
		source.version = 0;
	generation_unref(generation);
	return client_network(&source);
}

static struct answer *begin(struct answering *all, const struct answer *from,
			    enum effort effort)
{
	struct answer *made = malloc(sizeof(*made));

	if (!made)
		return NULL;
	*made = *from;
	made->item = (struct work_item){
		.run = run,
		.source = source_of(all->site, &from->request.origin),
		.is_dear = effort == EFFORT_DEAR,
	};
	return made;
}

struct representation *answering_find(struct answering *all,
				      const struct route_request *request,
				      bool accepts_gzip, struct answer **later)
{
	struct answer a = { .all = all,
			    .request = *request,
			    .accepts_gzip = accepts_gzip };
	struct representation *it;
	enum effort effort;

	*later = NULL;
	a.has_key = route_key(a.key, all->site, request, &a.serial);
	a.key[0] = accepts_gzip ? 'g' : 'p';
	it = find_kept(&a);
	if (it)
		return it;
	effort = effort_of(request->target);
	if (effort == EFFORT_NONE) {
		work_out(&a);
		assert(!a.wait);
		return a.made;
	}
	*later = begin(all, &a, effort);
	return NULL;
}

struct representation *answering_refuse(struct answering *all,
					const char *target, unsigned status,
					const char *why)
{
	struct representation *it;
	struct response r;

	response_init(&r);
	r.status = status;
	r.closes = true;
	put_refusal(&r, target, why);
	if (representation_new(&it, &r, false, (int64_t)site_time(all->site)) <
	    0)
		return NULL;
	return it;
}

void answer_begin(struct answer *answer, int fd, void (*ready)(void *context),
		  void *context)
{
	answer->fd = fd;
	answer->ready = ready;
	answer->context = context;
	work_queue_add(answer->all->queue, &answer->item);
}

struct representation *answer_finish(struct answer *answer)
{
	struct representation *made = answer->made;

	if (answer->wait) {
		answer->wait->finish(answer->wait, &answer->response);
		made = make(answer);
	}
	free(answer);
	return made;
}

struct answering_counters answering_counters(struct answering *all)
{
	return (struct answering_counters){
		.work = work_queue_counters(all->queue),
		.gone = atomic_load(&all->gone),
	};
}
