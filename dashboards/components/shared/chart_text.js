// What a chart says to a reader who does not see it. ECharts writes the text into the page, as the name of an image.
export function describeChart(options, text) {
	return { ...options, aria: { enabled: true, label: { description: text } } };
}

// The rows with the lowest and the highest value of a field, first ones of equal rows; nothing without a value.
export function findExtremes(rows, field) {
	const known = rows.filter((row) => row[field] !== null && row[field] !== undefined);
	const pick = (isBeyond) => known.reduce((found, row) => (found && !isBeyond(row[field], found[field]) ? found : row), undefined);
	return known.length ? { lowest: pick((value, found) => value < found), highest: pick((value, found) => value > found) } : undefined;
}
