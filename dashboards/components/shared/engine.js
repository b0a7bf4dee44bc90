// The engine in the browser. Its tables are made when a query first names them, one after the other.
import { initDB, query as runQuery, setParquetURLs, updateSearchPath } from '@evidence-dev/universal-sql/client-duckdb';
import { addBasePath } from '@evidence-dev/sdk/utils/svelte';
import { begin, isReleaseRemoved, reload } from './release.js';

const SCHEMA = 'cxhouse';
const known = new Set();
let preparing = Promise.resolve();

function prepare(sql) {
	const next = async () => {
		const { release, reports } = await begin();
		const wanted = reports.filter((name) => !known.has(name) && new RegExp(`\\b${name}\\b`).test(sql));
		await initDB();
		if (!wanted.length && known.size) return;
		await setParquetURLs({ [SCHEMA]: wanted.map((name) => `/data/${release}/tables/${name}.parquet`) }, { append: true, addBasePath });
		if (!known.size) await updateSearchPath([SCHEMA]);
		wanted.forEach((name) => known.add(name));
	};
	preparing = preparing.then(next, next);
	return preparing;
}

export function query(sql, { callback = (rows) => rows } = {}) {
	return (async () => {
		try {
			await prepare(sql);
			return callback(await runQuery(sql));
		} catch (error) {
			if (await isReleaseRemoved()) await reload();
			throw error;
		}
	})();
}
