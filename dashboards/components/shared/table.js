// How a reader arranges the rows of a table: the text to find, and the column to sort by.
export const AS_THEY_ARE = { find: '', key: null, isDown: false };

// Rows that hold the text in any of their values, sorted by the column; without one, in their own order. Rows without a value come last.
export function arrangeRows(rows, { find, key, isDown }) {
	const text = find.trim().toLowerCase();
	const found = text ? rows.filter((row) => Object.values(row).some((value) => typeof value === 'string' && value.toLowerCase().includes(text))) : rows;
	return key ? [...found].sort((left, right) => compareValues(left[key], right[key], isDown)) : found;
}

function compareValues(left, right, isDown) {
	const isLeftEmpty = left === null || left === undefined;
	const isRightEmpty = right === null || right === undefined;
	if (isLeftEmpty || isRightEmpty) return Number(isLeftEmpty) - Number(isRightEmpty);
	const order = typeof left === 'string' ? left.localeCompare(right) : Number(left) - Number(right);
	return isDown ? -order : order;
}

// The first click on a column sorts up, the second down, the third puts the rows back in their own order.
export function sortBy(arrangement, key) {
	if (arrangement.key !== key) return { ...arrangement, key, isDown: false };
	return arrangement.isDown ? { ...arrangement, key: null, isDown: false } : { ...arrangement, isDown: true };
}

// The value of aria-sort.
export function describeSort(arrangement, key) {
	if (arrangement.key !== key) return undefined;
	return arrangement.isDown ? 'descending' : 'ascending';
}
