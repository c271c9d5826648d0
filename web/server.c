/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/server.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util/err.h"
#include "util/language.h"
#include "util/log.h"
#include "web/answering.h"
#include "web/body.h"
#include "web/connections.h"
#include "web/descriptors.h"
#include "web/framing.h"
#include "web/listening.h"
#include "web/representation.h"
#include "web/response.h"
#include "web/route.h"
#include "web/tls.h"
#include "web/tls_site.h"
#include "web/watchdog.h"

enum {
	THREADS = 2,
	CONNECTION_MEMORY = 32 << 10, /* bytes; a longer header is 431 */
	/* Of the library, which counts what was ended and is not closed yet;
	 * for each thread, as one of them may get all. */
	CONNECTIONS_WANTED = 2000,
	IDLE_S = 15,
	LOG_SIZE = 256,
};

struct server {
	struct site *site;
	struct answering *answering;
	struct connections *connections;
	struct watchdog *watchdog;
	struct tls *tls; /* NULL: in the clear */
	atomic_bool tls_was_refused;
	struct MHD_Daemon **daemons;
	size_t daemon_count;
	unsigned connections_max; /* of the library, for a thread */
	unsigned most_connections;
	atomic_uint_fast64_t malformed;
};

/* A request from its first line to its end. */
struct pending {
	bool is_started;	/* its header section was read */
	struct framing framing; /* what that says */
	struct answer *later;	/* NULL: its answer does not wait */
	const char *where;	/* the target, where the library has it */
	struct body body;
	char target[]; /* as it came */
};

/* What hangs on a connection from its start to its end. */
struct hold {
	struct connection *watched; /* NULL: it is not */
	struct tls_keys *keys;	    /* NULL: in the clear */
};

static struct connection *watched(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	const struct hold *hold = info ? info->socket_context : NULL;

	return hold ? hold->watched : NULL;
}

static void enter(struct server *server, struct MHD_Connection *connection,
		  enum connection_phase phase)
{
	connections_enter(server->connections, watched(connection), phase,
			  watchdog_clock_ms());
}

static void add_header(void *to, const char *name, const char *value)
{
	if (MHD_add_response_header(to, name, value) != MHD_YES)
		log_warning("web: header not added: %s", name);
}

static void drop_prepared(void *prepared)
{
	MHD_destroy_response(prepared);
}

/* What the library sends of a representation in this second; the library
 * counts who still does. What is not kept gives its body away. */
static struct MHD_Response *prepare(const struct server *server,
				    struct representation *it, int64_t now_s)
{
	struct text *body = &it->response.body;
	size_t len = body->len;
	bool keeps = representation_keeps(it);
	char *bytes = keeps ? body->data : text_steal(body);
	struct MHD_Response *made = MHD_create_response_from_buffer(
	    len, bytes, keeps ? MHD_RESPMEM_MUST_COPY : MHD_RESPMEM_MUST_FREE);

	if (made)
		representation_headers(it, now_s, add_header, made);
	if (made && server->tls)
		add_header(made, "Strict-Transport-Security",
			   "max-age=31536000");
	if (!made && !keeps)
		free(bytes);
	return made;
}

static enum MHD_Result send_prepared(struct server *server,
				     struct MHD_Connection *connection,
				     struct representation *it)
{
	int64_t now_s = (int64_t)site_time(server->site);
	const char *known = MHD_lookup_connection_value(
	    connection, MHD_HEADER_KIND, "If-None-Match");
	bool is_known = representation_keeps(it) && known &&
			response_etag_matches(known, it->etag);
	enum MHD_Result result = MHD_NO;

	(void)pthread_mutex_lock(&it->lock);
	if (it->prepared && it->prepared_s != now_s) {
		it->drop(it->prepared);
		it->prepared = NULL;
	}
	if (!it->prepared) {
		it->prepared = prepare(server, it, now_s);
		it->prepared_s = now_s;
		it->drop = drop_prepared;
	}
	/* With 304 the library leaves the body away, as with HEAD. */
	if (it->prepared)
		result = MHD_queue_response(
		    connection, is_known ? 304 : it->response.status,
		    it->prepared);
	(void)pthread_mutex_unlock(&it->lock);
	return result;
}

static struct ipaddr peer_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

	if (!info || !info->client_addr)
		return (struct ipaddr){ .version = 0 };
	return ipaddr_of_sockaddr((const void *)info->client_addr);
}

/* A header, or NULL. */
static const char *header(struct MHD_Connection *connection, const char *name)
{
	return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

/* A header that is looked for, and where it was found. */
struct looked_for {
	const char *name;
	const char *value;
	unsigned count;
};

static enum MHD_Result note_one(void *cls, enum MHD_ValueKind kind,
				const char *name, const char *value)
{
	struct looked_for *wanted = cls;

	(void)kind;
	if (strcasecmp(name, wanted->name) == 0) {
		wanted->value = value ? value : "";
		wanted->count++;
	}
	return MHD_YES;
}

/* One that is there twice says nothing: each of two could be somebody's. */
static const char *find_header(const void *connection, const char *name)
{
	/* The library takes what it only reads as writable. */
	union {
		const void *given;
		struct MHD_Connection *connection;
	} of = { .given = connection };
	struct looked_for wanted = { .name = name };

	(void)MHD_get_connection_values(of.connection, MHD_HEADER_KIND,
					note_one, &wanted);
	return wanted.count > 1 ? "" : wanted.value;
}

static struct client_origin origin_of(struct MHD_Connection *connection)
{
	struct client_origin origin = {
		.peer = peer_of(connection),
		/* On two lines, one of them may be the client's own. */
		.forwarded_for = find_header(connection, "X-Forwarded-For"),
	};

	origin.is_forwarded =
	    origin.forwarded_for || header(connection, "Forwarded") ||
	    header(connection, "X-Real-IP") || header(connection, "Via");
	return origin;
}

/* Headers as the library found them. */
struct found_headers {
	struct framing_header headers[FRAMING_HEADERS_MAX];
	size_t count; /* also of those for which there is no room */
};

static enum MHD_Result note_header(void *cls, enum MHD_ValueKind kind,
				   const char *name, const char *value)
{
	struct found_headers *found = cls;

	(void)kind;
	if (found->count < FRAMING_HEADERS_MAX)
		found->headers[found->count] =
		    (struct framing_header){ name, value };
	found->count++;
	return MHD_YES;
}

/*
 * The header section as the library has it: in one piece from the method to
 * the end of the empty line, of the size that it tells. What does not fit that
 * is refused as not well-formed.
 */
static struct framing read_framing(struct MHD_Connection *connection,
				   const struct pending *pending,
				   const char *method, const char *version)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
	struct framing_section section = {
		.bytes = method,
		.len = info ? info->header_size : 0,
		.target = pending->target,
	};
	struct found_headers found;

	found.count = 0;
	(void)MHD_get_connection_values(connection, MHD_HEADER_KIND,
					note_header, &found);
	section.headers = found.headers;
	section.header_count = found.count;
	if (pending->where > method)
		section.target_at = (size_t)(pending->where - method);
	if (version > method)
		section.version_at = (size_t)(version - method);
	return framing_read(&section);
}

/* One that leaves no doubt that nothing behind it is read. */
static enum MHD_Result send_refusal(struct server *server,
				    struct MHD_Connection *connection,
				    const char *target,
				    const struct framing *framing)
{
	struct representation *it = answering_refuse(
	    server->answering, target, framing->refusal, framing->why);
	enum MHD_Result result = MHD_NO;

	atomic_fetch_add(&server->malformed, 1);
	if (it)
		result = send_prepared(server, connection, it);
	representation_unref(it);
	return result;
}

static void resume(void *connection)
{
	MHD_resume_connection(connection);
}

/* Have the library wait for an answer. */
static void wait_for(struct MHD_Connection *connection, struct answer *later)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    connection, MHD_CONNECTION_INFO_CONNECTION_FD);

	MHD_suspend_connection(connection);
	/* It may be ready at once, and resumed by another thread. */
	answer_begin(later, info->connect_fd, resume, connection);
}

static enum MHD_Result respond(struct server *server,
			       struct MHD_Connection *connection,
			       const char *method, struct pending *pending)
{
	const char *host = header(connection, "Host");
	/* No Host at all: HTTP/1.0, by hand; no browser does so. */
	const struct route_request request = {
		.method = method,
		.target = pending->target,
		.host = host ? host : "localhost",
		.accept_language = header(connection, "Accept-Language"),
		.origin = origin_of(connection),
		.header = find_header,
		.headers = connection,
		.body = pending->body.data,
		.body_len = pending->body.len,
	};
	struct representation *it;
	enum MHD_Result result = MHD_NO;

	if (pending->later) {
		it = answer_finish(pending->later);
		pending->later = NULL;
	} else {
		it = answering_find(server->answering, &request,
				    response_accepts_gzip(
					header(connection, "Accept-Encoding")),
				    &pending->later);
	}
	if (pending->later) {
		wait_for(connection, pending->later);
		return MHD_YES;
	}
	if (it)
		result = send_prepared(server, connection, it);
	representation_unref(it);
	return result;
}

/* The header section is read: whether the request can go on. */
static enum MHD_Result begin(struct server *server,
			     struct MHD_Connection *connection,
			     struct pending *pending)
{
	const struct framing *framing = &pending->framing;

	enter(server, connection,
	      framing->body_len > 0 ? CONNECTION_BODY : CONNECTION_ANSWER);
	if (framing->refusal != 0)
		return send_refusal(server, connection, pending->target,
				    framing);
	return MHD_YES;
}

/*
 * Called when the header section is read, then for each piece of a body, and
 * behind it, and once more where the answer had to wait; *of_request is what
 * keep_target stored. Refusals go out on the first call and close the
 * connection: nothing that stands behind is read as a request.
 */
/* NOLINTNEXTLINE(readability-function-size): what the library calls */
static enum MHD_Result answer(void *cls, struct MHD_Connection *connection,
			      const char *url, const char *method,
			      const char *version, const char *upload_data,
			      size_t *upload_size, void **of_request)
{
	struct pending *pending = *of_request;

	(void)url;
	if (!pending)
		return MHD_NO; /* there was no memory for it */
	if (!pending->is_started) {
		pending->is_started = true;
		pending->framing =
		    read_framing(connection, pending, method, version);
		return begin(cls, connection, pending);
	}
	if (*upload_size > 0) {
		/* Behind a refusal there is nothing to take. */
		if (pending->framing.refusal == 0 &&
		    !body_add(&pending->body, upload_data, *upload_size,
			      pending->framing.body_len))
			return MHD_NO;
		*upload_size = 0;
		return MHD_YES;
	}
	if (pending->framing.body_len > 0 && !pending->later)
		enter(cls, connection, CONNECTION_ANSWER);
	return respond(cls, connection, method, pending);
}

static void *keep_target(void *cls, const char *target,
			 struct MHD_Connection *connection)
{
	size_t size = strlen(target) + 1;
	struct pending *made = malloc(sizeof(*made) + size);

	(void)cls;
	(void)connection;
	if (!made)
		return NULL;
	*made = (struct pending){ .where = target };
	memcpy(made->target, target, size);
	return made;
}

static void forget_target(void *cls, struct MHD_Connection *connection,
			  void **of_request,
			  enum MHD_RequestTerminationCode why)
{
	struct pending *pending = *of_request;

	(void)why;
	/* Resumed, but ended before it was answered: at the end of the program,
	 * or when its client went. */
	if (pending && pending->later)
		representation_unref(answer_finish(pending->later));
	if (pending)
		body_fini(&pending->body);
	free(pending);
	*of_request = NULL;
	enter(cls, connection, CONNECTION_HEADER);
}

/* How many connections an address may have; 0: any number. */
static unsigned most_of(struct server *server, const struct ipaddr *addr)
{
	uint64_t serial;
	struct generation *generation =
	    site_take_generation(server->site, &serial);
	const struct config_web *web = &generation->config->web;
	unsigned most = client_is_proxy(addr, web) ? 0 : web->per_address;

	generation_unref(generation);
	return most;
}

static void begin_connection(struct server *server,
			     struct MHD_Connection *connection, int fd,
			     struct hold *hold)
{
	struct connection_peer peer = { .fd = fd, .addr = peer_of(connection) };

	peer.per_address = most_of(server, &peer.addr);
	hold->watched =
	    connections_add(server->connections, &peer, watchdog_clock_ms());
	if (server->tls)
		hold->keys = tls_begin(
		    server->tls,
		    MHD_get_connection_info(connection,
					    MHD_CONNECTION_INFO_GNUTLS_SESSION)
			->tls_session);
}

/* The library calls this for a connection's start, and for its end behind that
 * of its TLS and before it closes the socket (connections.h says what hangs on
 * that). */
static void follow(void *cls, struct MHD_Connection *connection, void **context,
		   enum MHD_ConnectionNotificationCode what)
{
	struct server *server = cls;
	struct hold *hold = *context;
	int fd = MHD_get_connection_info(connection,
					 MHD_CONNECTION_INFO_CONNECTION_FD)
		     ->connect_fd;

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		hold = calloc(1, sizeof(*hold));
		*context = hold;
		if (hold)
			begin_connection(server, connection, fd, hold);
		/* Nobody would watch it, or it could not be spoken to. */
		if (!hold || !hold->watched || (server->tls && !hold->keys))
			(void)shutdown(fd, SHUT_RDWR);
	} else if (hold) {
		connections_remove(server->connections, hold->watched);
		tls_keys_unref(hold->keys);
		free(hold);
		*context = NULL;
	}
}

/* Most of what libmicrohttpd has to say is about broken clients. What it
 * refuses by itself, before anything is called, it says nowhere else. */
__attribute__((format(printf, 2, 0))) static void
log_library(void *cls, const char *format, va_list arguments)
{
	static const char refused[] = "Error processing request (HTTP";
	struct server *server = cls;
	char line[LOG_SIZE];

	(void)vsnprintf(line, sizeof(line), format, arguments);
	line[strcspn(line, "\n")] = '\0';
	if (strncmp(line, refused, sizeof(refused) - 1) == 0)
		atomic_fetch_add(&server->malformed, 1);
	log_debug("web: %s", line);
}

static struct MHD_Daemon *start_daemon(struct server *server, int fd)
{
	unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC |
			 MHD_USE_ERROR_LOG | MHD_ALLOW_SUSPEND_RESUME;

	if (server->tls)
		flags |= MHD_USE_TLS;
	/* Without that it passes over what is for TLS. */
	return MHD_start_daemon(
	    flags, 0, NULL, NULL, answer, server, MHD_OPTION_EXTERNAL_LOGGER,
	    log_library, server, MHD_OPTION_LISTEN_SOCKET, fd,
	    MHD_OPTION_THREAD_POOL_SIZE, (unsigned)THREADS,
	    MHD_OPTION_CONNECTION_LIMIT, THREADS * server->connections_max,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
	    MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S,
	    MHD_OPTION_URI_LOG_CALLBACK, keep_target, NULL,
	    MHD_OPTION_NOTIFY_COMPLETED, forget_target, server,
	    MHD_OPTION_NOTIFY_CONNECTION, follow, server,
	    MHD_OPTION_HTTPS_PRIORITIES, tls_priorities,
	    MHD_OPTION_HTTPS_CERT_CALLBACK, tls_no_default(), MHD_OPTION_END);
}

static int start_one(struct server *server, struct listening *socket,
		     struct text *urls)
{
	struct MHD_Daemon *daemon;
	int fd = socket->fd;

	daemon = start_daemon(server, fd);
	if (daemon) {
		server->daemons[server->daemon_count++] = daemon;
		listening_add_url(urls, server->tls ? "https" : "http", socket);
	} else {
		log_error("web: the HTTP library did not start");
	}
	socket->fd = -1; /* also where it did not start it has closed it */
	return daemon ? 0 : -EIO;
}

static void tell_load(void *context, struct load *load)
{
	struct server *server = context;
	struct answering_counters answers =
	    answering_counters(server->answering);

	*load = (struct load){
		.connections = connections_counters(server->connections),
		.connections_max = server->most_connections,
		.work = answers.work,
		.malformed = atomic_load(&server->malformed),
		.gone = answers.gone,
		.tls_was_refused = atomic_load(&server->tls_was_refused),
	};
	if (server->tls)
		load->tls_until_s = tls_valid_until_s(server->tls);
}

/* As many connections as there are descriptors for. */
static int start_watch(struct server *server)
{
	struct connections_limits limits = connections_usual;
	int rc;

	server->connections_max = descriptors_room(CONNECTIONS_WANTED);
	/* A quarter is for those that are ended and not closed yet. */
	limits.total = server->connections_max - server->connections_max / 4;
	server->most_connections = limits.total;
	rc = connections_new(&server->connections, &limits);
	if (rc == 0)
		rc = watchdog_start(&server->watchdog, server->connections);
	return rc;
}

static int open_tls(struct server *server)
{
	uint64_t serial;
	struct generation *generation =
	    site_take_generation(server->site, &serial);
	int rc = tls_site_open(&server->tls, &generation->config->web);

	generation_unref(generation);
	return rc;
}

void server_make_room(void)
{
	descriptors_raise(CONNECTIONS_WANTED);
}

int server_start(struct server **out, struct site *site,
		 struct listening_set *sockets, struct text *urls)
{
	size_t count = sockets->count;
	struct server *made = calloc(1, sizeof(*made));
	int rc = made ? 0 : -ENOMEM;

	if (made) {
		made->site = site;
		made->daemons =
		    calloc(count ? count : 1, sizeof(struct MHD_Daemon *));
		rc = made->daemons ? 0 : -ENOMEM;
	}
	if (rc == 0)
		rc = open_tls(made);
	if (rc == 0)
		rc = answering_new(&made->answering, site);
	if (rc == 0)
		rc = start_watch(made);
	if (rc == 0)
		site_set_load(site, tell_load, made);
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = start_one(made, &sockets->all[i], urls);
	if (rc < 0) {
		server_stop(made);
		return rc;
	}
	*out = made;
	return 0;
}

void server_follow(struct server *server)
{
	enum tls_site_news news = TLS_SITE_SAME;

	if (server->tls)
		news = tls_site_follow(server->tls, server->site);
	if (news != TLS_SITE_SAME)
		atomic_store(&server->tls_was_refused,
			     news == TLS_SITE_REFUSED);
}

/* A socket of the service manager's goes on listening for the next process:
 * the library would shut it down. */
static void stop_one(struct MHD_Daemon *daemon)
{
	MHD_socket fd = MHD_quiesce_daemon(daemon);

	MHD_stop_daemon(daemon);
	if (fd != MHD_INVALID_SOCKET)
		(void)close(fd);
}

void server_stop(struct server *server)
{
	if (!server)
		return;
	/* So that no connection waits for an answer any more. */
	answering_stop(server->answering);
	for (size_t i = server->daemon_count; i > 0; i--)
		stop_one(server->daemons[i - 1]);
	site_set_load(server->site, NULL, NULL);
	watchdog_stop(server->watchdog);
	connections_free(server->connections);
	answering_free(server->answering);
	tls_close(server->tls);
	free(server->daemons);
	free(server);
}

int64_t server_longest_work_ms(struct server *server)
{
	return answering_counters(server->answering).work.longest_ms;
}

size_t server_thread_count(const struct server *server)
{
	return THREADS * server->daemon_count;
}

bool server_hand_over(struct server *server, size_t thread, int fd)
{
	/* A connection of nobody's, who has no address. */
	static const struct sockaddr nobody = { .sa_family = AF_UNIX };

	return MHD_add_connection(server->daemons[thread / THREADS], fd,
				  &nobody, sizeof(nobody)) == MHD_YES;
}
