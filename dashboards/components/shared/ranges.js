// A free range of days as a choice of the period: 2026-03-01..2026-03-31, both days included.
import { writable } from 'svelte/store';
import { query } from './engine.js';
import { RANGE_QUERY } from './range_query.js';

const FORM = /^(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})$/;
const DAY = 86400000;

// The tiles of the range that is chosen: for which period they are, the rows, whether they are still being summed, and what went wrong.
export const rangeTiles = writable({ period: null, rows: [], isReading: false, problem: null });

export const writeRange = (first, last) => `${first}..${last}`;

// First and last day; null when the period is no range, a day does not exist, or the days are not covered by data.
export function readRange(period, covered = undefined) {
	const [, first, last] = FORM.exec(period ?? '') ?? [];
	if (!first || first > last || !isDay(first) || !isDay(last)) return null;
	return covered && (first < covered.first_day || last > covered.last_day) ? null : { first, last };
}

function isDay(text) {
	const time = Date.parse(`${text}T00:00:00Z`);
	return !Number.isNaN(time) && writeDay(time) === text;
}

const readDay = (text) => Date.parse(`${text}T00:00:00Z`);
const writeDay = (time) => new Date(time).toISOString().slice(0, 10);
const shiftDays = (text, days) => writeDay(readDay(text) + days * DAY);

function shiftMonths(text, months) {
	const [year, month] = text.split('-').map(Number);
	return writeDay(Date.UTC(year, month - 1 + months, 1));
}

// The range, the days before it and the same days a year earlier, each as first day, last day and what it is summed from. Whole months are
// compared with whole months, other ranges with as many days before, and with those 52 weeks earlier, which have the same weekdays.
function planRange({ first, last }) {
	const after = shiftDays(last, 1);
	if (first.endsWith('-01') && after.endsWith('-01')) {
		const months = (Number(after.slice(0, 4)) - Number(first.slice(0, 4))) * 12 + Number(after.slice(5, 7)) - Number(first.slice(5, 7));
		const earlier = (count) => [shiftMonths(first, -count), shiftDays(shiftMonths(after, -count), -1), 'month'];
		return { now: [first, last, 'month'], before: earlier(months), year_before: earlier(12) };
	}
	const days = (readDay(after) - readDay(first)) / DAY;
	const grain = new Date(readDay(first)).getUTCDay() === 1 && days % 7 === 0 ? 'week' : 'day';
	const earlier = (count) => [shiftDays(first, -count), shiftDays(last, -count), grain];
	return { now: [first, last, grain], before: earlier(days), year_before: earlier(364) };
}

// A period before the first day with data has no figure to compare with.
function writeRow([first, last, grain], covered) {
	return first < covered.first_day ? 'null, null, null' : `'${first}', '${last}', '${grain}'`;
}

function writeQuery(range, covered) {
	const plan = planRange(range);
	return RANGE_QUERY.replace(/\$(now|before|year_before)/g, (_, which) => writeRow(plan[which], covered));
}

// Sums the range into `rangeTiles`; a later call wins over an earlier one that is still being summed.
export async function sumRange(period, covered) {
	const range = readRange(period, covered);
	if (!range) return rangeTiles.set({ period: null, rows: [], isReading: false, problem: null });
	let isLast = false;
	rangeTiles.update((known) => {
		isLast = known.period === period;
		return isLast ? known : { period, rows: [], isReading: true, problem: null };
	});
	if (isLast) return;
	const finish = (found) => rangeTiles.update((known) => (known.period === period ? { ...known, isReading: false, ...found } : known));
	try {
		const rows = await query(writeQuery(range, covered));
		finish({ rows: Array.from(rows, (row) => ({ ...row, n: row.n === null ? null : Number(row.n) })) });
	} catch (error) {
		console.error(error);
		finish({ problem: String(error?.message ?? error) });
	}
}

// The tiles of the chosen period: published ones, or of the range those for which the page has published ones.
export function pickTiles(tiles, period, summed) {
	const published = Array.from(tiles ?? []);
	if (!readRange(period)) return published.filter((tile) => tile.window_id === period);
	const name = (tile) => `${tile.touchpoint_id} ${tile.kpi_id}`;
	const known = new Set(published.map(name));
	return summed.period === period ? summed.rows.filter((tile) => known.has(name(tile))) : [];
}
