/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collector/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/err.h"
#include "util/number.h"
#include "util/utc.h"

#define DEFAULT_CONFIG "/etc/lanterne/lanterne.yaml"

enum {
	OPTION_CHECK = 256,
	OPTION_PRINT,
	OPTION_REPLAY,
	OPTION_TOTALS,
	OPTION_STORE,
	OPTION_JOURNAL,
	OPTION_REBUILD,
	OPTION_PROPOSE_PORTS,
	OPTION_HELP,
	OPTION_VERSION,
	OPTION_IMPORT,
	OPTION_MAP,
	OPTION_EXPORT,
	OPTION_FROM,
	OPTION_TO,
	OPTION_STEP,
	OPTION_FORMAT,
	OPTION_MAXIMUM,
};

static const struct option long_options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "check-config", no_argument, NULL, OPTION_CHECK },
	{ "print-config", no_argument, NULL, OPTION_PRINT },
	{ "replay", required_argument, NULL, OPTION_REPLAY },
	{ "totals", required_argument, NULL, OPTION_TOTALS },
	{ "store", no_argument, NULL, OPTION_STORE },
	{ "journal", required_argument, NULL, OPTION_JOURNAL },
	{ "rebuild", no_argument, NULL, OPTION_REBUILD },
	{ "propose-ports", no_argument, NULL, OPTION_PROPOSE_PORTS },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ "version", no_argument, NULL, OPTION_VERSION },
	{ "import", required_argument, NULL, OPTION_IMPORT },
	{ "map", required_argument, NULL, OPTION_MAP },
	{ "export", required_argument, NULL, OPTION_EXPORT },
	{ "from", required_argument, NULL, OPTION_FROM },
	{ "to", required_argument, NULL, OPTION_TO },
	{ "step", required_argument, NULL, OPTION_STEP },
	{ "format", required_argument, NULL, OPTION_FORMAT },
	{ "maximum", no_argument, NULL, OPTION_MAXIMUM },
	{ NULL, 0, NULL, 0 },
};

static const char help[] =
    "usage: lanterne-collector [-c FILE] [--check-config | "
    "--print-config]\n"
    "       lanterne-collector [-c FILE] --replay "
    "sflow|mirror:CAPTURE ...\n"
    "                          [--totals FILE|-] [--store]\n"
    "       lanterne-collector [-c FILE] --rebuild | "
    "--propose-ports\n"
    "       lanterne-collector [-c FILE] --import "
    "ixp-manager|mrtg|csv:PATH [--map FILE]\n"
    "       lanterne-collector [-c FILE] --export SERIES|all "
    "[--from T] [--to T]\n"
    "                          [--step S] [--maximum] "
    "[--format csv|jsonl]\n"
    "       lanterne-collector --journal FILE\n"
    "\n"
    "Counts the traffic of an exchange's members from sFlow or "
    "mirrored frames.\n"
    "\n"
    "  -c, --config FILE   the configuration "
    "(" DEFAULT_CONFIG ")\n"
    "  --check-config      read configuration and roster, say "
    "what is wrong or\n"
    "                      doubtful, and exit\n"
    "  --print-config      print the configuration with its "
    "defaults, and exit\n"
    "  --replay sflow:CAPTURE|mirror:CAPTURE ...\n"
    "                      read captures (pcap, pcapng, - for "
    "standard input) of\n"
    "                      sFlow datagrams or of mirrored frames "
    "instead of the\n"
    "                      network\n"
    "  --totals FILE|-     write what the replay came to as JSON; "
    "to "
    "standard output\n"
    "                      without this and --store\n"
    "  --store             also write journal and RRD files under "
    "state_dir\n"
    "  --rebuild           compare all files of state_dir with all "
    "that its journal\n"
    "                      has, mend them, and exit\n"
    "  --propose-ports     print the ports that were learned, to be "
    "pasted into the\n"
    "                      configuration, and exit\n"
    "  --import ixp-manager|mrtg|csv:PATH\n"
    "                      put history from elsewhere where the "
    "files know none, and\n"
    "                      exit; no collector may run\n"
    "  --map FILE          which series is what of it\n"
    "  --export SERIES|all print a series (member/as64500, "
    "port/sw1/1, exchange) or\n"
    "                      all of them, from --from to --to "
    "(2026-03-01T00:00:00Z),\n"
    "                      in rows of --step seconds or the "
    "shortest, means or\n"
    "                      --maximum, as csv or jsonl, and exit\n"
    "  --journal FILE      print a file of state_dir/journal, a "
    "JSON object per\n"
    "                      record, and exit\n"
    "  --help, --version\n"
    "\n"
    "Without --replay it receives from the network until SIGTERM "
    "or SIGINT.\n"
    "Exit codes: 0, 64 usage, 65 not a capture or journal, or a "
    "file "
    "to import is\n"
    "damaged, 66 file missing,\n"
    "69 cannot listen, 73 state_dir holds data of that time, 74 "
    "input or output,\n"
    "78 configuration.\n";

const char *options_help(void)
{
	return help;
}

static int usage(const char *problem, const char *what)
{
	(void)fprintf(stderr,
		      "lanterne-collector: %s%s%s\n"
		      "Try 'lanterne-collector --help'.\n",
		      problem, what ? ": " : "", what ? what : "");
	return ERR_SYNTAX;
}

/* "sflow:FILE" to FILE. */
static int add_capture(struct options *o, const char *argument)
{
	static const char *const kinds[] = { "sflow:", "mirror:" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		size_t len = strlen(kinds[i]);
		bool is_mirror = i == 1;

		if (strncmp(argument, kinds[i], len) != 0 ||
		    argument[len] == '\0')
			continue;
		o->is_mirror[o->capture_count] = is_mirror;
		o->wants_mirror = o->wants_mirror || is_mirror;
		o->captures[o->capture_count++] = argument + len;
		return 0;
	}
	return usage("not a capture to replay, expected sflow:CAPTURE or "
		     "mirror:CAPTURE",
		     argument);
}

/* "csv:PATH" to kind and path. */
static int set_import(struct options *o, const char *argument)
{
	static const struct {
		const char *prefix;
		enum import_kind kind;
	} kinds[] = {
		{ "ixp-manager:", IMPORT_IXP_MANAGER },
		{ "mrtg:", IMPORT_MRTG },
		{ "csv:", IMPORT_CSV },
	};

	if (o->import.path)
		return usage("only one --import at a time", argument);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		size_t len = strlen(kinds[i].prefix);

		if (strncmp(argument, kinds[i].prefix, len) != 0 ||
		    argument[len] == '\0')
			continue;
		o->import.kind = kinds[i].kind;
		o->import.path = argument + len;
		return 0;
	}
	return usage("nothing to import, expected ixp-manager:PATH, mrtg:PATH "
		     "or csv:PATH",
		     argument);
}

static int set_time(int64_t *to, const char *argument)
{
	return utc_parse(argument, strlen(argument), to) == 0
		   ? 0
		   : usage("not a time, expected one as 2026-03-01T00:00:00Z",
			   argument);
}

/* What goes with --export. */
static int set_export(struct options *o, int option, const char *argument)
{
	struct series_export *series = &o->export.series;

	o->has_export_options = true;
	switch (option) {
	case OPTION_FROM:
		return set_time(&series->from_s, argument);
	case OPTION_TO:
		return set_time(&series->to_s, argument);
	case OPTION_STEP:
		return number_u32(argument, strlen(argument), UINT32_MAX,
				  &series->row_s) == 0 &&
			       series->row_s > 0
			   ? 0
			   : usage("not a number of seconds", argument);
	case OPTION_FORMAT:
		if (strcmp(argument, "jsonl") == 0)
			series->format = SERIES_JSONL;
		else if (strcmp(argument, "csv") == 0)
			series->format = SERIES_CSV;
		else
			return usage("no format, expected csv or jsonl",
				     argument);
		return 0;
	default:
		series->consolidation = CONSOLIDATION_MAXIMUM;
		return 0;
	}
}

static int set_mode(struct options *o, enum options_mode mode)
{
	if (o->mode != MODE_LIVE && o->mode != mode)
		return usage(
		    "only one of --check-config, --print-config, "
		    "--replay, --rebuild, --propose-ports, --import, --export, "
		    "--journal at a time",
		    NULL);
	o->mode = mode;
	return 0;
}

static int take(struct options *o, int option, char **argv)
{
	int rc;

	switch (option) {
	case 'c':
		o->config = optarg;
		return 0;
	case OPTION_CHECK:
		return set_mode(o, MODE_CHECK_CONFIG);
	case OPTION_PRINT:
		return set_mode(o, MODE_PRINT_CONFIG);
	case OPTION_REPLAY:
		rc = set_mode(o, MODE_REPLAY);
		return rc < 0 ? rc : add_capture(o, optarg);
	case OPTION_TOTALS:
		o->totals = optarg;
		return 0;
	case OPTION_STORE:
		o->store = true;
		return 0;
	case OPTION_REBUILD:
		return set_mode(o, MODE_REBUILD);
	case OPTION_PROPOSE_PORTS:
		return set_mode(o, MODE_PROPOSE_PORTS);
	case OPTION_JOURNAL:
		if (o->journal)
			return usage("only one --journal at a time", optarg);
		o->journal = optarg;
		return set_mode(o, MODE_JOURNAL);
	case OPTION_IMPORT:
		rc = set_mode(o, MODE_IMPORT);
		return rc < 0 ? rc : set_import(o, optarg);
	case OPTION_MAP:
		o->import.map = optarg;
		return 0;
	case OPTION_EXPORT:
		if (o->export.name)
			return usage("only one --export at a time", optarg);
		o->export.name = optarg;
		return set_mode(o, MODE_EXPORT);
	case OPTION_FROM:
	case OPTION_TO:
	case OPTION_STEP:
	case OPTION_FORMAT:
	case OPTION_MAXIMUM:
		return set_export(o, option, optarg);
	case ':':
		return usage("an argument is missing behind", argv[optind - 1]);
	default:
		return usage("unknown option", argv[optind - 1]);
	}
}

static bool is_final(enum options_mode mode)
{
	return mode == MODE_HELP || mode == MODE_VERSION;
}

static int take_all(struct options *o, int argc, char **argv)
{
	int rc = 0;

	opterr = 0;
	while (rc == 0 && !is_final(o->mode)) {
		/* NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread */
		int option = getopt_long(argc, argv, ":c:", long_options, NULL);

		if (option == -1)
			break;
		if (option == OPTION_HELP)
			o->mode = MODE_HELP;
		else if (option == OPTION_VERSION)
			o->mode = MODE_VERSION;
		else
			rc = take(o, option, argv);
	}
	for (; rc == 0 && !is_final(o->mode) && optind < argc; optind++)
		rc = o->mode == MODE_REPLAY
			 ? add_capture(o, argv[optind])
			 : usage("not expected here", argv[optind]);
	return rc;
}

/* What goes with which mode. */
static int check(const struct options *o)
{
	if (o->mode != MODE_REPLAY && (o->totals || o->store))
		return usage("--totals and --store go with --replay", NULL);
	if (o->mode != MODE_IMPORT && o->import.map)
		return usage("--map goes with --import", NULL);
	if (o->mode != MODE_EXPORT && o->has_export_options)
		return usage("--from, --to, --step, --format and --maximum go "
			     "with --export",
			     NULL);
	if (o->mode == MODE_EXPORT &&
	    o->export.series.from_s >= o->export.series.to_s)
		return usage("--from is not before --to", NULL);
	return 0;
}

int options_read(struct options *out, int argc, char **argv)
{
	struct options o = { .config = DEFAULT_CONFIG,
			     .export = { .series = { .to_s = INT64_MAX } } };
	int rc = -ENOMEM;

	o.captures = calloc((size_t)argc + 1, sizeof(*o.captures));
	o.is_mirror = calloc((size_t)argc + 1, sizeof(*o.is_mirror));
	if (o.captures && o.is_mirror)
		rc = take_all(&o, argc, argv);
	if (rc == 0 && !is_final(o.mode))
		rc = check(&o);
	/* A replay that is to leave nothing behind is run to be looked at. */
	if (o.mode == MODE_REPLAY && !o.totals && !o.store)
		o.totals = "-";
	if (rc < 0)
		options_fini(&o);
	else
		*out = o;
	return rc;
}

void options_fini(struct options *o)
{
	free(o->captures);
	free(o->is_mirror);
	o->captures = NULL;
	o->is_mirror = NULL;
}
