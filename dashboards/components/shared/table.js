// How a reader arranges the rows of a table: the text to find, and the column to sort by.
import { formatCount, formatFigure } from './figures.js';

export const AS_THEY_ARE = { find: '', key: null, isDown: false };

// A column of a table is { key, label } and, where needed,
//   text or unit or write(row): the report column that holds its text, the unit of its value, or what makes its text; else the value as it is
//   order(row): what it sorts by, where that is no column of the report; isFixed: it cannot be sorted
//   isNumber: it stands at the right; isLine: on a phone it has a line of its own; sign: stands for the label on a phone

// Rows that hold the text in one of their cells, sorted by the raw value of the column; without one, in their own order. Rows without a value come
// last.
export function arrangeRows(rows, { find, key, isDown }, columns) {
	const text = simplify(find);
	const found = text ? rows.filter((row) => readTexts(row, columns).some((each) => simplify(each).includes(text))) : rows;
	if (key === null) return found;
	const order = columns.find((column) => column.key === key)?.order ?? ((row) => row[key]);
	return [...found].sort((left, right) => compareValues(order(left), order(right), isDown));
}

// The text of a cell.
export function writeText(row, { key, text, unit, write }) {
	if (write) return write(row) ?? '';
	const value = row[text ?? key];
	if (value === null || value === undefined) return '';
	if (typeof value !== 'number' && typeof value !== 'bigint') return String(value);
	return unit ? formatFigure(Number(value), unit) : formatCount(value);
}

// Texts that stand in one cell; those that are missing are left out.
export function joinTexts(...texts) {
	return texts.filter(Boolean).join(' ');
}

function readTexts(row, columns) {
	return columns.map((column) => writeText(row, column));
}

// Spaces of any kind and length are the same to a reader, and so are capitals.
function simplify(text) {
	return text.trim().toLowerCase().replace(/\s+/g, ' ');
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
