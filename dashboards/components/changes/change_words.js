import { formatFigure } from '../shared/figures.js';
import { groupChange } from './verdicts.js';

// A change's stage and origin in words.
const STAGES = {
	plan: 'planned: has not started',
	do: 'in effect: too early to judge',
	check: 'due to be judged',
	act: 'judged'
};
const ORIGINS = { file: 'a file in the company folder', command: 'the command line', form: 'the form in Airflow', source: "a source's change log", automatic: 'the data themselves' };

export function describeStage(status) {
	return STAGES[status] ?? status;
}

export function describeOrigin(origin) {
	return ORIGINS[origin] ?? String(origin).replace(/^import_/, 'an import from ');
}

// What the owner expects of the change, in the KPI's own unit as it was recorded.
export function describeExpectation(change) {
	if (!change.expected_direction) return 'no expectation recorded';
	if (change.expected_size === null) return change.expected_direction;
	const size = formatFigure(change.expected_size, change.primary_kpi_unit).replace(/^[+-]/, '').replace(' %', ' percentage points');
	return `${change.expected_direction} by ${size}`;
}

// The changes that the filter bar, the status buttons and the verdict buttons leave.
export function pickChanges(changes, inputs) {
	const choose = (name) => (typeof inputs?.[name] === 'string' ? inputs[name] : 'all');
	const [department, status, verdict] = ['department', 'status', 'verdict'].map(choose);
	return Array.from(changes ?? []).filter(
		(change) =>
			(department === 'all' || change.owner_department === department) &&
			(status === 'all' || change.status === status) &&
			(verdict === 'all' || groupChange(change) === verdict)
	);
}

// The page of a change.
export function linkChange(id) {
	return `/changes/${encodeURIComponent(id)}/`;
}

// The list's parts, in the order in which they need somebody. Automatic annotations are kept apart.
const PARTS = [
	['overdue', 'Overdue'],
	['waiting', 'Waiting'],
	['judged', 'Judged'],
	['explored', 'Made without a plan'],
	['not judged', 'Not judged']
];

export function divideChanges(changes) {
	const own = changes.filter((change) => change.stage !== 'automatic');
	const place = (change) => (change.is_overdue ? 'overdue' : change.stage);
	return PARTS.map(([part, title]) => ({ part, title, rows: own.filter((change) => place(change) === part) })).filter(({ rows }) => rows.length);
}

// Rows by the change they belong to, in their order.
export function groupByChange(rows) {
	const groups = new Map();
	for (const row of rows ?? []) groups.set(row.change_id, [...(groups.get(row.change_id) ?? []), row]);
	return groups;
}

// Figures of the table of visible effects that the filters leave.
export function pickVisible(rows, inputs) {
	const choose = (name) => (typeof inputs?.[name] === 'string' ? inputs[name] : 'all');
	return Array.from(rows ?? []).filter(
		(row) => (choose('department') === 'all' || row.owner_department === choose('department')) && (choose('place') === 'all' || row.touchpoint_id === choose('place'))
	);
}
