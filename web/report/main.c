/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * lanterne-report — what was carried on a day, in a week or a month, for cron.
 * Reads what the collector stored; writes reports, and nothing else.
 */

#include <sys/stat.h>
#include <sysexits.h>

#include "web/report/alert_run.h"
#include "web/report/billing.h"
#include "web/report/days.h"
#include "web/report/run.h"

static int run(struct exchange *exchange, const struct options *o)
{
	switch (o->command) {
	case COMMAND_DAILY:
	case COMMAND_WEEKLY:
	case COMMAND_MONTHLY:
		return run_reports(exchange, o);
	case COMMAND_BILLING:
		return run_billing(exchange, o);
	case COMMAND_DAYS:
		return run_days(exchange, o);
	case COMMAND_ALERTS:
		return run_alerts(exchange, o);
	case COMMAND_COUNT:
		break;
	}
	return EX_USAGE;
}

/* A member's report is for that member: nobody else may read it. */
enum { MASK = 027 };

int main(int argc, char **argv)
{
	struct exchange exchange;
	struct options o;
	int code = report_options_read(&o, argc, argv);

	(void)umask(umask(MASK) | MASK);
	if (code >= 0)
		return code;
	code = exchange_open(&exchange, o.config_path);
	if (code == EX_OK)
		code = run(&exchange, &o);
	exchange_close(&exchange);
	return code;
}
