// The answers of a page: for each query its columns, as [name, type in SQL, kind], and its rows. Times are milliseconds.
// The result is what Evidence's pages take as data that is there from the start: <query>_data and <query>_columns.
export function readAnswers({ queries }) {
	const data = {};
	for (const [name, { columns, rows }] of Object.entries(queries)) {
		data[`${name}_data`] = readRows(columns, rows);
		data[`${name}_columns`] = columns.map(([column_name, column_type]) => ({ column_name, column_type, nullable: 'YES' }));
	}
	return data;
}

function readRows(columns, rows) {
	const read = rows.map((row) => Object.fromEntries(columns.map(([name, , kind], at) => [name, kind === 'date' && row[at] !== null ? new Date(row[at]) : row[at]])));
	const types = columns.map(([name, , evidenceType]) => ({ name, evidenceType, typeFidelity: 'precise' }));
	Object.defineProperty(read, '_evidenceColumnTypes', { enumerable: false, value: types });
	return read;
}
