/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <microhttpd.h>
#include <netinet/in.h>
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
#include "web/response.h"
#include "web/route.h"

enum {
	BACKLOG = 511,
	THREADS = 2,
	CONNECTIONS_MAX = 1500,
	CONNECTION_MEMORY = 32 << 10, /* bytes; a longer header is 431 */
	TIMEOUT_S = 15,
	HEADER_SIZE = 256,
};

struct server {
	struct site *site;
	struct MHD_Daemon **daemons;
	size_t daemon_count;
};

/* A request from its first line to its end. */
struct pending {
	bool is_started; /* its header section was seen once */
	char target[];	 /* raw */
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

static void add_header(struct MHD_Response *to, const char *name,
		       const char *value)
{
	if (MHD_add_response_header(to, name, value) != MHD_YES)
		log_warning("web: header not added: %s", name);
}

static void add_cache_headers(struct MHD_Response *to, const struct response *r,
			      const char *etag)
{
	char value[HEADER_SIZE];

	if (r->max_age_s < 0) {
		add_header(to, "Cache-Control", "no-store");
		return;
	}
	(void)snprintf(value, sizeof(value), "%s, max-age=%d%s",
		       r->is_public ? "public" : "private",
		       r->is_immutable ? 31536000 : r->max_age_s,
		       r->is_immutable ? ", immutable" : "");
	add_header(to, "Cache-Control", value);
	add_header(to, "ETag", etag);
}

static void add_headers(struct MHD_Response *to, const struct response *r,
			const char *etag)
{
	char policy[HEADER_SIZE];

	(void)snprintf(policy, sizeof(policy),
		       "default-src 'none'; style-src %s; img-src 'self'; "
		       "base-uri 'none'; form-action 'self'; "
		       "frame-ancestors 'none'",
		       r->style_source ? r->style_source : "'self'");
	add_header(to, "Content-Type", r->content_type);
	add_header(to, "Content-Security-Policy", policy);
	add_header(to, "X-Content-Type-Options", "nosniff");
	add_header(to, "Referrer-Policy", "no-referrer");
	add_header(to, "Cross-Origin-Resource-Policy", "same-origin");
	if (r->is_translated) {
		add_header(to, "Content-Language",
			   r->body.language ? r->body.language->code : "en");
		add_header(to, "Vary", "Accept-Language");
	}
	if (r->allow)
		add_header(to, "Allow", r->allow);
	add_cache_headers(to, r, etag);
}

static enum MHD_Result send_response(struct MHD_Connection *connection,
				     struct response *r)
{
	char etag[RESPONSE_ETAG_SIZE];
	const char *known = MHD_lookup_connection_value(
	    connection, MHD_HEADER_KIND, "If-None-Match");
	struct MHD_Response *made;
	enum MHD_Result result;
	size_t len = r->body.len;
	char *body;

	response_etag(r, etag);
	if (r->status == 200 && r->max_age_s >= 0 && known &&
	    response_etag_matches(known, etag)) {
		text_clear(&r->body);
		r->status = 304;
		len = 0;
	}
	body = text_steal(&r->body);
	if (!body)
		return MHD_NO;
	made =
	    MHD_create_response_from_buffer(len, body, MHD_RESPMEM_MUST_FREE);
	if (!made) {
		free(body);
		return MHD_NO;
	}
	add_headers(made, r, etag);
	result = MHD_queue_response(connection, r->status, made);
	MHD_destroy_response(made);
	return result;
}

static void fill_response(struct server *server,
			  struct MHD_Connection *connection, const char *method,
			  const struct pending *pending, struct response *r)
{
	const char *host =
	    MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Host");

	/* No Host at all: HTTP/1.0, by hand; no browser does so. */
	if (pending) {
		const struct route_request request = {
			.method = method,
			.target = pending->target,
			.host = host ? host : "localhost",
			.accept_language = MHD_lookup_connection_value(
			    connection, MHD_HEADER_KIND, "Accept-Language"),
		};

		route_answer(server->site, &request, r);
		return;
	}
	r->status = 400;
	r->content_type = "text/plain; charset=utf-8";
	text_add(&r->body, "A body, or a header given more than once.\n");
}

/*
 * Called when the header section is read and again behind it; *of_request is
 * what keep_target stored. Only an answer to the second call leaves the
 * connection open for a next request, so only refusals go out on the first.
 */
/* NOLINTNEXTLINE(readability-function-size): what the library calls */
static enum MHD_Result answer(void *cls, struct MHD_Connection *connection,
			      const char *url, const char *method,
			      const char *version, const char *upload_data,
			      size_t *upload_size, void **of_request)
{
	struct pending *pending = *of_request;
	bool is_fine = pending && is_acceptable(connection);
	struct response response;
	enum MHD_Result result;

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
	response_init(&response);
	fill_response(cls, connection, method, is_fine ? pending : NULL,
		      &response);
	result = send_response(connection, &response);
	response_fini(&response);
	return result;
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
	memcpy(made->target, target, size);
	return made;
}

static void forget_target(void *cls, struct MHD_Connection *connection,
			  void **of_request,
			  enum MHD_RequestTerminationCode why)
{
	(void)cls;
	(void)connection;
	(void)why;
	free(*of_request);
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

static socklen_t make_address(const struct config_endpoint *endpoint,
			      struct sockaddr_storage *to)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)to;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)to;

	memset(to, 0, sizeof(*to));
	if (endpoint->addr.version == 4) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(endpoint->port);
		memcpy(&v4->sin_addr, endpoint->addr.bytes, 4);
		return sizeof(*v4);
	}
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(endpoint->port);
	memcpy(&v6->sin6_addr, endpoint->addr.bytes, 16);
	return sizeof(*v6);
}

/* A bound, listening socket, or -errno. */
static int open_socket(const struct config_endpoint *endpoint)
{
	struct sockaddr_storage address;
	socklen_t len = make_address(endpoint, &address);
	int on = 1;
	int fd = socket(address.ss_family,
			SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
	    (address.ss_family == AF_INET6 &&
	     setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) < 0) ||
	    bind(fd, (struct sockaddr *)&address, len) < 0 ||
	    listen(fd, BACKLOG) < 0) {
		int rc = -errno;

		(void)close(fd);
		return rc;
	}
	return fd;
}

static void add_url(struct text *urls, int fd,
		    const struct config_endpoint *endpoint)
{
	char name[IPADDR_TEXT_SIZE];
	struct sockaddr_in6 bound = { 0 }; /* room for either kind */
	socklen_t len = sizeof(bound);
	uint16_t port = endpoint->port;
	bool v6 = endpoint->addr.version == 6;

	/* Both kinds of address have the port in the same place. */
	if (getsockname(fd, (struct sockaddr *)&bound, &len) == 0)
		port = ntohs(bound.sin6_port);
	text_addf(urls, "http://%s%s%s:%u/\n", v6 ? "[" : "",
		  ipaddr_format(&endpoint->addr, name), v6 ? "]" : "",
		  (unsigned)port);
}

static int start_one(struct server *server,
		     const struct config_endpoint *endpoint, struct text *urls)
{
	char name[IPADDR_TEXT_SIZE];
	struct MHD_Daemon *daemon;
	int fd = open_socket(endpoint);

	if (fd < 0) {
		log_error("web: cannot listen: %s port %u: %s",
			  ipaddr_format(&endpoint->addr, name),
			  (unsigned)endpoint->port, err_str(fd));
		return fd;
	}
	daemon = MHD_start_daemon(
	    MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_USE_ERROR_LOG, 0,
	    NULL, NULL, answer, server, MHD_OPTION_EXTERNAL_LOGGER, log_library,
	    NULL, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_THREAD_POOL_SIZE,
	    (unsigned)THREADS, MHD_OPTION_CONNECTION_LIMIT,
	    (unsigned)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
	    (size_t)CONNECTION_MEMORY, MHD_OPTION_CONNECTION_TIMEOUT,
	    (unsigned)TIMEOUT_S, MHD_OPTION_STRICT_FOR_CLIENT, 1,
	    MHD_OPTION_URI_LOG_CALLBACK, keep_target, NULL,
	    MHD_OPTION_NOTIFY_COMPLETED, forget_target, NULL, MHD_OPTION_END);
	if (!daemon) {
		log_error("web: the HTTP library did not start");
		return -EIO; /* it has closed fd */
	}
	server->daemons[server->daemon_count++] = daemon;
	add_url(urls, fd, endpoint);
	return 0;
}

int server_start(struct server **out, struct site *site,
		 const struct config_endpoint *endpoints, size_t count,
		 struct text *urls)
{
	struct server *made = calloc(1, sizeof(*made));
	int rc = made ? 0 : -ENOMEM;

	if (made) {
		made->site = site;
		made->daemons =
		    calloc(count ? count : 1, sizeof(struct MHD_Daemon *));
		rc = made->daemons ? 0 : -ENOMEM;
	}
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = start_one(made, &endpoints[i], urls);
	if (rc < 0) {
		server_stop(made);
		return rc;
	}
	*out = made;
	return 0;
}

void server_stop(struct server *server)
{
	if (!server)
		return;
	for (size_t i = server->daemon_count; i > 0; i--)
		MHD_stop_daemon(server->daemons[i - 1]);
	free(server->daemons);
	free(server);
}
