/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_REPRESENTATION_H
#define LANTERNE_WEB_REPRESENTATION_H

/*
 * representation — a response in one encoding, as it goes over the wire, with
 * its entity tag and the moment from which it is no longer good.
 *
 * Never changed once made, so that many requests may share it; counted by
 * references. What a transport makes of it to send it again and again can be
 * left with it.
 */

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "util/attr.h"
#include "web/response.h"

struct representation {
	struct response response; /* its body in its encoding */
	bool is_gzip;
	bool varies; /* with Accept-Encoding */
	char etag[RESPONSE_ETAG_SIZE];
	int64_t made_s; /* seconds of the epoch */
	atomic_uint references;
	pthread_mutex_t lock; /* guards what follows */
	void *prepared;	      /* the transport's; NULL: nothing yet */
	int64_t prepared_s;   /* for which second */
	void (*drop)(void *prepared);
};

/**
 * Make one with one reference, the caller's.
 *
 * @param response      is taken over, also on failure
 * @param accepts_gzip  whether its reader does
 * @param now_s         seconds of the epoch
 * @return 0 or -ENOMEM
 */
MUST_CHECK int representation_new(struct representation **out,
				  struct response *response, bool accepts_gzip,
				  int64_t now_s);

/** Take another reference. @return it */
struct representation *representation_ref(struct representation *it);

/** Give a reference back; the last one frees. NULL is fine. */
void representation_unref(struct representation *it);

/** Whether it may be given out again at all. */
bool representation_keeps(const struct representation *it);

/** For how many seconds more it is good; negative: it is not. */
int representation_left_s(const struct representation *it, int64_t now_s);

/** How much memory it takes, with what is prepared of it. */
size_t representation_size(const struct representation *it);

/* What gets the headers of a response, one after the other. */
typedef void (*header_add)(void *to, const char *name, const char *value);

/** Give out its headers, as they are now; Content-Length is not of them. */
void representation_headers(const struct representation *it, int64_t now_s,
			    header_add add, void *to);

#endif
