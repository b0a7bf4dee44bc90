// Markup of what appears under the pointer. ECharts puts it into the page as it is, and names come from data: whatever stands in it is escaped.
const POINTER = { confine: true, borderColor: '#c8d0d9', textStyle: { color: '#1f2933', fontSize: 12 } };
const ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

class Markup {
	constructor(text) {
		this.text = text;
	}
}

function escapeText(value) {
	return value instanceof Markup ? value.text : String(value ?? '').replace(/[&<>"']/g, (sign) => ESCAPES[sign]);
}

// A template with markup of our own: markup`<b>${name}</b>`.
export function markup(strings, ...values) {
	return new Markup(strings.reduce((text, part, index) => text + escapeText(values[index - 1]) + part));
}

// One part below the other.
export function stackLines(parts) {
	return new Markup(parts.map(escapeText).join('<br>'));
}

// The coloured dot that ECharts itself made for a series.
export function trustMarker(marker) {
	return new Markup(marker ?? '');
}

// The tooltip of a chart. `describe` returns a text, which is escaped, or what the functions above make.
export function pointAt(trigger, describe, options = {}) {
	return { ...POINTER, trigger, ...options, formatter: (points) => escapeText(describe(points)) };
}
