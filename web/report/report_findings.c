/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Stations and sources of a report, as JSON. */

#include "util/json_write.h"
#include "web/report/report.h"

static void put_place(struct json_writer *w, const char *key,
		      const struct station_entry *e)
{
	if (!e) {
		json_put_null(w, key);
		return;
	}
	json_put_object(w, key);
	json_put_string(w, "switch", e->switch_name);
	json_put_u64(w, "ifindex", e->ifindex);
	json_put_string(w, "port", e->port);
	json_put_i64(w, "first", e->first_s);
	json_put_i64(w, "last", e->last_s);
	json_put_u64(w, "samples", e->samples);
	json_end_object(w);
}

static void put_finding(struct json_writer *w, const struct findings_day *day,
			const struct station_finding *f)
{
	static const char *const words[] = { [STATION_NEW] = "new",
					     [STATION_GONE] = "gone",
					     [STATION_MOVED] = "moved" };
	const struct station_entry *e = findings_entry(f);
	char mac[MAC_TEXT_SIZE];
	char date[DATE_TEXT_SIZE];

	json_put_object(w, NULL);
	json_put_string(w, "mac", mac_format(e->mac, mac));
	json_put_string(w, "date", date_text(date, day->date));
	json_put_string(w, "what", words[f->change]);
	if (e->asn)
		json_put_u64(w, "asn", e->asn);
	else
		json_put_null(w, "asn");
	json_put_u64(w, "vlan", e->vlan);
	put_place(w, "now", f->now);
	put_place(w, "before", f->before);
	json_end_object(w);
}

static void put_stations(struct json_writer *w, const struct report *r)
{
	const struct findings *f = &r->basis->findings;

	json_put_object(w, "stations");
	json_put_u64(w, "days", f->day_count);
	json_put_u64(w, "days_compared", f->comparable);
	json_put_array(w, "changes");
	for (size_t i = 0; i < f->day_count; i++) {
		const struct station_changes *c = &f->days[i].changes;

		for (size_t k = 0; k < c->count; k++) {
			if (!r->member ||
			    findings_entry(&c->all[k])->asn == r->member->asn)
				put_finding(w, &f->days[i], &c->all[k]);
		}
	}
	json_end_array(w);
	json_end_object(w);
}

static void put_switches(struct json_writer *w, const struct source_days *s)
{
	json_put_array(w, "sources");
	for (size_t i = 0; i < s->switch_count; i++) {
		const struct source_switch *one = &s->switches[i];

		json_put_object(w, NULL);
		json_put_string(w, "switch", one->name);
		json_put_double(w, "datagrams", one->datagrams, 0);
		json_put_double(w, "lost_datagrams", one->lost, 0);
		json_put_double(w, "lost_share", one->lost_share, 6);
		json_put_double(w, "samples", one->samples, 0);
		json_put_double(w, "drops", one->drops, 0);
		json_put_double(w, "drop_share", one->drop_share, 6);
		json_put_u64(w, "known", one->known);
		json_put_u64(w, "slots", s->slots);
		json_end_object(w);
	}
	json_end_array(w);
}

static void put_calibration(struct json_writer *w, const struct source_days *s)
{
	static const char *const ways[] = { "in", "out" };

	json_put_array(w, "calibration");
	for (size_t i = 0; i < s->port_count; i++) {
		const struct source_port *p = &s->ports[i];

		json_put_object(w, NULL);
		json_put_string(w, "switch", p->switch_name);
		json_put_u64(w, "ifindex", p->ifindex);
		for (int way = 0; way < 2; way++) {
			json_put_object(w, ways[way]);
			json_put_double(w, "ratio", p->ways[way].ratio, 5);
			json_put_double(w, "samples_bytes",
					p->ways[way].compared[0], 0);
			json_put_double(w, "counters_bytes",
					p->ways[way].compared[1], 0);
			json_end_object(w);
		}
		json_end_object(w);
	}
	json_end_array(w);
}

void report_put_findings(struct json_writer *w, const struct report *report)
{
	put_stations(w, report);
	if (report->member)
		return;
	put_switches(w, &report->basis->findings.sources);
	put_calibration(w, &report->basis->findings.sources);
}
