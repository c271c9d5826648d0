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
    "       lanterne-report --help | --version\n"
    "\n"
    "What an exchange and its members carried on a day, in a week or a month.\n"
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
	{ "help", no_argument, NULL, HELP },
	{ "version", no_argument, NULL, VERSION },
	{ NULL, 0, NULL, 0 },
};

static const char *const names[COMMAND_COUNT] = {
	[COMMAND_DAILY] = "daily",     [COMMAND_WEEKLY] = "weekly",
	[COMMAND_MONTHLY] = "monthly", [COMMAND_BILLING] = "billing",
	[COMMAND_DAYS] = "days",
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
	log_error("found \"%s\", expected daily, weekly, monthly, billing or "
		  "days",
		  name);
	return EX_USAGE;
}

static bool is_one_of(const char *word, const char *const *words)
{
	while (*words && strcmp(*words, word) != 0)
		words++;
	return *words != NULL;
}

static int check_format(struct options *o)
{
	static const char *const all[] = { "text", "csv",  "json",
					   "html", "mail", NULL };
	static const char *const tables[] = { "csv", "json", NULL };
	bool is_table =
	    o->command == COMMAND_BILLING || o->command == COMMAND_DAYS;

	if (!o->format)
		o->format = is_table ? "csv" : "text";
	if (is_one_of(o->format, is_table ? tables : all))
		return -1;
	log_error("--format: found \"%s\", expected %s", o->format,
		  is_table ? "csv or json" : "text, csv, json, html or mail");
	return EX_USAGE;
}

/* What does not go together. */
static int check(struct options *o)
{
	const char *problem = NULL;
	bool is_mail;
	int code = check_format(o);

	if (code >= 0)
		return code;
	is_mail = strcmp(o->format, "mail") == 0;
	if (o->all && o->asn)
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
	if (code < 0 && optind + 1 < argc) {
		log_error("unexpected argument: \"%s\"", argv[optind + 1]);
		code = EX_USAGE;
	}
	return code < 0 ? check(o) : code;
}
