import {InfoReply} from '../domain/info-reply.js';
import {printableLines} from './printable-lines.js';

/**
An INFO reply by section. Total: whatever the text, it takes the lines that read `field:value` and leaves the others.

A line is split at its first `:` (paths, IPv6 addresses and `listener0` have more). Lines before any `# Section` go to
the section `''`. A section that comes twice is merged, the later value of a field winning. A heading alone makes an
empty section: `# Keyspace` of a server without keys.
*/
export function parseInfo(reply: string): InfoReply {
	const text = printableLines(reply);
	const sections = new Map<string, Map<string, string>>();
	let section: Map<string, string> | undefined;

	// Looked for again only once passed, so that a text of many lines without one stays linear.
	let colon = text.indexOf(':');
	for (let start = 0, next = 0; start < text.length; start = next) {
		const lineFeed = text.indexOf('\n', start);
		next = lineFeed === -1 ? text.length : lineFeed + 1;
		let end = lineFeed === -1 ? text.length : lineFeed;
		if (text[end - 1] === '\r') {
			end--;
		}

		if (text[start] === '#') {
			const heading = text.slice(start + 1, end).trim();
			section = sectionOf(sections, heading.toLowerCase());
			continue;
		}

		if (colon !== -1 && colon < start) {
			colon = text.indexOf(':', start);
		}

		if (colon > start && colon < end) {
			section ??= sectionOf(sections, '');
			section.set(text.slice(start, colon), text.slice(colon + 1, end));
		}
	}

	return new InfoReply(sections);
}

function sectionOf(sections: Map<string, Map<string, string>>, name: string): Map<string, string> {
	const known = sections.get(name);
	if (known !== undefined) {
		return known;
	}

	const section = new Map<string, string>();
	sections.set(name, section);
	return section;
}
