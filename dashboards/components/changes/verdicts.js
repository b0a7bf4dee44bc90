// How changes are chosen and counted by the group of their verdict; the reports hold every word.

// The group a change is chosen by: how it was judged, or why it was not.
export function groupChange(change) {
	return change.verdict_group;
}

// The groups that occur, in their order.
function findGroups(changes) {
	const found = new Map(Array.from(changes ?? []).map((change) => [groupChange(change), change]));
	return [...found.values()].sort((one, other) => one.verdict_group_position - other.verdict_group_position);
}

// Buttons for the groups that occur.
export function listGroups(changes) {
	return [{ value: 'all', label: 'all' }, ...findGroups(changes).map((each) => ({ value: each.verdict_group, label: each.verdict_group_label }))];
}

// "2 helped, 1 hurt", in the order of the groups; only those asked for.
export function countGroups(changes, groups) {
	return findGroups(changes)
		.filter((each) => groups.includes(each.verdict_group))
		.map((each) => `${changes.filter((change) => groupChange(change) === each.verdict_group).length} ${each.verdict_group_text}`)
		.join(', ');
}

// "Average speed of answer at Call center", from a row of the effects.
export function nameFigure(row) {
	return row.touchpoint_name ? `${row.kpi_name} at ${row.touchpoint_name}` : (row.kpi_name ?? row.kpi_id);
}

// The width of the interval, to sort by.
export function measureMargin(row) {
	return row.effect_upper === null ? null : row.effect_upper - row.effect_lower;
}

export function keyFigure(row) {
	return `${row.kpi_id} ${row.touchpoint_id}`;
}
