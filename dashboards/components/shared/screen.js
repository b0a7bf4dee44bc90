// Whether the screen is as narrow as a phone's, where pages fold what is not the answer.
import { readable } from 'svelte/store';

export const isPhone = readable(false, (set) => {
	const narrow = window.matchMedia('(max-width: 860px)');
	const tell = () => set(narrow.matches);
	tell();
	narrow.addEventListener('change', tell);
	return () => narrow.removeEventListener('change', tell);
});
