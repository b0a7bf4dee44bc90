// How the five segments are distinguished without colour: a number and a sign. Names, counts and values come from the reports.
const SIGNS = {
	champions: { number: '1', sign: '★' },
	quiet_fans: { number: '2', sign: '●' },
	opportunists: { number: '3', sign: '■' },
	passers_by: { number: '4', sign: '◇' },
	unknown: { number: '5', sign: '?' }
};

// A segment's number and sign; nothing for who is no customer yet or any more.
export function markSegment(segment) {
	const { number, sign } = SIGNS[segment] ?? {};
	return number ? `${number} ${sign}` : '';
}

// A segment's name behind its number and sign.
export function nameSegment(segment, name) {
	return `${markSegment(segment)} ${name}`.trim();
}

// The rows of the month-end that the page shows.
export function filterMonth(rows, inputs, field = 'month_end') {
	return Array.from(rows ?? []).filter((row) => row[field] === inputs?.segment_month);
}

// The rows of the calendar month that ends with the month-end that the page shows.
export function filterCostMonth(rows, inputs) {
	return Array.from(rows ?? []).filter((row) => row.cost_month.slice(0, 7) === inputs?.segment_month?.slice(0, 7));
}
