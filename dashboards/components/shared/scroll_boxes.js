// Evidence's tables scroll sideways in a box that the keyboard does not reach in every browser. Here it becomes a stop with a name.
export function reachScrollBoxes(root) {
	const reach = () => {
		for (const box of root.querySelectorAll('.scrollbox:not([tabindex])')) {
			box.tabIndex = 0;
			box.setAttribute('role', 'region');
			box.setAttribute('aria-label', 'Table, can be scrolled sideways');
		}
	};
	const observer = new MutationObserver(reach);
	observer.observe(root, { childList: true, subtree: true });
	reach();
	return () => observer.disconnect();
}
