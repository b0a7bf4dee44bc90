import { formatFigure } from './figures.js';

// A change's stage and origin in words.
const STAGES = {
	plan: 'planned: has not started',
	do: 'in effect: not to be judged yet, or without a plan to judge it by',
	check: 'to be judged: its evaluation date has come',
	act: 'judged, and acted upon'
};
const ORIGINS = { file: 'a file in the company folder', command: 'the command line', form: 'the form in Airflow', source: "a source's change log" };

export function describeStage(status) {
	return STAGES[status] ?? status;
}

export function describeOrigin(origin) {
	return ORIGINS[origin] ?? origin;
}

// What the owner expects of the change, in the KPI's own unit as it was recorded.
export function describeExpectation(change) {
	if (!change.expected_direction) return 'no expectation recorded';
	if (change.expected_size === null) return change.expected_direction;
	const size = formatFigure(change.expected_size, change.primary_kpi_unit).replace(/^[+-]/, '').replace(' %', ' percentage points');
	return `${change.expected_direction} by ${size}`;
}

// The changes that the filter bar and the status buttons leave.
export function pickChanges(changes, inputs) {
	const department = typeof inputs?.department === 'string' ? inputs.department : 'all';
	const status = typeof inputs?.status === 'string' ? inputs.status : 'all';
	return Array.from(changes ?? []).filter(
		(change) => (department === 'all' || change.owner_department === department) && (status === 'all' || change.status === status)
	);
}
