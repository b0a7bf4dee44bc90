// Evidence's layout of the same name prerenders every page. This one belongs to pages that are built without data: it fetches what the
// fixed queries of a page answer, which the publish wrote, before the page is shown. Only queries that depend on a choice, and tables that
// can be searched, start the engine in the browser; it reads the tables that they name.
import { browser } from '$app/environment';
import { setTrackProxy } from '@evidence-dev/sdk/usql';
import { addBasePath } from '@evidence-dev/sdk/utils/svelte';
import { readAnswers } from '../components/shared/answers.js';
import { query } from '../components/shared/engine.js';
import { begin, isReleaseRemoved } from '../components/shared/release.js';

export const ssr = false;
export const prerender = false;
export const trailingSlash = 'always';

const pagesManifest = { label: 'Home', href: '/', children: {}, frontMatter: {}, isTemplated: false, isPage: true };

// What the layout shows: the answers of the page, or that there is no such page, or nothing because the address has to be loaded again.
async function fetchAnswers(path) {
	const { release } = await begin();
	const response = await fetch(addBasePath(`/data/${release}/pages${path}index.answers`));
	if (response.ok) return { data: readAnswers(await new Response(response.body.pipeThrough(new DecompressionStream('gzip'))).json()) };
	if (response.status !== 404) throw new Error(`the figures of ${path}: ${response.status}`);
	return (await isReleaseRemoved()) ? { isRemoved: true } : { isUnknown: true };
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
