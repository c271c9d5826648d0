/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_ANSWERING_H
#define LANTERNE_WEB_ANSWERING_H

/*
 * answering — from a request to what is sent: kept from before, made at once
 * where that is cheap, else worked out by others while who asks waits.
 *
 * All calls from any thread.
 */

#include <stdbool.h>
#include <stdint.h>

#include "util/attr.h"
#include "web/representation.h"
#include "web/route.h"
#include "web/site.h"
#include "web/work_queue.h"

struct answering;
struct answer; /* one that is not made yet */

/** @param site  borrowed until answering_free. @return 0, -ENOMEM, -EAGAIN */
MUST_CHECK int answering_new(struct answering **out, struct site *site);

/** Finish what is being worked out, and give up what waits for that. NULL is
 * fine. */
void answering_stop(struct answering *all);

/** Stop, and free; no answer may be left. NULL is fine. */
void answering_free(struct answering *all);

/**
 * Find an answer, or make it if that takes no time.
 *
 * @param request       what it borrows stays as it is until the answer is
 *                      finished, if it comes later
 * @param later         gets an answer that is to be begun, and finished once it
 *                      is ready; NULL else
 * @return with a reference for the caller; NULL: it comes later, or there is no
 *         memory
 */
struct representation *answering_find(struct answering *all,
				      const struct route_request *request,
				      bool accepts_gzip, struct answer **later);

/** A refusal that ends the connection; NULL: there is no memory.
 * @param why  a sentence */
struct representation *answering_refuse(struct answering *all,
					const char *target, unsigned status,
					const char *why);

/**
 * Have an answer made. Never waits.
 *
 * @param fd     the socket of who asks: nothing is worked out for one that is
 *               gone; stays open until ready is called
 * @param ready  called once, in any thread, perhaps before this returns
 */
void answer_begin(struct answer *answer, int fd, void (*ready)(void *context),
		  void *context);

/** Take what was made, with a reference for the caller, and free the rest.
 * @return NULL: nobody waits for it, or there is no memory */
struct representation *answer_finish(struct answer *answer);

/** What became of answers that were not at hand. */
struct answering_counters {
	struct work_queue_counters work;
	uint64_t gone; /* nobody waited for them any more */
};

struct answering_counters answering_counters(struct answering *all);

#endif
