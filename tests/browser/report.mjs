// SPDX-License-Identifier: GPL-2.0-or-later
// One line per check, and how many passed.

const WHY_LINES = 12;
const counts = { passed: 0, failed: 0 };

// Run a check, a function that throws (or whose promise does) if it fails.
export async function check(name, body) {
	try {
		await body();
		counts.passed++;
		console.log(`ok   ${name}`);
		return true;
	} catch (error) {
		counts.failed++;
		// The browser's own log may follow the first lines.
		const why = String(error?.message ?? error).trim().split("\n")
			.slice(0, WHY_LINES);
		console.log(`FAIL ${name}: ${why.join("\n     ")}`);
		return false;
	}
}

export function assert(holds, why) {
	if (!holds)
		throw new Error(typeof why === "function" ? why() : why);
}

export function equal(got, wanted, what) {
	assert(Object.is(got, wanted),
		`${what}: ${JSON.stringify(got)}, not ${JSON.stringify(wanted)}`);
}

// Print the sum. @return the exit code
export function finish() {
	console.log(`${counts.passed} passed, ${counts.failed} failed`);
	return counts.failed > 0 || counts.passed === 0 ? 1 : 0;
}
