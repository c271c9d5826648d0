/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * lanterne-web — the pages. Reads the configuration, the roster and what the
 * collector stored; writes what belongs to accounts, and nothing else.
 */

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "ixp/generation.h"
#include "util/err.h"
#include "util/log.h"
#include "util/process.h"
#include "util/service.h"
#include "util/zone.h"
#include "web/auth/accounts.h"
#include "web/confine.h"
#include "web/languages.h"
#include "web/listening.h"
#include "web/options.h"
#include "web/pulse.h"
#include "web/render_helper.h"
#include "web/render_pool.h"
#include "web/route.h"
#include "web/server.h"
#include "web/site.h"
#include "web/state_dir.h"
#include "web/tls_site.h"
#include "web/user_command.h"

enum { FOLLOW_AGAIN_S = 60 }; /* after a change that was refused */

static int check_listen(const struct config_web *web,
			const struct config_endpoint *endpoints, size_t count)
{
	char name[IPADDR_TEXT_SIZE];

	for (size_t i = 0; i < count; i++) {
		if (ipaddr_is_loopback(&endpoints[i].addr))
			continue;
		if (web->access == CONFIG_ACCESS_OPEN)
			log_error("web: listen: %s: access: open is for "
				  "loopback only (127.0.0.1 or ::1)",
				  ipaddr_format(&endpoints[i].addr, name));
		else if (web->users && !web->tls_certificate)
			log_error("web: listen: %s: passwords and sessions "
				  "would cross the network in the clear: "
				  "set web.tls, or listen on loopback behind a "
				  "proxy (lanterne-web(8))",
				  ipaddr_format(&endpoints[i].addr, name));
		else
			continue;
		return EX_CONFIG;
	}
	return EX_OK;
}

/* Whether certificate and key can be used, if there are any; says so if not. */
static bool check_tls(const struct config_web *web)
{
	struct tls *tls;

	if (tls_site_open(&tls, web) < 0)
		return false;
	tls_close(tls);
	return true;
}

/* Whether there is a catalogue for each language; says so if not. */
static bool check_languages(const struct config *config)
{
	struct text problem;
	bool known;

	text_init(&problem);
	known = languages_are_known(config, &problem);
	(void)fputs(text_str(&problem), stderr);
	text_fini(&problem);
	return known;
}

static bool same_path(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* What the addresses, the zone and the files at hand are made of stays. */
static void find_what_needs_restart(const struct config *old,
				    const struct config *new,
				    struct text *problem)
{
	bool same = old->web.listen_count == new->web.listen_count;

	for (size_t i = 0; same && i < old->web.listen_count; i++)
		same = old->web.listen[i].port ==
		       new->web.listen[i].port &&ipaddr_equal(
			   &old->web.listen[i].addr, &new->web.listen[i].addr);
	if (!same)
		text_addf(problem, "%s: web.listen changed: restart for that\n",
			  new->path);
	if (!old->web.tls_certificate != !new->web.tls_certificate)
		text_addf(problem,
			  "%s: web.tls turned on or off: restart for that\n",
			  new->path);
	if (strcmp(old->timezone, new->timezone) != 0)
		text_addf(problem,
			  "%s: exchange.timezone changed: restart for that\n",
			  new->path);
	if (!same_path(old->web.users, new->web.users) ||
	    !same_path(old->web.state_dir, new->web.state_dir) ||
	    old->web.access != new->web.access)
		text_addf(problem,
			  "%s: web.users, web.state_dir or web.access changed: "
			  "restart for that\n",
			  new->path);
	if (strcmp(old->state_dir, new->state_dir) != 0)
		text_addf(problem, "%s: state_dir changed: restart for that\n",
			  new->path);
}

static int64_t monotonic_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Read everything anew; a configuration that is wrong changes nothing, and
 * false is returned. */
static bool reload(struct generation **current, struct site *site)
{
	const char *path = (*current)->config->path;
	struct generation *next = NULL;
	struct diagnostics d;
	struct text problem;
	bool taken;
	int rc;

	diagnostics_init(&d);
	text_init(&problem);
	rc = generation_load(&next,
			     &(struct registry_request){
				 .path = path, .at_s = site_data_time(site) },
			     &d);
	if (rc == 0 && languages_are_known(next->config, &problem))
		find_what_needs_restart((*current)->config, next->config,
					&problem);
	else if (rc == 0)
		; /* said already */
	else if (d.errors > 0)
		text_add(&problem, text_str(&d.text));
	else
		text_addf(&problem, "%s: %s\n", path, err_str(rc));
	taken = problem.len == 0;
	if (taken)
		(void)fputs(text_str(&d.text), stderr); /* warnings */
	if (!taken) {
		site_refuse(site, text_str(&problem));
		log_error("web: reload refused, the old configuration stays: "
			  "%s",
			  text_str(&problem));
		generation_unref(next);
	} else {
		site_use(site, next);
		generation_unref(*current);
		*current = next;
		log_notice("web: reloaded: %s: %u members, %zu switches",
			   next->config->path, next->registry->member_count,
			   next->config->switch_count);
	}
	text_fini(&problem);
	diagnostics_fini(&d);
	return taken;
}

/* Read anew when what the configuration says of now has changed. */
static void follow_membership(struct generation **current, struct site *site,
			      double *again_s)
{
	if (!registry_is_over((*current)->registry, site_data_time(site)) ||
	    site_time(site) < *again_s)
		return;
	log_notice("web: membership changes now");
	*again_s = site_time(site) + FOLLOW_AGAIN_S;
	if (reload(current, site))
		*again_s = 0;
}

/* All that runs while requests are answered. */
struct running {
	const struct service *service;
	struct render_pool *pool;
	struct server *server;
	struct accounts *accounts; /* NULL: nobody logs in */
	struct process *process;
	struct site *site;
	struct generation **current;
	int64_t next_pulse_us;
};

/* Tell the service manager that requests are answered, if they are: three
 * times in the time that it waits for that. */
static void feed_watchdog(struct running *r)
{
	int64_t now_us = monotonic_us();

	if (r->service->watchdog_us == 0 || now_us < r->next_pulse_us)
		return;
	r->next_pulse_us = now_us + r->service->watchdog_us / 3;
	if (pulse_is_felt(r->server, r->service->watchdog_us / 3 / 1000))
		service_tell(r->service, "WATCHDOG=1");
	else
		log_error("web: a thread does not answer");
}

/* Once nothing else is to be done. @return an exit code, or -1 to go on */
static int look_around(struct running *r, double *last_step_end)
{
	route_prepare(r->site, last_step_end);
	if (render_pool_lives(r->pool))
		return -1;
	/* It cannot be started again from here, but all of this can. */
	log_error("web: what starts the render helpers has died");
	return EX_OSERR;
}

static void reload_told(struct running *r)
{
	service_tell(r->service, "RELOADING=1");
	(void)reload(r->current, r->site);
	service_tell(r->service, "READY=1");
}

/* @return an exit code, once a signal has said stop */
static int wait_for_signals(const sigset_t *wanted, struct running *r)
{
	static const struct timespec patience = { .tv_sec = 2 };
	double last_step_end = NAN;
	double again_s = 0;
	int code = -1;

	while (code < 0) {
		int number;

		follow_membership(r->current, r->site, &again_s);
		if (r->accounts)
			accounts_tick(r->accounts, site_time(r->site));
		server_follow(r->server);
		feed_watchdog(r);
		number = sigtimedwait(wanted, NULL, &patience);
		if (number == SIGHUP)
			reload_told(r);
		else if (number > 0)
			code = EX_OK;
		else if (errno == EAGAIN)
			code = look_around(r, &last_step_end);
		else if (errno != EINTR)
			code = EX_OSERR;
	}
	service_tell(r->service, "STOPPING=1");
	return code;
}

static void block_signals(sigset_t *signals)
{
	/* Before any thread starts, so that only sigwait sees them. */
	(void)sigemptyset(signals);
	(void)sigaddset(signals, SIGTERM);
	(void)sigaddset(signals, SIGINT);
	(void)sigaddset(signals, SIGHUP);
	(void)pthread_sigmask(SIG_BLOCK, signals, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
}

/* Who may log in. @return an exit code */
static int open_accounts(const struct config *config, struct accounts **out)
{
	char dir[PATH_MAX];
	struct text problem;
	int rc = -ENAMETOOLONG;

	if (!config->web.users || config->web.access == CONFIG_ACCESS_OPEN)
		return EX_OK;
	text_init(&problem);
	if (state_dir_of(config, dir))
		rc = accounts_open(out, config->web.users, dir, &problem);
	/* Who may write beside the configuration may replace it. */
	if (rc == 0 && state_dir_same_folder(config->path, config->web.users))
		users_fix((*out)->users);
	if (rc < 0)
		log_error("web: accounts: %s",
			  problem.len ? text_str(&problem) : err_str(rc));
	text_fini(&problem);
	return rc == 0 ? EX_OK : rc == ERR_CONFIG ? EX_CONFIG : EX_CANTCREAT;
}

/* All that needs rights, in one thread; then without, in many. */
static int start(struct running *r, struct listening_set *sockets,
		 struct text *urls)
{
	const struct config *config = (*r->current)->config;
	int code = open_accounts(config, &r->accounts);
	int rc;

	if (code != EX_OK)
		return code;
	server_make_room();
	rc = site_new(&r->site, *r->current, NULL);
	if (rc == 0)
		rc = render_pool_new(&r->pool, &render_pool_defaults);
	if (rc == 0)
		rc = process_open(&r->process);
	if (rc == 0)
		rc = confine(config);
	if (rc == 0)
		rc = render_pool_start(r->pool);
	if (rc == 0 && r->accounts)
		rc = accounts_start(r->accounts);
	if (rc < 0)
		return EX_OSERR;
	site_set_render_pool(r->site, r->pool);
	site_set_accounts(r->site, r->accounts);
	site_set_process(r->site, r->process);
	if (server_start(&r->server, r->site, sockets, urls) < 0)
		return EX_UNAVAILABLE;
	return options_print(text_str(urls));
}

/* Answer until a signal says stop. */
static int serve(struct generation **current, struct listening_set *sockets,
		 const struct service *service)
{
	struct running r = { .service = service, .current = current };
	struct text urls;
	sigset_t signals;
	int code;

	text_init(&urls);
	block_signals(&signals);
	code = start(&r, sockets, &urls);
	if (code == EX_OK) {
		service_tell(service, "READY=1\nSTATUS=Answering on %.*s",
			     (int)strcspn(text_str(&urls), "\n"),
			     text_str(&urls));
		code = wait_for_signals(&signals, &r);
	}
	/* What is still being drawn is given up, so that nobody waits. */
	render_pool_stop(r.pool);
	accounts_stop(r.accounts);
	server_stop(r.server);
	render_pool_free(r.pool);
	site_free(r.site);
	accounts_close(r.accounts);
	process_close(r.process);
	text_fini(&urls);
	return code;
}

/* Where to listen: what the service manager opened, else what was asked for. */
static int open_sockets(struct listening_set *sockets, const struct options *o,
			const struct config *config,
			const struct service *service)
{
	if (service->sockets > 0)
		return listening_adopt(sockets, SERVICE_FIRST_SOCKET,
				       (size_t)service->sockets);
	if (o->listen.addr.version)
		return listening_open(sockets, &o->listen, 1);
	return listening_open(sockets, config->web.listen,
			      config->web.listen_count);
}

static int listen_and_serve(const struct options *o,
			    struct generation **current)
{
	struct listening_set sockets;
	struct service service;
	int code = EX_OK;

	service_open(&service);
	if (open_sockets(&sockets, o, (*current)->config, &service) < 0)
		code = EX_UNAVAILABLE;
	for (size_t i = 0; code == EX_OK && i < sockets.count; i++)
		code = check_listen(&(*current)->config->web,
				    &sockets.all[i].endpoint, 1);
	if (code == EX_OK)
		code = serve(current, &sockets, &service);
	listening_fini(&sockets);
	service_close(&service);
	return code;
}

static int run(const struct options *o, struct generation **current)
{
	const struct config *config = (*current)->config;
	const struct config_endpoint *endpoints = config->web.listen;
	size_t count = config->web.listen_count;
	int code;

	if (o->listen.addr.version) {
		endpoints = &o->listen;
		count = 1;
	}
	code = check_listen(&config->web, endpoints, count);
	if (code != EX_OK)
		return code;
	if (!check_languages(config) || !check_tls(&config->web))
		return EX_CONFIG;
	if (zone_use(config->timezone) < 0) {
		log_error("%s: exchange.timezone: this system has no zone "
			  "\"%s\"",
			  config->path, config->timezone);
		return EX_CONFIG;
	}
	return o->check_only ? EX_OK : listen_and_serve(o, current);
}

int main(int argc, char **argv)
{
	struct options options = { .config_path =
				       "/etc/lanterne/lanterne.yaml" };
	struct generation *generation = NULL;
	struct diagnostics diagnostics;
	int code;
	int rc;

	if (argc == 2 && strcmp(argv[1], RENDER_HELPER_OPTION) == 0)
		return render_helper_run(STDIN_FILENO, render_png);
	(void)umask(077);
	code = options_read(&options, argc, argv);
	if (code >= 0)
		return code;
	options.users.config_path = options.config_path;
	if (options.users.add || options.users.remove ||
	    options.users.check_audit)
		return user_command_run(&options.users);
	diagnostics_init(&diagnostics);
	rc = generation_load(&generation,
			     &(struct registry_request){
				 .path = options.config_path,
				 .at_s = (int64_t)time(NULL),
			     },
			     &diagnostics);
	(void)fputs(text_str(&diagnostics.text), stderr);
	diagnostics_fini(&diagnostics);
	if (rc == 0)
		code = run(&options, &generation);
	else if (rc == ERR_CONFIG)
		code = EX_CONFIG;
	else
		code = rc == -ENOMEM ? EX_OSERR : EX_NOINPUT;
	generation_unref(generation);
	return code;
}
