/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "util/log.h"

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

int options_print(const char *text)
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
		return options_print(usage);
	case VERSION:
		return options_print("lanterne-web " LANTERNE_VERSION "\n");
	default:
		(void)fputs(usage, stderr);
		return EX_USAGE;
	}
}

int options_read(struct options *o, int argc, char **argv)
{
	int code = -1;
	int c;

	/* NOLINTBEGIN(concurrency-mt-unsafe): before any thread */

	while (code < 0 &&
	       (c = getopt_long(argc, argv, "c:", known_options, NULL)) != -1)
		code = take_option(c, o);
	/* NOLINTEND(concurrency-mt-unsafe) */
	if (code >= 0 || optind == argc)
		return code;
	log_error("unexpected argument: \"%s\"", argv[optind]);
	(void)fputs(usage, stderr);
	return EX_USAGE;
}
