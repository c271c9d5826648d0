/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "web/metrics_parts.h"

#include <math.h>
#include <sys/statvfs.h>

#include "util/process.h"

#define COUNTER EXPOSITION_COUNTER
#define GAUGE	EXPOSITION_GAUGE
#define WEB	"lanterne_web_"
#define DISK	"lanterne_state_dir_"

struct figure {
	struct exposition_family family;
	double value;
};

static void add_figures(struct metrics *m, const struct figure *figures,
			size_t count)
{
	for (size_t i = 0; i < count; i++)
		exposition_one(&m->e, &figures[i].family, figures[i].value,
			       (double)NAN);
}

static double known(uint64_t number)
{
	return number == UINT64_MAX ? (double)NAN : (double)number;
}

/* By the names that scrapers know of any process. */
static void add_process(struct metrics *m)
{
	struct process *process = site_process(m->call->site);
	struct process_figures f = process_read(process);
	const struct figure figures[] = {
		{ { "process_cpu_seconds", COUNTER, "seconds",
		    "Processor time of lanterne-web." },
		  f.cpu_s },
		{ { "process_resident_memory_bytes", GAUGE, "bytes",
		    "Resident memory of lanterne-web." },
		  known(f.resident_bytes) },
		{ { "process_virtual_memory_bytes", GAUGE, "bytes",
		    "Virtual memory of lanterne-web." },
		  known(f.virtual_bytes) },
		{ { "process_open_fds", GAUGE, NULL,
		    "Descriptors that lanterne-web has open." },
		  known(f.open_fds) },
		{ { "process_max_fds", GAUGE, NULL,
		    "Descriptors that it may have." },
		  known(f.max_fds) },
		{ { "process_start_time_seconds", GAUGE, "seconds",
		    "When lanterne-web started." },
		  site_started(m->call->site) },
	};

	if (process)
		add_figures(m, figures, sizeof(figures) / sizeof(figures[0]));
}

static void add_connections(struct metrics *m, const struct load *load)
{
	static const struct exposition_family ended = {
		WEB "ended_connections", COUNTER, NULL,
		"Connections that were ended, by why."
	};
	const struct connections_counters *c = &load->connections;
	const struct figure figures[] = {
		{ { WEB "connections", COUNTER, NULL,
		    "Connections that were accepted." },
		  (double)c->accepted },
		{ { WEB "open_connections", GAUGE, NULL, "Open connections." },
		  c->open },
		{ { WEB "max_connections", GAUGE, NULL,
		    "Connections that there may be." },
		  load->connections_max },
	};
	const struct {
		const char *why;
		uint64_t count;
	} ends[] = {
		{ "late_header", c->late[CONNECTION_HEADER] },
		{ "late_body", c->late[CONNECTION_BODY] },
		{ "late_answer", c->late[CONNECTION_ANSWER] },
		{ "over_address", c->over_address },
		{ "over_total", c->over_total },
	};

	add_figures(m, figures, sizeof(figures) / sizeof(figures[0]));
	exposition_begin(&m->e, &ended);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		const struct exposition_label label = { "why", ends[i].why };

		exposition_add_u64(&m->e,
				   (struct exposition_labels){ &label, 1 },
				   ends[i].count, (double)NAN);
	}
}

static void add_work(struct metrics *m, const struct load *load)
{
	const struct work_queue_counters *w = &load->work;
	const struct figure figures[] = {
		{ { WEB "malformed_requests", COUNTER, NULL,
		    "Requests refused as not well-formed." },
		  (double)load->malformed },
		{ { WEB "answers", COUNTER, NULL,
		    "Answers that were worked out." },
		  (double)w->done },
		{ { WEB "waiting_answers", GAUGE, NULL,
		    "Answers that wait to be worked out." },
		  w->waiting },
		{ { WEB "refused_answers", COUNTER, NULL,
		    "Answers refused for now: too many waited." },
		  (double)(w->refused_source + w->refused_full) },
		{ { WEB "abandoned_answers", COUNTER, NULL,
		    "Answers that nobody waited for any more." },
		  (double)load->gone },
		{ { WEB "certificate_end_timestamp_seconds", GAUGE, "seconds",
		    "When the TLS certificate ends." },
		  load->tls_until_s ? (double)load->tls_until_s : (double)NAN },
	};

	add_figures(m, figures, sizeof(figures) / sizeof(figures[0]));
}

static void add_images(struct metrics *m)
{
	struct render_pool *pool = site_render_pool(m->call->site);
	struct render_pool_counters c;

	if (!pool)
		return;
	c = render_pool_counters(pool);
	add_figures(
	    m,
	    (const struct figure[]){
		{ { WEB "images", COUNTER, NULL, "Images that were drawn." },
		  (double)c.drawn },
		{ { WEB "refused_images", COUNTER, NULL,
		    "Images refused for now: too many waited." },
		  (double)c.refused },
		{ { WEB "failed_images", COUNTER, NULL,
		    "Images that could not be drawn." },
		  (double)c.failed },
		{ { WEB "died_render_processes", COUNTER, NULL,
		    "Drawing processes that died or took too long." },
		  (double)(c.died + c.late) },
	    },
	    4);
}

static void add_disk(struct metrics *m)
{
	struct statvfs disk;
	double block;

	if (statvfs(m->call->config->state_dir, &disk) < 0)
		return;
	block = (double)disk.f_frsize;
	add_figures(
	    m,
	    (const struct figure[]){
		{ { DISK "size_bytes", GAUGE, "bytes",
		    "Size of the file system of state_dir." },
		  (double)disk.f_blocks * block },
		{ { DISK "free_bytes", GAUGE, "bytes",
		    "What of it is free for users without rights." },
		  (double)disk.f_bavail * block },
		{ { DISK "files", GAUGE, NULL,
		    "Files that it may hold; absent where it does not say." },
		  disk.f_files ? (double)disk.f_files : (double)NAN },
		{ { DISK "free_files", GAUGE, NULL, "How many more it may." },
		  disk.f_files ? (double)disk.f_favail : (double)NAN },
	    },
	    4);
}

static void add_build(struct metrics *m)
{
	static const struct exposition_family family = {
		"lanterne_build", EXPOSITION_INFO, NULL,
		"Which version of lanterne-web answers."
	};
	static const struct exposition_label label = { "version",
						       LANTERNE_VERSION };

	exposition_begin(&m->e, &family);
	exposition_add(&m->e, (struct exposition_labels){ &label, 1 }, 1,
		       (double)NAN);
}

static void add_configuration(struct metrics *m)
{
	struct text problem;
	struct site_reading reading;

	text_init(&problem);
	reading = site_reading(m->call->site, &problem);
	text_fini(&problem);
	add_figures(
	    m,
	    (const struct figure[]){
		{ { WEB "config_loaded_timestamp_seconds", GAUGE, "seconds",
		    "When the configuration in use was read." },
		  reading.loaded_s },
		{ { WEB "config_refused", GAUGE, NULL,
		    "Whether a later configuration was refused." },
		  reading.refused_s > 0 },
	    },
	    2);
}

/* Where the counters come from. */
static void add_counters(struct metrics *m)
{
	const struct cumulative *c = &m->counters;

	add_figures(
	    m,
	    (const struct figure[]){
		{ { "lanterne_counters_start_timestamp_seconds", GAUGE,
		    "seconds", "When counting began." },
		  c->since_s ? (double)c->since_s : (double)NAN },
		{ { "lanterne_counters_end_timestamp_seconds", GAUGE, "seconds",
		    "The end of the last step that is counted." },
		  c->end_s ? (double)c->end_s : (double)NAN },
		{ { "lanterne_counters_left_out", COUNTER, NULL,
		    "Entries of steps that found no room in the counters." },
		  (double)c->left_out },
	    },
	    3);
}

void metrics_add_self(struct metrics *m)
{
	struct load load;

	add_build(m);
	add_process(m);
	if (site_load(m->call->site, &load)) {
		add_connections(m, &load);
		add_work(m, &load);
	}
	add_images(m);
	add_disk(m);
	add_configuration(m);
	add_counters(m);
}
