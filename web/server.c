/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/server.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util/err.h"
#include "util/language.h"
#include "util/log.h"
#include "web/kept.h"
#include "web/listening.h"
#include "web/representation.h"
#include "web/response.h"
#include "web/route.h"

enum {
	THREADS = 2,
	CONNECTIONS_MAX = 1500,
	CONNECTION_MEMORY = 32 << 10, /* bytes; a longer header is 431 */
	TIMEOUT_S = 15,
	HEADER_SIZE = 256,
};

struct server {
	struct site *site;
	struct kept *kept;
	struct MHD_Daemon **daemons;
	size_t daemon_count;
};

/*
 * A response that is not complete yet. Its connection is suspended: nobody
 * reads from it, and the library asks again once it is resumed.
 */
struct waiting {
	struct MHD_Connection *connection;
	struct response_wait *wait;
	struct response response;
	bool has_key; /* it may be kept: */
	uint64_t serial;
	char key[ROUTE_KEY_SIZE];
};

/* A request from its first line to its end. */
struct pending {
	bool is_started;	 /* its header section was seen once */
	struct waiting *waiting; /* NULL: its response does not wait */
	char target[];		 /* raw */
};

/* What stands in a header section more often than it may. */
struct header_check {
	unsigned hosts;
	unsigned lengths;
	unsigned encodings;
	bool has_body;
};

static enum MHD_Result check_header(void *cls, enum MHD_ValueKind kind,
				    const char *key, const char *value)
{
	struct header_check *check = cls;

	(void)kind;
	if (strcasecmp(key, "Host") == 0)
		check->hosts++;
	if (strcasecmp(key, "Transfer-Encoding") == 0)
		check->encodings++;
	if (strcasecmp(key, "Content-Length") == 0) {
		check->lengths++;
		check->has_body = !value || strcmp(value, "0") != 0;
	}
	return MHD_YES;
}

static bool is_acceptable(struct MHD_Connection *connection)
{
	struct header_check check = { 0 };

	(void)MHD_get_connection_values(connection, MHD_HEADER_KIND,
					check_header, &check);
	return check.hosts <= 1 && check.lengths <= 1 && !check.has_body &&
	       check.encodings == 0;
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
static struct MHD_Response *prepare(struct representation *it, int64_t now_s)
{
	struct text *body = &it->response.body;
	size_t len = body->len;
	bool keeps = representation_keeps(it);
	char *bytes = keeps ? body->data : text_steal(body);
	struct MHD_Response *made = MHD_create_response_from_buffer(
	    len, bytes, keeps ? MHD_RESPMEM_MUST_COPY : MHD_RESPMEM_MUST_FREE);

	if (made)
		representation_headers(it, now_s, add_header, made);
	else if (!keeps)
		free(bytes);
	return made;
}

static enum MHD_Result send_prepared(struct MHD_Connection *connection,
				     struct representation *it, int64_t now_s)
{
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
		it->prepared = prepare(it, now_s);
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

static void refuse_header(struct response *r)
{
	r->status = 400;
	r->content_type = "text/plain; charset=utf-8";
	text_add(&r->body, "A body, or a header given more than once.\n");
}

/* A response and whether it may be kept become what is sent. */
static struct representation *make(struct server *server, struct waiting *w)
{
	int64_t now_s = (int64_t)site_time(server->site);
	struct representation *it;

	if (representation_new(&it, &w->response, w->key[0] == 'g', now_s) < 0)
		return NULL;
	if (w->has_key)
		kept_add(server->kept, w->key, w->serial, it);
	return it;
}

/* What is kept for such a request, else a new answer, which is kept then; NULL
 * if there is no memory for it, or if w waits. */
static struct representation *find_or_make(struct server *server,
					   const struct route_request *request,
					   bool accepts_gzip, struct waiting *w)
{
	struct representation *it = NULL;

	w->has_key = route_key(w->key, server->site, request, &w->serial);
	w->key[0] = accepts_gzip ? 'g' : 'p';
	if (w->has_key)
		it = kept_find(server->kept, w->key, w->serial,
			       (int64_t)site_time(server->site));
	if (it)
		return it;
	response_init(&w->response);
	route_answer(server->site, request, &w->response);
	w->wait = response_take_wait(&w->response);
	return w->wait ? NULL : make(server, w);
}

static void resume(void *context)
{
	struct waiting *w = context;

	MHD_resume_connection(w->connection);
}

/* Have the library wait for a response. Without memory it is not sent. */
static enum MHD_Result suspend(struct MHD_Connection *connection,
			       struct pending *pending, struct waiting *w)
{
	struct waiting *kept = malloc(sizeof(*kept));

	if (!kept) {
		w->wait->drop(w->wait);
		response_fini(&w->response);
		return MHD_NO;
	}
	*kept = *w;
	kept->connection = connection;
	pending->waiting = kept;
	MHD_suspend_connection(connection);
	/* It may be ready at once, and resumed by another thread. */
	kept->wait->start(kept->wait, resume, kept);
	return MHD_YES;
}

/* The response that was waited for. */
static struct representation *take_finished(struct server *server,
					    struct pending *pending)
{
	struct waiting *w = pending->waiting;
	struct representation *it;

	pending->waiting = NULL;
	w->wait->finish(w->wait, &w->response);
	it = make(server, w);
	free(w);
	return it;
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

static struct client_origin origin_of(struct MHD_Connection *connection)
{
	struct client_origin origin = {
		.peer = peer_of(connection),
		.forwarded_for = header(connection, "X-Forwarded-For"),
	};

	origin.is_forwarded =
	    origin.forwarded_for || header(connection, "Forwarded") ||
	    header(connection, "X-Real-IP") || header(connection, "Via");
	return origin;
}

static struct representation *make_refusal(int64_t now_s)
{
	struct representation *it;
	struct response refusal;

	response_init(&refusal);
	refuse_header(&refusal);
	return representation_new(&it, &refusal, false, now_s) < 0 ? NULL : it;
}

static enum MHD_Result respond(struct server *server,
			       struct MHD_Connection *connection,
			       const char *method, struct pending *pending)
{
	const char *host = header(connection, "Host");
	/* No Host at all: HTTP/1.0, by hand; no browser does so. */
	const struct route_request request = {
		.method = method,
		.target = pending ? pending->target : "",
		.host = host ? host : "localhost",
		.accept_language = header(connection, "Accept-Language"),
		.origin = origin_of(connection),
	};
	bool accepts_gzip =
	    response_accepts_gzip(header(connection, "Accept-Encoding"));
	struct representation *it;
	enum MHD_Result result = MHD_NO;
	struct waiting w = { .wait = NULL };

	if (!pending)
		it = make_refusal((int64_t)site_time(server->site));
	else if (pending->waiting)
		it = take_finished(server, pending);
	else
		it = find_or_make(server, &request, accepts_gzip, &w);
	if (w.wait)
		return suspend(connection, pending, &w);
	/* Not before it was made. */
	if (it)
		result = send_prepared(connection, it,
				       (int64_t)site_time(server->site));
	representation_unref(it);
	return result;
}

/*
 * Called when the header section is read and again behind it, and once more
 * where the response had to wait; *of_request is what keep_target stored. Only
 * an answer to the second call leaves the connection open for a next request,
 * so only refusals go out on the first.
 */
/* NOLINTNEXTLINE(readability-function-size): what the library calls */
static enum MHD_Result answer(void *cls, struct MHD_Connection *connection,
			      const char *url, const char *method,
			      const char *version, const char *upload_data,
			      size_t *upload_size, void **of_request)
{
	struct pending *pending = *of_request;
	bool is_fine = pending && is_acceptable(connection);

	(void)url;
	(void)version;
	(void)upload_data;
	if (*upload_size > 0) {
		*upload_size = 0; /* unread; what came before was refused */
		return MHD_YES;
	}
	if (is_fine && !pending->is_started) {
		pending->is_started = true;
		return MHD_YES;
	}
	return respond(cls, connection, method, is_fine ? pending : NULL);
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
	made->is_started = false;
	made->waiting = NULL;
	memcpy(made->target, target, size);
	return made;
}

static void forget_target(void *cls, struct MHD_Connection *connection,
			  void **of_request,
			  enum MHD_RequestTerminationCode why)
{
	struct pending *pending = *of_request;
	struct waiting *w = pending ? pending->waiting : NULL;

	(void)cls;
	(void)connection;
	(void)why;
	/* Resumed, but ended before it was answered: at the end of the program,
	 * or when its client went. */
	if (w) {
		w->wait->finish(w->wait, &w->response);
		response_fini(&w->response);
		free(w);
	}
	free(pending);
	*of_request = NULL;
}

/* Most of what libmicrohttpd has to say is about broken clients. */
__attribute__((format(printf, 2, 0))) static void
log_library(void *cls, const char *format, va_list arguments)
{
	char line[HEADER_SIZE];

	(void)cls;
	(void)vsnprintf(line, sizeof(line), format, arguments);
	line[strcspn(line, "\n")] = '\0';
	log_debug("web: %s", line);
}

static int start_one(struct server *server, struct listening *socket,
		     struct text *urls)
{
	struct MHD_Daemon *daemon;
	int fd = socket->fd;

	daemon = MHD_start_daemon(
	    MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_USE_ERROR_LOG |
		MHD_ALLOW_SUSPEND_RESUME,
	    0, NULL, NULL, answer, server, MHD_OPTION_EXTERNAL_LOGGER,
	    log_library, NULL, MHD_OPTION_LISTEN_SOCKET, fd,
	    MHD_OPTION_THREAD_POOL_SIZE, (unsigned)THREADS,
	    MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
	    MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)TIMEOUT_S,
	    MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_URI_LOG_CALLBACK,
	    keep_target, NULL, MHD_OPTION_NOTIFY_COMPLETED, forget_target, NULL,
	    MHD_OPTION_END);
	if (daemon) {
		server->daemons[server->daemon_count++] = daemon;
		listening_add_url(urls, socket);
	} else {
		log_error("web: the HTTP library did not start");
	}
	socket->fd = -1; /* also where it did not start it has closed it */
	return daemon ? 0 : -EIO;
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
		rc = kept_new(&made->kept);
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = start_one(made, &sockets->all[i], urls);
	if (rc < 0) {
		server_stop(made);
		return rc;
	}
	*out = made;
	return 0;
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
	for (size_t i = server->daemon_count; i > 0; i--)
		stop_one(server->daemons[i - 1]);
	kept_free(server->kept);
	free(server->daemons);
	free(server);
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
