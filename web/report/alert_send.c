/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/report/alert_send.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "util/log.h"
#include "web/report/output.h"
#include "web/report/program.h"

enum { NAME_SIZE = 96, SUFFIX_SIZE = 32, TRIES = 1000, PROGRAM_MS = 60000 };

/* A name that no file has yet: what was not sent must not be replaced. */
static void name_file(char to[NAME_SIZE], const char *dir, int64_t at_s,
		      const char *suffix)
{
	time_t at = (time_t)at_s;
	char when[24] = "";
	struct tm tm;

	if (gmtime_r(&at, &tm))
		(void)strftime(when, sizeof(when), "%Y%m%dT%H%M%SZ", &tm);
	for (int i = 1; i < TRIES; i++) {
		char path[PATH_MAX];
		char again[12] = "";

		if (i > 1)
			(void)snprintf(again, sizeof(again), "-%d", i);
		(void)snprintf(to, NAME_SIZE, "alerts-%s%s%s", when, again,
			       suffix);
		if (!dir ||
		    snprintf(path, sizeof(path), "%s/%s", dir, to) >=
			(int)sizeof(path) ||
		    access(path, F_OK) < 0)
			return;
	}
}

static int put(const struct options *o, int64_t at_s, const char *suffix,
	       const struct text *text)
{
	char name[NAME_SIZE];

	if (!text_ok(text))
		return EX_OSERR;
	if (o->program)
		return program_feed(o->program, text, PROGRAM_MS) < 0 ? EX_IOERR
								      : EX_OK;
	name_file(name, o->out, at_s, suffix);
	if (output_put(o->out, name, text) == 0)
		return EX_OK;
	return o->out ? EX_CANTCREAT : EX_IOERR;
}

static int write_mail(struct text *out, const struct alert_report *report,
		      const struct mail_envelope *e)
{
	struct text subject;
	struct text body;
	struct mail_note note = {
		.call = report->call,
		.language = e->language,
		.to = e->to,
		.at_s = report->at_s,
	};
	int rc;

	text_init(&subject);
	text_init(&body);
	subject.language = body.language = e->language;
	alert_report_add_subject(&subject, report);
	alert_report_add_text(&body, report);
	(void)snprintf(note.name, sizeof(note.name), "alerts.%lld.%u",
		       (long long)report->at_s, report->asn);
	note.subject = text_str(&subject);
	note.body = text_str(&body);
	rc = text_ok(&subject) && text_ok(&body) ? mail_write_note(out, &note)
						 : -ENOMEM;
	text_fini(&subject);
	text_fini(&body);
	return rc;
}

static int write_and_put(const struct alert_report *report,
			 const struct options *o, const struct mail_envelope *e)
{
	char suffix[SUFFIX_SIZE] = "-exchange.eml";
	struct text mail;
	int code = EX_OSERR;

	if (e->asn)
		(void)snprintf(suffix, sizeof(suffix), "-AS%u.eml", e->asn);
	text_init(&mail);
	if (write_mail(&mail, report, e) == 0)
		code = put(o, report->at_s, suffix, &mail);
	text_fini(&mail);
	if (code != EX_OK)
		log_error("%s: alerts not sent", e->to);
	return code;
}

/* To each reader what is for that one, if anything is. One that fails keeps
 * nobody else from hearing of it. */
static int send_mails(const struct alert_report *whole, const struct options *o,
		      const struct mail_list *mails, bool *is_told)
{
	struct alert_report report = *whole;
	int code = EX_OK;
	size_t sent = 0;

	for (size_t i = 0; i < mails->count; i++) {
		int one;

		report.asn = mails->envelopes[i].asn;
		if (!alert_report_says(&report))
			continue;
		one = write_and_put(&report, o, &mails->envelopes[i]);
		if (one == EX_OK)
			sent++;
		else if (code == EX_OK)
			code = one;
	}
	*is_told = code == EX_OK || sent > 0;
	return code;
}

int alert_send(const struct alert_report *report, const struct options *o,
	       const struct alert_readers *readers, bool *is_told)
{
	bool is_json = strcmp(o->format, "json") == 0;
	struct text text;
	int code;

	*is_told = true;
	if (!alert_report_says(report))
		return EX_OK;
	if (strcmp(o->format, "mail") == 0)
		return send_mails(report, o, &readers->mails, is_told);
	text_init(&text);
	text.language = readers->language;
	if (is_json)
		alert_report_add_json(&text, report);
	else
		alert_report_add_text(&text, report);
	code = put(o, report->at_s, is_json ? ".json" : ".txt", &text);
	text_fini(&text);
	*is_told = code == EX_OK;
	return code;
}

int alert_send_address(struct mail_list *out, const struct call *call,
		       const struct options *o, const struct language *language)
{
	const struct mail_request request = {
		.call = call,
		.alerts = true,
		.all = true,
		.language = o->language ? language : NULL,
		.to = o->to,
	};
	int code;

	if (strcmp(o->format, "mail") != 0)
		return EX_OK;
	code = mail_address(out, &request, !o->out && !o->program);
	if (code == EX_OK && out->count == 0) {
		log_error("%s: nobody gets alerts: add a recipient, or say "
			  "--to",
			  call->config->reports.recipients);
		code = EX_CONFIG;
	}
	return code;
}
