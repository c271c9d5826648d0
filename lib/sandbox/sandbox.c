/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sandbox/sandbox.h"

#include <dirent.h>
#include <errno.h>
#include <sys/prctl.h>

#include "sandbox/parts.h"

#ifdef LANTERNE_SANITIZED
static const bool is_sanitized = true;
#else
static const bool is_sanitized = false;
#endif

/* As far as that can be told. */
static bool has_threads(void)
{
	DIR *folder = opendir("/proc/self/task");
	unsigned count = 0;

	if (!folder)
		return false;
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): a folder of our own */
	for (struct dirent *d; (d = readdir(folder));)
		count += d->d_name[0] != '.';
	(void)closedir(folder);
	return count > 1;
}

static int hide_memory(bool hides)
{
	return hides && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ? -errno : 0;
}

int sandbox_apply(const struct sandbox_rules *rules,
		  struct sandbox_state *state)
{
	int rc = has_threads() ? -EBUSY : 0;

	*state = (struct sandbox_state){ .step = "threads",
					 .is_sanitized = is_sanitized };
	if (rc == 0) {
		state->step = "capabilities";
		rc = rights_drop(rules->keeps_net_raw, &state->keeps_net_raw);
	}
	if (rc < 0 || is_sanitized)
		return rc;
	state->step = "memory";
	rc = hide_memory(rules->hides_memory);
	if (rc == 0) {
		state->step = "Landlock";
		rc = files_limit(rules, &state->landlock_abi);
	}
	if (rc == 0) {
		state->step = "seccomp";
		rc = calls_limit(rules->kind, rules->keeps_net_raw,
				 &state->calls);
	}
	return rc;
}

void sandbox_describe(const struct sandbox_state *state, struct text *out)
{
	text_add(out, state->keeps_net_raw ? "capabilities CAP_NET_RAW alone"
					   : "no capabilities");
	text_add(out, ", no new privileges");
	if (state->is_sanitized) {
		text_add(out, "; sanitizers: files and system calls are free");
		return;
	}
	if (state->landlock_abi > 0)
		text_addf(out, ", files by Landlock (ABI %d)",
			  state->landlock_abi);
	else
		text_add(out, "; this kernel has no Landlock that serves: "
			      "files are free");
	if (state->calls > 0)
		text_addf(out, ", %u system calls by seccomp", state->calls);
	else
		text_add(out, "; this kernel has no seccomp: system calls are "
			      "free");
}
