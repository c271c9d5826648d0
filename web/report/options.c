/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/report/options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "util/log.h"
#include "util/number.h"

static const char usage[] =
    "usage: lanterne-report daily|weekly|monthly [-c FILE] [--date "
    "YYYY-MM-DD]\n"
    "                       [--asn N | --all] [--format FORMAT] [--lang CODE]\n"
    "                       [--out DIR] [--to ADDRESS]\n"
    "       lanterne-report billing [-c FILE] [--date YYYY-MM-DD] [--asn N]\n"
    "                       [--format csv|json] [--out DIR]\n"
    "       lanterne-report days [-c FILE] [--date FIRST] [--until LAST]\n"
    "                       [--asn N | --all] [--format csv|json] [--out DIR]\n"
    "       lanterne-report alerts [-c FILE] [--format text|json|mail]\n"
    "                       [--state FILE] [--lang CODE] [--to ADDRESS]\n"
    "                       [--out DIR | -- PROGRAM [ARGUMENT...]]\n"
    "       lanterne-report --help | --version\n"
    "\n"
    "What an exchange and its members carried on a day, in a week or a month;\n"
    "and what has gone wrong, or is well again, since the last time.\n"
    "\n"
    "  -c, --config FILE    configuration"
    " (default /etc/lanterne/lanterne.yaml)\n"
    "      --date DAY       a day of it (default: the last one that is over)\n"
    "      --until DAY      the last day\n"
    "      --asn N          of this member (default: of the exchange)\n"
    "      --all            of the exchange and of every member\n"
    "      --format FORMAT  text, csv, json, html or mail\n"
    "      --lang CODE      in this language\n"
    "      --out DIR        into files there instead of standard output\n"
    "      --to ADDRESS     the mail goes there alone\n"
    "      --state FILE     where alerts remembers what it has told\n"
    "      --help           this text\n"
    "      --version        the version\n";

enum option_id {
	DATE = 256,
	UNTIL,
	ASN,
	ALL,
	FORMAT,
	LANG,
	OUT,
	TO,
	STATE,
	HELP,
	VERSION
};

static const struct option known_options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "date", required_argument, NULL, DATE },
	{ "until", required_argument, NULL, UNTIL },
	{ "asn", required_argument, NULL, ASN },
	{ "all", no_argument, NULL, ALL },
	{ "format", required_argument, NULL, FORMAT },
	{ "lang", required_argument, NULL, LANG },
	{ "out", required_argument, NULL, OUT },
	{ "to", required_argument, NULL, TO },
	{ "state", required_argument, NULL, STATE },
	{ "help", no_argument, NULL, HELP },
	{ "version", no_argument, NULL, VERSION },
	{ NULL, 0, NULL, 0 },
};

static const char *const names[COMMAND_COUNT] = {
	[COMMAND_DAILY] = "daily",     [COMMAND_WEEKLY] = "weekly",
	[COMMAND_MONTHLY] = "monthly", [COMMAND_BILLING] = "billing",
	[COMMAND_DAYS] = "days",       [COMMAND_ALERTS] = "alerts",
};

const char *command_name(enum command command)
{
	return names[command];
}

static int say(const char *text)
{
	if (fputs(text, stdout) == EOF || fflush(stdout) == EOF)
		return EX_IOERR;
	return EX_OK;
}

static int take_date(const char *name, const char *text, struct date *to,
		     bool *said)
{
	if (date_parse(text, strlen(text), to) < 0) {
		log_error("--%s: found \"%s\", expected a day: 2026-11-25",
			  name, text);
		return EX_USAGE;
	}
	*said = true;
	return -1;
}

static int take_asn(const char *text, uint32_t *to)
{
	uint64_t asn;
	size_t skip = strncmp(text, "AS", 2) == 0 ? 2 : 0;

	if (number_u64(text + skip, strlen(text + skip), UINT32_MAX, &asn) <
		0 ||
	    asn == 0) {
		log_error("--asn: found \"%s\", expected an AS number: 64500",
			  text);
		return EX_USAGE;
	}
	*to = (uint32_t)asn;
	return -1;
}

/* An exit code, or -1 to go on. */
static int take_option(int c, struct options *o)
{
	switch (c) {
	case 'c':
		o->config_path = optarg;
		return -1;
	case DATE:
		return take_date("date", optarg, &o->date, &o->has_date);
	case UNTIL:
		return take_date("until", optarg, &o->until, &o->has_until);
	case ASN:
		return take_asn(optarg, &o->asn);
	case ALL:
		o->all = true;
		return -1;
	case FORMAT:
		o->format = optarg;
		return -1;
	case LANG:
		o->language = optarg;
		return -1;
	case OUT:
		o->out = optarg;
		return -1;
	case TO:
		o->to = optarg;
		return -1;
	case STATE:
		o->state = optarg;
		return -1;
	case HELP:
		return say(usage);
	case VERSION:
		return say("lanterne-report " LANTERNE_VERSION "\n");
	default:
		(void)fputs(usage, stderr);
		return EX_USAGE;
	}
}

static int take_command(struct options *o, const char *name)
{
	for (int i = 0; i < COMMAND_COUNT; i++) {
		if (strcmp(names[i], name) == 0) {
			o->command = (enum command)i;
			return -1;
		}
	}
	log_error("found \"%s\", expected daily, weekly, monthly, billing, "
		  "days or alerts",
		  name);
	return EX_USAGE;
}

static bool is_one_of(const char *word, const char *const *words)
{
	while (*words && strcmp(*words, word) != 0)
		words++;
	return *words != NULL;
}

struct formats {
	const char *const *names; /* the first is the command's own */
	const char *words;
};

static const struct formats *formats_of(enum command command)
{
	static const char *const all[] = { "text", "csv",  "json",
					   "html", "mail", NULL };
	static const struct formats reports = {
		all, "text, csv, json, html or mail"
	};
	static const char *const two[] = { "csv", "json", NULL };
	static const struct formats tables = { two, "csv or json" };
	static const char *const three[] = { "text", "json", "mail", NULL };
	static const struct formats alerts = { three, "text, json or mail" };

	switch (command) {
	case COMMAND_BILLING:
	case COMMAND_DAYS:
		return &tables;
	case COMMAND_ALERTS:
		return &alerts;
	default:
		return &reports;
	}
}

static int check_format(struct options *o)
{
	const struct formats *known = formats_of(o->command);

	if (!o->format)
		o->format = known->names[0];
	if (is_one_of(o->format, known->names))
		return -1;
	log_error("--format: found \"%s\", expected %s", o->format,
		  known->words);
	return EX_USAGE;
}

/* What only some commands know. */
static const char *find_stranger(const struct options *o)
{
	bool is_alerts = o->command == COMMAND_ALERTS;

	if (is_alerts && (o->has_date || o->asn || o->all))
		return "alerts are of now and of all: --date, --asn and --all "
		       "are for reports";
	if (!is_alerts && o->state)
		return "--state is for alerts alone";
	if (o->program && o->out)
		return "--out and a program do not go together";
	return NULL;
}

/* What does not go together. */
static int check(struct options *o)
{
	const char *problem = find_stranger(o);
	bool is_mail;
	int code = check_format(o);

	if (code >= 0)
		return code;
	is_mail = strcmp(o->format, "mail") == 0;
	if (problem)
		;
	else if (o->all && o->asn)
		problem = "--all and --asn do not go together";
	else if (o->all && !o->out && o->command != COMMAND_DAYS)
		problem = "--all makes many files and needs --out";
	else if (o->all && o->command == COMMAND_BILLING)
		problem = "billing is of all members already";
	else if (o->has_until && o->command != COMMAND_DAYS)
		problem = "--until is for days alone";
	else if (o->to && !is_mail)
		problem = "--to is for --format mail alone";
	else if (o->to && o->all)
		problem = "--to and --all do not go together: the recipients "
			  "file says who gets what";
	if (!problem)
		return -1;
	log_error("%s", problem);
	return EX_USAGE;
}

int report_options_read(struct options *o, int argc, char **argv)
{
	int code = -1;
	int c;

	*o = (struct options){ .config_path = "/etc/lanterne/lanterne.yaml" };
	/* NOLINTBEGIN(concurrency-mt-unsafe): there is one thread */
	while (code < 0 &&
	       (c = getopt_long(argc, argv, "c:", known_options, NULL)) != -1)
		code = take_option(c, o);
	/* NOLINTEND(concurrency-mt-unsafe) */
	if (code >= 0)
		return code;
	if (optind == argc) {
		(void)fputs(usage, stderr);
		return EX_USAGE;
	}
	code = take_command(o, argv[optind]);
	if (o->command == COMMAND_ALERTS && optind + 1 < argc &&
	    strcmp(argv[optind - 1], "--") == 0)
		o->program = &argv[optind + 1];
	else if (code < 0 && optind + 1 < argc) {
		log_error("unexpected argument: \"%s\"", argv[optind + 1]);
		code = EX_USAGE;
	}
	return code < 0 ? check(o) : code;
}
