// Rows as CSV that a spreadsheet opens. A text that the spreadsheet would compute gets an apostrophe before it, because names come from data.
const FORMULA = /^[=+\-@\t\r]/;

export function writeCsv(rows) {
	const names = Object.keys(rows[0] ?? {});
	const lines = [names.map(writeCell), ...rows.map((row) => names.map((name) => writeCell(row[name])))];
	return lines.map((cells) => `${cells.join(',')}\r\n`).join('');
}

function writeCell(value) {
	if (value === null || value === undefined) return '';
	if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
	const text = String(value);
	return `"${(FORMULA.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
}
