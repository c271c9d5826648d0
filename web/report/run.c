/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/report/run.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "store/daybook_file.h"
#include "util/err.h"
#include "util/log.h"
#include "web/languages.h"
#include "web/report/mail.h"
#include "web/report/output.h"
#include "web/report/progress.h"
#include "web/report/report.h"

enum { NAME_SIZE = 96, PAIRS_WITHIN_S = 3 * 3600 };

/* All that the reports of one command have in common. */
struct run {
	struct exchange *exchange;
	const struct options *o;
	struct report_basis basis;
	const struct language *language; /* NULL: as the recipient has it */
	struct mail_list mail;
	struct progress progress;
	unsigned written;
	unsigned unreadable; /* files that are damaged */
};

static bool has_book(const char *state_dir, enum daybook_kind kind,
		     struct date day)
{
	char path[PATH_MAX];

	return daybook_path(path, state_dir, kind, day) == 0 &&
	       access(path, R_OK) == 0;
}

static int refuse_early(const struct span *span, const char *why)
{
	log_error("%s: %s", span->name, why);
	return EX_TEMPFAIL;
}

int run_find_span(struct span *out, const struct exchange *exchange,
		  const struct options *o, enum span_kind kind)
{
	const char *state_dir = exchange->call.config->state_dir;
	int64_t now_s = exchange_now(exchange);
	int rc = o->has_date ? span_of(out, kind, o->date)
			     : span_last(out, kind, now_s);

	if (rc < 0) {
		log_error("--date: the exchange's time zone has no such day");
		return EX_USAGE;
	}
	if (now_s < out->to_s)
		return refuse_early(out, kind == SPAN_DAY
					     ? "this day is not over yet"
					     : "this time is not over yet");
	/* Its last day is closed: all of it is there, once its pairs are,
	 * whose book is made behind it, if there are any. */
	if (has_book(state_dir, DAYBOOK_DAY, date_add_days(out->end, -1)))
		return has_book(state_dir, DAYBOOK_PAIRS,
				date_add_days(out->end, -1)) ||
			       now_s > out->to_s + PAIRS_WITHIN_S
			   ? EX_OK
			   : refuse_early(out, "its pairs are not closed yet");
	if (exchange_stored(exchange) < out->to_s)
		return refuse_early(out, "not all of it is stored yet");
	return EX_OK;
}

int run_find_member(const struct member **out, const struct exchange *exchange,
		    const struct options *o)
{
	*out = NULL;
	if (o->asn == 0)
		return EX_OK;
	*out = registry_member(exchange->call.registry, o->asn);
	if (*out)
		return EX_OK;
	log_error("--asn: AS%u is no member", o->asn);
	return EX_USAGE;
}

/* "daily-2026-11-25-AS64500" */
static void name_of(char to[NAME_SIZE], const struct run *run,
		    const struct member *member)
{
	char who[16] = "exchange";

	if (member)
		(void)snprintf(who, sizeof(who), "AS%u", member->asn);
	(void)snprintf(to, NAME_SIZE, "%s-%s-%s",
		       span_kind_name(run->basis.span.kind),
		       run->basis.span.name, who);
}

int run_exit(int rc)
{
	return rc == 0		     ? EX_OK
	       : rc == ERR_NOT_FOUND ? EX_UNAVAILABLE
	       : rc == -ENOMEM	     ? EX_OSERR
	       : rc == ERR_STORE     ? EX_DATAERR
				     : EX_CANTCREAT;
}

/* Work a report out and hand it to what writes it down. */
static int write_report(struct run *run, const struct member *member)
{
	const struct report_format *format = report_format(run->o->format);
	struct report report;
	char name[NAME_SIZE];
	char file[NAME_SIZE + 8];
	struct text out;
	int rc = report_load(&report, &run->basis, member, run->language);

	if (rc < 0)
		return rc;
	name_of(name, run, member);
	(void)snprintf(file, sizeof(file), "%s.%s", name, format->suffix);
	text_init(&out);
	out.language = run->language;
	format->add(&out, &report);
	/* What was made while there were rows is better. */
	if (!report.total.is_booked || !output_exists(run->o->out, file))
		rc = output_put(run->o->out, file, &out);
	text_fini(&out);
	run->unreadable += report.unreadable > 0;
	report_fini(&report);
	run->written += rc == 0;
	return rc;
}

/* The same as a mail, for each language that somebody reads it in. */
static int write_mails(struct run *run, const struct member *member)
{
	char name[NAME_SIZE];
	int rc = 0;

	name_of(name, run, member);
	for (size_t i = 0; rc == 0 && i < run->mail.count; i++) {
		const struct mail_envelope *e = &run->mail.envelopes[i];
		/* A name hangs on the language alone, whoever else reads. */
		bool is_first =
		    e->language ==
		    languages_choose(run->exchange->call.config, NULL, NULL);
		struct report report;
		char file[NAME_SIZE + 16];
		struct text out;

		if (e->asn != (member ? member->asn : 0))
			continue;
		rc = report_load(&report, &run->basis, member, e->language);
		if (rc < 0)
			return rc;
		(void)snprintf(file, sizeof(file), "%s%s%s.eml", name,
			       is_first ? "" : "-",
			       is_first ? "" : e->language->code);
		text_init(&out);
		rc = mail_write(&out, &report, e);
		run->unreadable += report.unreadable > 0;
		if (rc == 0 && (!report.total.is_booked ||
				!output_exists(run->o->out, file)))
			rc = output_put(run->o->out, file, &out);
		text_fini(&out);
		report_fini(&report);
		run->written += rc == 0;
	}
	return rc;
}

/* What is damaged is left out, and told at the end. */
static int write_one(struct run *run, const struct member *member)
{
	int rc = strcmp(run->o->format, "mail") == 0
		     ? write_mails(run, member)
		     : write_report(run, member);

	if (rc != ERR_STORE)
		return rc;
	run->unreadable++;
	return 0;
}

/* Members of whom nothing is known have no report, which is no failure. */
static int write_all(struct run *run)
{
	const struct registry *registry = run->exchange->call.registry;
	int rc = write_one(run, NULL);
	bool missing = rc == ERR_NOT_FOUND;

	progress_begin(&run->progress, registry->member_count);
	for (uint32_t i = 0;
	     (rc == 0 || rc == ERR_NOT_FOUND) && i < registry->member_count;
	     i++) {
		rc = write_one(run, &registry->members[i]);
		missing |= rc == ERR_NOT_FOUND;
		progress_step(&run->progress);
	}
	progress_end(&run->progress);
	if (rc < 0 && rc != ERR_NOT_FOUND)
		return rc;
	return missing && run->written == 0 ? ERR_NOT_FOUND : 0;
}

static int choose_language(struct run *run)
{
	const struct options *o = run->o;

	run->language = o->language ? languages_of(o->language)
				    : run->exchange->call.language;
	if (run->language)
		return EX_OK;
	log_error("--lang: found \"%s\", expected en or fr", o->language);
	return EX_USAGE;
}

/* Who gets the mails. */
static int address(struct run *run, const struct member *member)
{
	const struct mail_request request = {
		.call = &run->exchange->call,
		.kind = run->basis.span.kind,
		.asn = member ? member->asn : 0,
		.all = run->o->all,
		.language = run->o->language ? run->language : NULL,
		.to = run->o->to,
	};

	if (strcmp(run->o->format, "mail") != 0)
		return EX_OK;
	return mail_address(&run->mail, &request, run->o->out == NULL);
}

static int write_reports(struct run *run, const struct member *member)
{
	int rc = run->o->all ? write_all(run) : write_one(run, member);

	if (rc == ERR_NOT_FOUND && member)
		log_error("%s: nothing is known of AS%u", run->basis.span.name,
			  member->asn);
	else if (rc == ERR_NOT_FOUND)
		log_error("%s: there is no data at all", run->basis.span.name);
	return rc == 0 && run->unreadable ? EX_DATAERR : run_exit(rc);
}

int run_reports(struct exchange *exchange, const struct options *o)
{
	static const enum span_kind kinds[] = { [COMMAND_DAILY] = SPAN_DAY,
						[COMMAND_WEEKLY] = SPAN_WEEK,
						[COMMAND_MONTHLY] =
						    SPAN_MONTH };
	struct run run = { .exchange = exchange, .o = o };
	const struct member *member = NULL;
	struct span span;
	int code = run_find_span(&span, exchange, o, kinds[o->command]);

	if (code == EX_OK)
		code = run_find_member(&member, exchange, o);
	if (code == EX_OK)
		code = choose_language(&run);
	if (code != EX_OK)
		return code;
	/* The report is as of its end, whenever it is made. */
	exchange->call.now_s = span.to_s;
	code = exchange_as_of(exchange, span.to_s - 1);
	if (code != EX_OK)
		return code;
	member =
	    member ? registry_member(exchange->call.registry, o->asn) : NULL;
	if (report_basis_load(&run.basis, &exchange->call, &span,
			      o->all || member) < 0)
		return EX_OSERR;
	code = address(&run, member);
	if (code == EX_OK)
		code = write_reports(&run, member);
	mail_list_fini(&run.mail);
	report_basis_fini(&run.basis);
	return code;
}
