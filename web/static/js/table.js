// SPDX-License-Identifier: GPL-2.0-or-later
// Tables (class "sortable") whose headings sort, and fields that filter their
// rows. Both are in the address, where the server finds them as well.
{
	const collator = new Intl.Collator(lanterne.language,
		{ numeric: true, sensitivity: "base" });

	// Put parameters into the address, or take those out that are empty.
	function keep(parameters) {
		const url = new URL(location.href);

		for (const [name, value] of Object.entries(parameters)) {
			if (value)
				url.searchParams.set(name, value);
			else
				url.searchParams.delete(name);
		}
		history.replaceState(history.state, "", url);
	}

	// A row and those that belong to it, which follow it.
	function groupsOf(table) {
		const groups = [];

		for (const row of table.tBodies[0].rows) {
			if (row.classList.contains("paste") && groups.length)
				groups.at(-1).push(row);
			else
				groups.push([row]);
		}
		return groups;
	}

	// As printf writes it.
	const numberOf = (text) => Number(text.replace(/inf$/, "Infinity"));

	// A cell's number (data-v), else its text; null where it has none.
	function valueOf(group, column) {
		const cell = group[0].cells[column];

		if (!cell)
			return null;
		if (cell.dataset.v === undefined)
			return cell.textContent.trim();
		const number = numberOf(cell.dataset.v);

		return Number.isNaN(number) ? null : number;
	}

	function compare(a, b) {
		return typeof a === "number" && typeof b === "number" ? a - b
			: collator.compare(a, b);
	}

	// What is unknown comes last, whichever way.
	function sort(table, head, order) {
		const sign = order === "desc" ? -1 : 1;
		const keyed = groupsOf(table).map((group) =>
			({ group, value: valueOf(group, head.cellIndex) }));

		keyed.sort((a, b) => {
			if (a.value === null || b.value === null)
				return (a.value === null) - (b.value === null);
			return sign * compare(a.value, b.value);
		});
		table.tBodies[0].append(...keyed.flatMap((k) => k.group));
		for (const other of head.parentElement.cells)
			other.removeAttribute("aria-sort");
		head.setAttribute("aria-sort",
			order === "desc" ? "descending" : "ascending");
	}

	const orders = { ascending: "asc", descending: "desc" };

	// By what name the address knows a column.
	function nameOf(head) {
		const link = head.querySelector("a[href*='sort=']");

		return head.dataset.sort ??
			(link && new URL(link.href).searchParams.get("sort"));
	}

	// How a column is sorted at first: as it is, as its link says, else numbers
	// downwards.
	function firstOrder(table, head) {
		const link = head.querySelector("a");
		const said = link && new URL(link.href).searchParams.get("order");
		const sample = groupsOf(table)
			.map((group) => valueOf(group, head.cellIndex))
			.find((value) => value !== null);

		return orders[head.getAttribute("aria-sort")] ?? said ??
			(typeof sample === "number" ? "desc" : "asc");
	}

	function press(table, head, first, event) {
		const now = orders[head.getAttribute("aria-sort")];
		const order = !now ? first : now === "asc" ? "desc" : "asc";

		event.preventDefault();
		sort(table, head, order);
		keep({ sort: nameOf(head), order });
	}

	// What is pressed: the server's link, else a button of our own.
	function handleOf(head) {
		const link = head.querySelector("a");
		const button = document.createElement("button");

		if (link)
			return link;
		button.type = "button";
		button.append(...head.childNodes);
		head.append(button);
		return button;
	}

	// Of a table that is cut short (data-whole) the server sorts all rows.
	function makeSortable(table) {
		if (table.dataset.whole)
			return;
		const asked = new URL(location.href).searchParams;

		for (const head of table.tHead.rows[0].cells) {
			const name = nameOf(head);

			if (!name)
				continue;
			const first = firstOrder(table, head);

			handleOf(head).addEventListener("click",
				(event) => press(table, head, first, event));
			if (name === asked.get("sort") && asked.get("order"))
				sort(table, head, asked.get("order"));
		}
	}

	// What the server looks at too: name and number.
	const name = (row) => [...row.cells].slice(0, 2)
		.map((cell) => cell.textContent).join(" AS");
	const plain = (words) => words.normalize("NFD")
		.replace(/\p{Diacritic}/gu, "").toLowerCase();

	function filter(table, wanted, count, wording) {
		// Columns have AS numbers without the letters.
		const words = plain(wanted).split(/\s+/).filter((word) => word)
			.map((word) => word.replace(/^as(?=\d)/, ""));
		let shown = 0;
		const groups = groupsOf(table);

		for (const group of groups) {
			const said = plain(group.map(name).join(" "));
			const fits = words.every((word) => said.includes(word));

			for (const row of group)
				row.hidden = !fits;
			shown += fits;
		}
		count.textContent = words.length === 0 ? ""
			: wording.replace("{shown}", shown)
				.replace("{all}", groups.length);
	}

	// The rows that the server left out.
	async function fetchAll(table, parameter) {
		const url = new URL(table.dataset.whole ?? location, location);

		url.searchParams.delete(parameter);
		const response = await fetch(url);
		const page = new DOMParser().parseFromString(
			await response.text(), "text/html");
		const whole = page.getElementById(table.id);

		if (whole)
			table.tBodies[0].replaceWith(whole.tBodies[0]);
	}

	function makeFilter(input) {
		const table = document.getElementById(input.dataset.filter);

		if (!table)
			return;
		const count = document.createElement("output");
		let isWhole = input.defaultValue === "" && !table.dataset.whole;

		count.className = "count";
		count.setAttribute("role", "status");
		(input.form?.querySelector("button") ?? input).after(count);
		input.addEventListener("input", async () => {
			if (!isWhole) {
				isWhole = true;
				await fetchAll(table, input.name);
			}
			filter(table, input.value, count, input.dataset.counted);
			keep({ [input.name]: input.value.trim() });
		});
		input.form?.addEventListener("submit", (event) => {
			event.preventDefault();
		});
	}

	for (const table of document.querySelectorAll("table.sortable"))
		makeSortable(table);
	for (const input of document.querySelectorAll("input[data-filter]"))
		makeFilter(input);
}
