// The release that this tab began with, to the end; when it is no longer kept, the page is loaded again.
import { addBasePath } from '@evidence-dev/sdk/utils/svelte';

const SHELL = import.meta.env.VITE_CXHOUSE_SHELL;

async function fetchManifest() {
	const response = await fetch(addBasePath('/data/manifest.json'), { cache: 'no-cache' });
	if (!response.ok) throw new Error(`data/manifest.json: ${response.status}`);
	return response.json();
}

let beginning;

export function begin() {
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
export function reload() {
	window.location.reload();
	return new Promise(() => {});
}

export async function isReleaseRemoved() {
	const [now, { release }] = await Promise.all([fetchManifest(), begin()]);
	return !now.kept.includes(release);
}
