// Evidence's layout of the same name prerenders every page. This one belongs to pages that are built without data: it fetches what the
// fixed queries of a page answer, which the publish wrote, before the page is shown. Only queries that depend on a choice, and tables that
// can be searched, start the engine in the browser; it reads the tables that they name.
import { browser } from '$app/environment';
import { initDB, query as runQuery, setParquetURLs, updateSearchPath } from '@evidence-dev/universal-sql/client-duckdb';
import { setTrackProxy } from '@evidence-dev/sdk/usql';
import { addBasePath } from '@evidence-dev/sdk/utils/svelte';
import { readAnswers } from '../components/shared/answers.js';

export const ssr = false;
export const prerender = false;
export const trailingSlash = 'always';

const SHELL = import.meta.env.VITE_CXHOUSE_SHELL;
const SCHEMA = 'cxhouse';
const pagesManifest = { label: 'Home', href: '/', children: {}, frontMatter: {}, isTemplated: false, isPage: true };

async function fetchManifest() {
	const response = await fetch(addBasePath('/data/manifest.json'), { cache: 'no-cache' });
	if (!response.ok) throw new Error(`data/manifest.json: ${response.status}`);
	return response.json();
}

// The release that this tab began with, to the end; when it is no longer kept, the page is loaded again.
let beginning;

function begin() {
	beginning ??= fetchManifest().then(
		(manifest) => {
			// the pages were replaced between their first file and this one: begin again, once
			const seen = sessionStorage.getItem('cxhouse-shell');
			if (manifest.shell === SHELL || seen === manifest.shell) return manifest;
			sessionStorage.setItem('cxhouse-shell', manifest.shell);
			return reload();
		},
		(error) => {
			beginning = undefined;
			throw error;
		}
	);
	return beginning;
}

// Loads this address again from the server; nothing after it is shown.
function reload() {
	window.location.reload();
	return new Promise(() => {});
}

async function isReleaseRemoved() {
	const [now, { release }] = await Promise.all([fetchManifest(), begin()]);
	return !now.kept.includes(release);
}

// What the layout shows: the answers of the page, or that there is no such page, or nothing because the address has to be loaded again.
async function fetchAnswers(path) {
	const { release } = await begin();
	const response = await fetch(addBasePath(`/data/${release}/pages${path}index.answers`));
	if (response.ok) return { data: readAnswers(await new Response(response.body.pipeThrough(new DecompressionStream('gzip'))).json()) };
	if (response.status !== 404) throw new Error(`the figures of ${path}: ${response.status}`);
	return (await isReleaseRemoved()) ? { isRemoved: true } : { isUnknown: true };
}

// The tables of the engine are made when a query first names them, one after the other.
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

function query(sql, { callback = (rows) => rows } = {}) {
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

function findPath(route, params) {
	return `${route}/`.replace(/\/+/g, '/').replace(/\[(\w+)\]/g, (_, name) => encodeURIComponent(params[name]));
}

/** @satisfies {import("./$types").LayoutLoad} */
export const load = async ({ route, params }) => {
	const inputs = setTrackProxy({ label: '', value: '(SELECT NULL WHERE 0 /* An Input has not been set */)' });
	let found = {};
	if (browser && route.id) {
		try {
			found = await fetchAnswers(findPath(route.id, params));
		} catch (error) {
			console.error(error);
			found = { problem: String(error?.message ?? error) };
		}
	}
	return {
		__db: { query, load: begin, updateParquetURLs: async () => {} },
		inputs,
		data: {},
		...found,
		customFormattingSettings: { customFormats: [] },
		isUserPage: true,
		evidencemeta: { queries: [] },
		pagesManifest
	};
};
