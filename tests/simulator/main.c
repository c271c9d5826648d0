/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lanterne-simulator — an exchange that exists only in its sFlow and its
 * mirrors, and the exact truth about it. For the demo, tests, benchmarks and
 * soak runs.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "describe.h"
#include "mirror.h"
#include "model.h"
#include "net/ipaddr.h"
#include "options.h"
#include "run.h"
#include "sink.h"
#include "truth.h"
#include "util/err.h"
#include "util/file.h"

static int fail(int status, const char *what, int rc)
{
	(void)fprintf(stderr, "lanterne-simulator: %s: %s\n", what,
		      err_str(rc));
	return status;
}

/* Where the datagrams go; nowhere, if nobody asked for them. */
static int open_sink(const struct options *o, struct sink **out)
{
	struct ipaddr listen;
	uint16_t port;
	int rc =
	    ipaddr_parse_endpoint(o->listen, strlen(o->listen), &listen, &port);

	if (rc < 0)
		return fail(EX_USAGE, o->listen, rc);
	if (o->live)
		rc = sink_open_live(out, o->live, o->datagrams_per_second);
	else if (o->pcap)
		rc = sink_open_pcap(out, o->pcap, port);
	if (rc < 0)
		return fail(EX_CANTCREAT, o->live ? o->live : o->pcap, rc);
	return 0;
}

/* What the results are called in a complaint. */
static const char *results_of(const struct options *o)
{
	if (o->live)
		return o->live;
	return o->pcap ? o->pcap : o->mirror;
}

/* Let the exchange run into a sink and a mirror, then write the truth. */
static int simulate(const struct options *o, const struct model *m,
		    const char *folder)
{
	struct mirror *mirror = NULL;
	struct sink *sink = NULL;
	struct run run;
	int closed;
	int status = open_sink(o, &sink);
	int rc = 0;

	if (status == 0 && o->mirror) {
		rc = mirror_open(&mirror, m, o);
		if (rc < 0)
			status =
			    fail(rc == ERR_NOT_FOUND ? EX_USAGE : EX_CANTCREAT,
				 o->mirror, rc);
	}
	if (status != 0) {
		if (sink)
			(void)sink->close(sink);
		return status;
	}
	rc = run_init(&run, o, m, sink, mirror);
	if (rc == 0)
		rc = run_all(&run);
	if (rc == 0)
		rc = truth_write(&run, folder);
	closed = run_close(&run);
	if (rc == 0)
		rc = closed;
	return rc < 0 ? fail(EX_IOERR, results_of(o), rc) : 0;
}

int main(int argc, char **argv)
{
	char folder[PATH_MAX];
	struct options o;
	struct model m;
	int status = 0;
	int rc;

	if (options_read(&o, argc, argv) < 0)
		return EX_USAGE;
	if (o.help || o.version) {
		if (o.help)
			options_help();
		else
			(void)printf("lanterne-simulator %s\n",
				     LANTERNE_VERSION);
		return fflush(stdout) == 0 ? 0 : EX_IOERR;
	}
	/* a reader that went away is an error like any other */
	(void)signal(SIGPIPE, SIG_IGN);
	rc = file_make_directories(o.out);
	if (rc == 0 && !realpath(o.out, folder))
		rc = -errno;
	if (rc < 0)
		return fail(EX_CANTCREAT, o.out, rc);
	rc = model_build(&m, &o);
	if (rc < 0)
		return fail(EX_OSERR, "the exchange", rc);
	rc = describe_write(&m, &o, folder);
	if (rc < 0)
		status = fail(EX_CANTCREAT, folder, rc);
	else if (o.live || o.pcap || o.mirror)
		status = simulate(&o, &m, folder);
	model_free(&m);
	return status;
}
