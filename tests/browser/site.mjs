// SPDX-License-Identifier: GPL-2.0-or-later
// A made exchange in a folder of its own, and lanterne-web that shows it.

import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync }
	from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const START_WITHIN_MS = 20000;
const REFRESH_MS = 15000;

// Both languages, whatever the made exchange has.
function speakBoth(file) {
	const config = readFileSync(file, "utf8");

	if (!config.includes("languages:"))
		writeFileSync(file, config.replace("exchange: {",
			"exchange: { languages: [en, fr],"));
}

export const password = "correct horse battery";

// With users instead of everything for everyone.
function addUsers(web, file) {
	const config = readFileSync(file, "utf8");

	// Not beside the configuration, which the program must not replace.
	mkdirSync(join(dirname(file), "accounts"));
	writeFileSync(file, config.replace("access: open",
		"users: accounts/users"));
	for (const user of [["ops", "--role", "operator"],
		["alice", "--role", "member", "--asn", "64500"]])
		execFileSync(web, ["-c", file, "--add-user", ...user],
			{ input: password + "\n", stdio: "pipe" });
}

// As a collector does that runs: its status is never old.
function keepFresh(file) {
	const status = JSON.parse(readFileSync(file, "utf8"));
	const now = Date.now() / 1000;

	status.written = now;
	status.last_step_end = Math.floor(now / 60) * 60;
	writeFileSync(file + ".new", JSON.stringify(status));
	renameSync(file + ".new", file);
}

function addressOf(web) {
	return new Promise((resolve, reject) => {
		let said = "";
		const late = setTimeout(
			() => reject(new Error("lanterne-web did not start")),
			START_WITHIN_MS);

		web.stdout.on("data", (data) => {
			said += data;
			const url = /^(http:\S+)\/$/m.exec(said);

			if (url) {
				clearTimeout(late);
				resolve(url[1]);
			}
		});
		web.on("exit", (code) => {
			clearTimeout(late);
			reject(new Error(`lanterne-web ended: ${code}`));
		});
	});
}

// Start both; programs.users: with users. @return { url, stop() }
export async function startSite(programs) {
	const dir = mkdtempSync(join(tmpdir(), "lanterne-browser-"));

	execFileSync(programs.makeExchange, [dir]);
	speakBoth(join(dir, "lanterne.yaml"));
	if (programs.users)
		addUsers(programs.web, join(dir, "lanterne.yaml"));
	const web = spawn(programs.web, ["-c", join(dir, "lanterne.yaml"),
		"--listen", "127.0.0.1:0"],
		{ stdio: ["ignore", "pipe", "inherit"] });
	const timer = setInterval(keepFresh, REFRESH_MS,
		join(dir, "status.json"));

	const stop = () => {
		clearInterval(timer);
		web.kill();
		rmSync(dir, { recursive: true, force: true });
	};

	try {
		return { url: await addressOf(web), stop };
	} catch (error) {
		stop();
		throw error;
	}
}
