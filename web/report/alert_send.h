/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LANTERNE_WEB_REPORT_ALERT_SEND_H
#define LANTERNE_WEB_REPORT_ALERT_SEND_H

/* alert_send — alerts on their way: to standard output, into files, or to the
 * standard input of a program, which is started only if there is something. */

#include "util/attr.h"
#include "web/report/alert_say.h"
#include "web/report/mail.h"
#include "web/report/options.h"

/* Who is told. */
struct alert_readers {
	struct mail_list mails;		 /* owned; if it is mail */
	const struct language *language; /* of all else */
};

/**
 * Who gets mails about alerts.
 * @param out  empty; to be freed with mail_list_fini in any case
 * @return an exit code; what is wrong was said
 */
MUST_CHECK int alert_send_address(struct mail_list *out,
				  const struct call *call,
				  const struct options *o,
				  const struct language *language);

/**
 * Send what has changed, in the format that is asked for.
 *
 * @param report   of the whole exchange
 * @param is_told  whether it is to be remembered as told: all of it has
 *                 arrived, or one mail at least; to tell it again would be to
 *                 tell somebody twice, and for as long as another one fails
 * @return an exit code; EX_OK: all of it has arrived; what is wrong was said
 */
MUST_CHECK int alert_send(const struct alert_report *report,
			  const struct options *o,
			  const struct alert_readers *readers, bool *is_told);

#endif
