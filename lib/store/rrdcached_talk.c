/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "store/rrdcached_parts.h"
#include "util/err.h"
#include "util/log.h"

enum { US_PER_MS = 1000, SHOWN_MAX = 100 };

/* Where the server is, for the log; cut to size. */
static const char *target_text(const struct rrdcached *c, char *to, size_t size)
{
	char address[IPADDR_TEXT_SIZE];

	if (c->target.socket)
		(void)snprintf(to, size, "unix:%s", c->target.socket);
	else
		(void)snprintf(to, size,
			       c->target.tcp.addr.version == 4 ? "%s:%u"
							       : "[%s]:%u",
			       ipaddr_format(&c->target.tcp.addr, address),
			       (unsigned)c->target.tcp.port);
	return to;
}

/* Wait longer each time before the next connection. */
static void put_off(struct rrdcached *c)
{
	int64_t most_us = (int64_t)c->limits.retry_most_ms * US_PER_MS;

	if (c->retry_us == 0)
		c->retry_us = (int64_t)c->limits.retry_first_ms * US_PER_MS;
	else
		c->retry_us *= 2;
	if (c->retry_us > most_us)
		c->retry_us = most_us;
	c->retry_at_us = rrdcached_now_us() + c->retry_us;
}

static void tell_failure(struct rrdcached *c, const char *what, int error)
{
	char target[128];

	if (!c->failing)
		log_error("store: rrdcached: %s: %s: %s", what,
			  target_text(c, target, sizeof(target)),
			  error == ERR_STORE ? c->reason : err_str(error));
	c->failing = true;
}

static int64_t answer_by_us(const struct rrdcached *c)
{
	return rrdcached_now_us() + (int64_t)c->limits.answer_ms * US_PER_MS;
}

int talk_connect(struct rrdcached *c)
{
	char target[128];
	int rc;

	if (rrdcached_link_is_idle(&c->link))
		return 0;
	/* Closed by the other end: it may have been started anew already. */
	if (c->link.fd >= 0) {
		rrdcached_link_close(&c->link);
		c->counters.connections_lost++;
		c->retry_at_us = 0;
	}
	if (rrdcached_now_us() < c->retry_at_us)
		return -EAGAIN;
	rc = rrdcached_link_open(&c->link, &c->target, answer_by_us(c));
	if (rc < 0) {
		c->counters.connections_failed++;
		put_off(c);
		tell_failure(c, "connecting failed", rc);
		return rc;
	}
	c->connection++;
	c->counters.connections++;
	if (c->connection == 1)
		log_info("store: rrdcached: connected: %s",
			 target_text(c, target, sizeof(target)));
	return 0;
}

int talk(struct rrdcached *c, const struct rrdcached_wanted *wanted)
{
	int rc = rrdcached_link_exchange(&c->link, &c->request, wanted,
					 answer_by_us(c));

	if (rc == 0) {
		c->retry_us = 0;
		return 0;
	}
	rrdcached_link_close(&c->link);
	put_off(c);
	c->counters.connections_lost++;
	c->counters.timeouts += rc == -ETIMEDOUT;
	c->counters.answers_malformed += rc == ERR_MALFORMED;
	tell_failure(c, "connection lost", rc);
	return rc;
}

void keep_reason(struct rrdcached *c, const struct cached *e,
		 const struct cursor *message)
{
	struct cursor words = *message;
	size_t len = cursor_left(&words);
	char name[128];
	struct text text;

	if (c->reason[0])
		return;
	text_init(&text);
	text_add(&text, series_name(name, sizeof(name), &e->series));
	text_add(&text, ": ");
	text_add_quoted(&text, (const char *)cursor_take(&words, len), len,
			SHOWN_MAX);
	(void)snprintf(c->reason, sizeof(c->reason), "%s",
		       text_ok(&text) ? text_str(&text) : "no memory");
	text_fini(&text);
}
