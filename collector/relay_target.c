/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/relay_target.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "collector/clock.h"
#include "util/err.h"
#include "util/log.h"

enum {
	BUFFER_WANTED = 4 << 20,
	ERRORS_AT_MOST = 2, /* of a batch; then the rest of it is dropped */
	QUIET_S = 60,	    /* without a drop, and the receiver is well */
};

static void note_error(struct relay_target *t, int error, int64_t time_us)
{
	t->counters.error = -error;
	t->counters.error_us = time_us;
	/* These are of the moment, or the receiver's; connecting anew would
	 * change nothing. */
	t->suspect = error != EAGAIN && error != ENOBUFS &&
		     error != ECONNREFUSED && error != EMSGSIZE;
}

/* As far as the system lets us: a batch is to go out at once. */
static void enlarge_buffer(int fd)
{
	int size = BUFFER_WANTED;

	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size,
				 sizeof(size));
}

static void connect_target(struct relay_target *t, int64_t time_us)
{
	const struct sockaddr nobody = { .sa_family = AF_UNSPEC };
	int family = t->to.addr.version == 4 ? AF_INET : AF_INET6;
	struct sockaddr_storage to;
	socklen_t len = ipaddr_to_sockaddr(&t->to.addr, t->to.port, &to);

	t->suspect = false;
	t->connected = false;
	if (t->fd < 0) {
		t->fd = socket(family,
			       SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		if (t->fd >= 0)
			enlarge_buffer(t->fd);
	}
	/* The own address that was chosen before may be gone. */
	if (t->fd >= 0)
		(void)connect(t->fd, &nobody, sizeof(nobody));
	if (t->fd < 0 ||
	    connect(t->fd, (const struct sockaddr *)&to, len) < 0) {
		note_error(t, errno, time_us);
		t->suspect = true;
		return;
	}
	t->connected = true;
}

/* What goes to an address of this machine leaves from the same one. */
static bool is_own_address(const struct relay_target *t)
{
	struct sockaddr_storage own;
	socklen_t len = sizeof(own);
	struct ipaddr addr;

	if (!t->connected ||
	    getsockname(t->fd, (struct sockaddr *)&own, &len) < 0)
		return false;
	addr = ipaddr_of_sockaddr(&own);
	return ipaddr_equal(&addr, &t->to.addr);
}

int relay_target_open(struct relay_target *t, const struct config *config,
		      struct text *problem)
{
	char addr[IPADDR_TEXT_SIZE];

	t->fd = -1;
	connect_target(t, 0);
	if (!is_own_address(t))
		return 0;
	for (size_t i = 0; i < config->source_count; i++) {
		const struct config_source *s = &config->sources[i];

		if (s->kind != CONFIG_SOURCE_SFLOW ||
		    s->listen.port != t->to.port ||
		    !config_listens_for(&s->listen, &t->to.addr))
			continue;
		text_addf(problem,
			  "%s: relay: found %s port %u, where the collector "
			  "itself listens, expected another receiver\n",
			  config->path, ipaddr_format(&t->to.addr, addr),
			  t->to.port);
		relay_target_close(t);
		return ERR_CONFIG;
	}
	return 0;
}

void relay_target_close(struct relay_target *t)
{
	if (t->fd >= 0)
		(void)close(t->fd);
	t->fd = -1;
	t->connected = false;
}

static void count_sent(struct relay_target *t, const struct mmsghdr *message)
{
	t->counters.sent++;
	t->counters.bytes += message->msg_hdr.msg_iov->iov_len;
}

/*
 * Errors are often those of datagrams before, which a dead receiver sent back.
 * sendmmsg(2) does not say why it stopped in the middle, and forgets it; so
 * the rest goes one by one, until it is known. A batch costs a few calls then,
 * not one for each datagram.
 */
void relay_target_send(struct relay_target *t, struct mmsghdr *messages,
		       unsigned count, int64_t time_us)
{
	unsigned errors = t->connected ? 0 : ERRORS_AT_MOST;
	unsigned at = 0;
	int sent = 0;

	if (t->connected)
		sent = sendmmsg(t->fd, messages, count, MSG_DONTWAIT);
	if (sent < 0)
		note_error(t, errno, time_us);
	for (; (int)at < sent; at++)
		count_sent(t, &messages[at]);
	for (; at < count && errors < ERRORS_AT_MOST; at++) {
		if (sendmsg(t->fd, &messages[at].msg_hdr, MSG_DONTWAIT) >= 0) {
			count_sent(t, &messages[at]);
			continue;
		}
		/* Too long is this one alone. */
		errors += errno != EMSGSIZE;
		note_error(t, errno, time_us);
		t->counters.dropped++;
	}
	t->counters.dropped += count - at;
}

void relay_target_tick(struct relay_target *t, int64_t time_us)
{
	bool dropping = t->counters.dropped != t->dropped_told;
	char addr[IPADDR_TEXT_SIZE];

	t->dropped_told = t->counters.dropped;
	if (t->suspect)
		connect_target(t, time_us);
	(void)ipaddr_format(&t->to.addr, addr);
	if (dropping && t->quiet_since_us == 0)
		log_warning("relay: %s port %u: datagrams are dropped: %s",
			    addr, t->to.port, err_str(t->counters.error));
	if (dropping) {
		t->quiet_since_us = time_us;
	} else if (t->quiet_since_us != 0 &&
		   time_us - t->quiet_since_us > QUIET_S * (int64_t)US_PER_S) {
		log_notice("relay: %s port %u: nothing was dropped for a "
			   "minute; %llu datagrams in all",
			   addr, t->to.port,
			   (unsigned long long)t->counters.dropped);
		t->quiet_since_us = 0;
	}
}

bool relay_target_is(const struct relay_target *t,
		     const struct config_relay *config)
{
	return config_same_endpoint(&t->to, &config->to) &&
	       t->asn == config->asn;
}
