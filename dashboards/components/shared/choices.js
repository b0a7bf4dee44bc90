// The filter bar's choices: the same on every page, kept for the browser session and in the address, so that a view can be shared.
export const DEFAULTS = { journey: 'all', period: 'last_28_days', department: 'all' };
const KEY = 'cxhouse-choices';

// Reads what the filter bar wrote into the page's inputs; before it ran, the defaults.
export function readChoices(inputs) {
	return Object.fromEntries(Object.entries(DEFAULTS).map(([name, value]) => [name, typeof inputs?.[name] === 'string' ? inputs[name] : value]));
}

export function recallChoices() {
	const remembered = JSON.parse(sessionStorage.getItem(KEY) ?? '{}');
	const address = Object.fromEntries([...new URLSearchParams(window.location.search)].filter(([name]) => name in DEFAULTS));
	return { ...DEFAULTS, ...remembered, ...address };
}

export function rememberChoices(choices) {
	sessionStorage.setItem(KEY, JSON.stringify(choices));
	const url = new URL(window.location.href);
	for (const [name, value] of Object.entries(choices)) {
		if (value === DEFAULTS[name]) url.searchParams.delete(name);
		else url.searchParams.set(name, value);
	}
	return url;
}

// A choice that one page offers, as its address has it; null without one.
export function readAddress(name) {
	return new URLSearchParams(window.location.search).get(name);
}

// The address of this page with that choice.
export function writeAddress(name, value) {
	const url = new URL(window.location.href);
	url.searchParams.set(name, value);
	return url;
}

// One {value, label} per distinct value, in the order of the rows; rows without a value are left out.
export function listOptions(rows, value, label) {
	const seen = new Map();
	for (const row of rows ?? []) if (row[value] !== null && !seen.has(row[value])) seen.set(row[value], row[label]);
	return [...seen].map(([key, text]) => ({ value: key, label: text }));
}
