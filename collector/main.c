/* SPDX-License-Identifier: GPL-2.0-or-later */

/* lanterne-collector: arguments, configuration, then one of its modes. */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>

#include "collector/export.h"
#include "collector/import.h"
#include "collector/journal_print.h"
#include "collector/live.h"
#include "collector/options.h"
#include "collector/propose.h"
#include "collector/rebuild.h"
#include "collector/replay.h"
#include "collector/strays.h"
#include "collector/usable.h"
#include "store/rrd_guard.h"
#include "util/err.h"
#include "util/utc.h"
#include "util/zone.h"

static int exit_code(int rc)
{
	switch (rc) {
	case 0:
		return EX_OK;
	case ERR_SYNTAX:
		return EX_USAGE;
	case ERR_MALFORMED:
	case ERR_UNSUPPORTED:
		return EX_DATAERR;
	case -ENOENT:
	case -EACCES:
	case -EISDIR:
	case -ENOTDIR:
	case -ELOOP:
		return EX_NOINPUT;
	case -EADDRINUSE:
	case -EADDRNOTAVAIL:
		return EX_UNAVAILABLE;
	case ERR_EXISTS:
		return EX_CANTCREAT;
	case ERR_CONFIG:
		return EX_CONFIG;
	default:
		return EX_IOERR;
	}
}

/* What was printed is on its way, or it is said that it is not. */
static int finish_output(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	(void)fprintf(stderr, "lanterne-collector: standard output: %s\n",
		      err_str(-errno));
	return -EIO;
}

static int print_config(const struct config *config)
{
	struct text out;
	int rc;

	text_init(&out);
	config_print(config, &out);
	if (!text_ok(&out))
		(void)fputs("lanterne-collector: no memory\n", stderr);
	else
		(void)fputs(text_str(&out), stdout);
	rc = text_ok(&out) ? finish_output() : -ENOMEM;
	text_fini(&out);
	return rc;
}

static int print_journal(const char *path)
{
	int rc = journal_print(path, stdout);
	int printed = finish_output();

	return rc == 0 ? printed : rc;
}

static void summarise(const struct registry *r, const struct diagnostics *d)
{
	char next[UTC_TEXT_SIZE];

	(void)printf("%s: %u members, %zu MAC addresses, %u VLANs, %zu "
		     "switches, %u ports; %u warnings\n",
		     r->config->path, r->member_count, r->by_mac.count,
		     r->vlan_count, r->config->switch_count, r->port_count,
		     d->warnings);
	if (r->next_change_s)
		(void)printf("%s: membership changes next at %s\n",
			     r->config->path,
			     utc_format(r->next_change_s, next));
	if (r->config->mac_table_count)
		(void)printf("%s: %u addresses are from MAC tables alone\n",
			     r->config->path, r->table_station_count);
}

static int run(const struct options *options, struct generation *generation,
	       const struct diagnostics *d)
{
	const struct registry *registry = generation->registry;
	int rc;

	switch (options->mode) {
	case MODE_REPLAY:
		return replay(options, generation);
	case MODE_CHECK_CONFIG:
		summarise(registry, d);
		return finish_output();
	case MODE_PRINT_CONFIG:
		return print_config(registry->config);
	case MODE_REBUILD:
		rc = rebuild(registry);
		return finish_output() < 0 ? -EIO : rc;
	case MODE_PROPOSE_PORTS:
		rc = propose_ports(registry);
		return finish_output() < 0 ? -EIO : rc;
	case MODE_IMPORT:
		rc = import(registry, &options->import);
		return finish_output() < 0 ? -EIO : rc;
	case MODE_EXPORT:
		rc = export_series(registry, &options->export);
		return finish_output() < 0 ? -EIO : rc;
	case MODE_LIVE:
	case MODE_JOURNAL:
	case MODE_HELP:
	case MODE_VERSION:
		break;
	}
	return live(generation);
}

static int with_config(const struct options *options)
{
	struct generation *generation = NULL;
	struct diagnostics d;
	int rc;

	diagnostics_init(&d);
	/* A replay begins before any time that is said, and gets on. */
	rc = usable_load(
	    &generation,
	    &(struct registry_request){
		.wants_mirror = options->wants_mirror,
		.path = options->config,
		.at_s = options->mode == MODE_REPLAY ? 0 : (int64_t)time(NULL),
	    },
	    &d);
	if (rc == 0 && options->mode == MODE_CHECK_CONFIG)
		rc = strays_warn(generation->config, &d);
	(void)fputs(text_str(&d.text), stderr);
	if (rc < 0 && d.errors == 0)
		(void)fprintf(stderr, "lanterne-collector: %s: %s\n",
			      options->config, err_str(rc));
	if (rc == 0 && zone_use(generation->config->timezone) < 0) {
		(void)fprintf(stderr,
			      "lanterne-collector: no time zone of this name: "
			      "%s (package tzdata)\n",
			      generation->config->timezone);
		rc = ERR_CONFIG;
	}
	if (rc == 0)
		rc = run(options, generation, &d);
	generation_unref(generation);
	diagnostics_fini(&d);
	return rc;
}

/* A reload asked for while the first load runs comes after it. */
static void hold_reload(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGHUP);
	(void)pthread_sigmask(SIG_BLOCK, &set, NULL);
}

int main(int argc, char **argv)
{
	struct options options;
	int rc;

	/* What is stored is for its user and group: the web's. */
	(void)umask(umask(077) | 027);
	/* A reader that went away and a limit on file sizes are errors of the
	 * write that meets them, not the end of the collector. */
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN);
	/* So is a file that was cut, or whose disk is full, under librrd. */
	if (rrd_guard_install() < 0)
		(void)fputs("lanterne-collector: no guard against SIGBUS\n",
			    stderr);
	rc = options_read(&options, argc, argv);
	if (rc < 0)
		return exit_code(rc);
	if (options.mode == MODE_LIVE)
		hold_reload();
	if (options.mode == MODE_HELP)
		(void)fputs(options_help(), stdout);
	else if (options.mode == MODE_VERSION)
		(void)puts("lanterne-collector " LANTERNE_VERSION);
	if (options.mode == MODE_JOURNAL)
		rc = print_journal(options.journal);
	else if (options.mode == MODE_HELP || options.mode == MODE_VERSION)
		rc = finish_output();
	else
		rc = with_config(&options);
	options_fini(&options);
	return exit_code(rc);
}
