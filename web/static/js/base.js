// SPDX-License-Identifier: GPL-2.0-or-later
// What the pages' scripts share. The files of this folder are served as one;
// each keeps its names in a block of its own, but for what it puts here.
"use strict";

const lanterne = {
	script: document.currentScript,
	language: document.documentElement.lang || "en",
};

{
	const prefixes = ["", "k", "M", "G", "T", "P", "E"];
	// Days before months, as the server writes dates.
	const locale = lanterne.language === "en" ? "en-GB" : lanterne.language;

	// A text of the server's, in the reader's language, its braces filled.
	lanterne.text = (name, values = {}) =>
		(lanterne.script.getAttribute(`data-${name}`) ?? "").replace(
			/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);

	const decimal = (value, digits) => value.toLocaleString(locale, {
		minimumFractionDigits: digits, maximumFractionDigits: digits,
		useGrouping: false });

	// Bit/s to three digits, as web/units.c writes them.
	lanterne.rate = (bits) => {
		let prefix = 0;

		if (!Number.isFinite(bits))
			return lanterne.text("unknown");
		for (; bits >= 999.5 && prefix < prefixes.length - 1; prefix++)
			bits /= 1000;
		const digits = prefix === 0 || bits >= 99.95 ? 0
			: bits >= 9.995 ? 1 : 2;

		return `${decimal(bits, digits)} ${prefixes[prefix]}bit/s`;
	};

	const formats = new Map();

	function formatOf(dayOnly) {
		if (!formats.has(dayOnly)) {
			const options = { day: "numeric", month: "short",
				year: "numeric" };

			if (!dayOnly)
				Object.assign(options, { hour: "2-digit",
					minute: "2-digit", hourCycle: "h23" });
			try {
				formats.set(dayOnly, new Intl.DateTimeFormat(locale,
					{ ...options, timeZone:
						lanterne.script.dataset.zone }));
			} catch { // a zone that the browser does not know
				formats.set(dayOnly, new Intl.DateTimeFormat(locale,
					{ ...options, timeZone: "UTC",
						timeZoneName: "short" }));
			}
		}
		return formats.get(dayOnly);
	}

	// A moment in seconds of the epoch, in the exchange's time.
	lanterne.time = (seconds, dayOnly = false) =>
		formatOf(dayOnly).format(new Date(seconds * 1000));
}
