/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * lanterne-web — the pages. Reads the configuration, the roster and what the
 * collector stored; writes what belongs to accounts, and nothing else.
 */

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "ixp/generation.h"
#include "util/err.h"
#include "util/log.h"
#include "util/zone.h"
#include "web/auth/accounts.h"
#include "web/languages.h"
#include "web/render_helper.h"
#include "web/render_pool.h"
#include "web/route.h"
#include "web/server.h"
#include "web/site.h"
#include "web/state_dir.h"
#include "web/tls_site.h"
#include "web/user_command.h"

enum { FOLLOW_AGAIN_S = 60 }; /* after a change that was refused */

struct options {
	const char *config_path;
	struct config_endpoint listen; /* version 0: as configured */
	bool check_only;
	struct user_command users;
};

static const char usage[] =
    "usage: lanterne-web [-c FILE] [--listen ADDRESS:PORT] [--check-config]\n"
    "       lanterne-web [-c FILE] --add-user NAME --role ROLE [--asn LIST]\n"
    "                    [--no-password]\n"
    "       lanterne-web [-c FILE] --remove-user NAME\n"
    "       lanterne-web [-c FILE] --check-audit\n"
    "       lanterne-web --help | --version\n"
    "\n"
    "Serve the exchange's traffic pages.\n"
    "\n"
    "  -c, --config FILE      configuration"
    " (default /etc/lanterne/lanterne.yaml)\n"
    "      --listen ADDRESS:PORT\n"
    "                         instead of web.listen; port 0: any free one\n"
    "      --check-config     read configuration and roster, then exit\n"
    "      --add-user NAME    add or change a user of web.users; the password"
    " is asked\n"
    "                         for, or the first line of standard input\n"
    "      --role ROLE        member, auditor or operator\n"
    "      --asn LIST         a member's AS numbers: 64500,64501\n"
    "      --no-password      for who logs in at a proxy alone\n"
    "      --remove-user NAME take a user out\n"
    "      --check-audit      find lines of the audit log that were changed\n"
    "      --help             this text\n"
    "      --version          the version\n";

static int print(const char *text)
{
	if (fputs(text, stdout) == EOF || fflush(stdout) == EOF)
		return EX_IOERR;
	return EX_OK;
}

enum option_id {
	LISTEN = 256,
	CHECK,
	ADD,
	REMOVE,
	ROLE,
	ASN,
	PROXIED,
	AUDIT,
	HELP,
	VERSION
};

static const struct option known_options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "listen", required_argument, NULL, LISTEN },
	{ "check-config", no_argument, NULL, CHECK },
	{ "add-user", required_argument, NULL, ADD },
	{ "remove-user", required_argument, NULL, REMOVE },
	{ "role", required_argument, NULL, ROLE },
	{ "asn", required_argument, NULL, ASN },
	{ "no-password", no_argument, NULL, PROXIED },
	{ "check-audit", no_argument, NULL, AUDIT },
	{ "help", no_argument, NULL, HELP },
	{ "version", no_argument, NULL, VERSION },
	{ NULL, 0, NULL, 0 },
};

/* Whether it is an option of what is done to users. */
static bool take_user_option(int c, struct user_command *users)
{
	switch (c) {
	case ADD:
		users->add = optarg;
		return true;
	case REMOVE:
		users->remove = optarg;
		return true;
	case ROLE:
		users->role = optarg;
		return true;
	case ASN:
		users->asns = optarg;
		return true;
	case PROXIED:
		users->no_password = true;
		return true;
	case AUDIT:
		users->check_audit = true;
		return true;
	default:
		return false;
	}
}

/* An exit code, or -1 to go on. */
static int take_option(int c, struct options *o)
{
	if (take_user_option(c, &o->users))
		return -1;
	switch (c) {
	case 'c':
		o->config_path = optarg;
		return -1;
	case LISTEN:
		if (ipaddr_parse_endpoint(optarg, strlen(optarg),
					  &o->listen.addr,
					  &o->listen.port) == 0)
			return -1;
		log_error("--listen: not ADDRESS:PORT: \"%s\"", optarg);
		return EX_USAGE;
	case CHECK:
		o->check_only = true;
		return -1;
	case HELP:
		return print(usage);
	case VERSION:
		return print("lanterne-web " LANTERNE_VERSION "\n");
	default:
		(void)fputs(usage, stderr);
		return EX_USAGE;
	}
}

/* An exit code, or -1 to go on. */
static int read_options(int argc, char **argv, struct options *o)
{
	int code = -1;
	int c;

	/* NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread */
	while (code < 0 &&
	       (c = getopt_long(argc, argv, "c:", known_options, NULL)) != -1)
		code = take_option(c, o);
	if (code >= 0 || optind == argc)
		return code;
	log_error("unexpected argument: \"%s\"", argv[optind]);
	(void)fputs(usage, stderr);
	return EX_USAGE;
}

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

/* @return an exit code, once a signal has said stop */
static int wait_for_signals(const sigset_t *wanted, struct site *site,
			    struct server *server, struct generation **current)
{
	struct accounts *accounts = site_accounts(site);

	static const struct timespec patience = { .tv_sec = 2 };
	double last_step_end = NAN;
	double again_s = 0;

	for (;;) {
		int number;

		follow_membership(current, site, &again_s);
		if (accounts)
			accounts_tick(accounts, site_time(site));
		server_follow(server);
		number = sigtimedwait(wanted, NULL, &patience);
		if (number == SIGHUP)
			(void)reload(current, site);
		else if (number > 0)
			return EX_OK;
		else if (errno == EAGAIN)
			route_prepare(site, &last_step_end);
		else if (errno != EINTR)
			return EX_OSERR;
	}
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
	if (rc < 0)
		log_error("web: accounts: %s",
			  problem.len ? text_str(&problem) : err_str(rc));
	text_fini(&problem);
	return rc == 0 ? EX_OK : rc == ERR_CONFIG ? EX_CONFIG : EX_CANTCREAT;
}

/* Answer until a signal says stop. */
static int serve(struct generation **current,
		 const struct config_endpoint *endpoints, size_t count)
{
	struct render_pool *pool = NULL;
	struct server *server = NULL;
	struct accounts *accounts = NULL;
	struct site *site = NULL;
	struct text urls;
	sigset_t signals;
	int code = EX_OSERR;
	int rc;

	text_init(&urls);
	/* Blocked before any thread starts, so that only sigwait sees them. */
	(void)sigemptyset(&signals);
	(void)sigaddset(&signals, SIGTERM);
	(void)sigaddset(&signals, SIGINT);
	(void)sigaddset(&signals, SIGHUP);
	(void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	if (site_new(&site, *current, NULL) < 0 ||
	    render_pool_new(&pool, &render_pool_defaults) < 0)
		goto out;
	site_set_render_pool(site, pool);
	code = open_accounts((*current)->config, &accounts);
	if (code != EX_OK)
		goto out;
	site_set_accounts(site, accounts);
	rc = server_start(&server, site, endpoints, count, &urls);
	if (rc < 0) {
		code = EX_UNAVAILABLE;
		goto out;
	}
	code = print(text_str(&urls));
	if (code == EX_OK)
		code = wait_for_signals(&signals, site, server, current);
out:
	/* What is still being drawn is given up, so that nobody waits. */
	render_pool_stop(pool);
	accounts_stop(accounts);
	server_stop(server);
	render_pool_free(pool);
	site_free(site);
	accounts_close(accounts);
	text_fini(&urls);
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
	return o->check_only ? EX_OK : serve(current, endpoints, count);
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
	code = read_options(argc, argv, &options);
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
