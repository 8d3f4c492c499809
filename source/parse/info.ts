import {InfoReply} from '../domain/info-reply.js';
import {sanitize} from '../text/sanitize.js';
import {InfoSection} from './info-section.js';

/** Section names by their headings: a few dozen, the same in every reply. */
const names = new Map<string, string>();
const namesKept = 200;

function nameOf(heading: string): string {
	const known = names.get(heading);
	if (known !== undefined) {
		return known;
	}

	const name = sanitize(heading).trim().toLowerCase();
	if (names.size < namesKept) {
		// A copy: a part of the reply would keep the whole of it.
		names.set(Buffer.from(heading).toString(), Buffer.from(name).toString());
	}

	return name;
}

/**
An INFO reply by section. Total: whatever the text, it takes the lines that read `field:value` and leaves the others.

Lines before any `# Section` go to the section `''`. A section that comes twice is merged, the later value of a field
winning. A heading alone makes an empty section: `# Keyspace` of a server without keys.
*/
export function parseInfo(reply: string): InfoReply {
	const sections = new Map<string, ReadonlyMap<string, string>>();
	// The reply itself is kept and cut: with a line feed before it, it would be there twice.
	let heading = reply.startsWith('#') ? 0 : afterLineFeed(reply.indexOf('\n#'));
	const untitled = heading === 0 ? '' : `\n${heading === -1 ? reply : reply.slice(0, heading)}`;
	if (/\n[^:\n]+:/.test(untitled)) {
		sections.set('', new InfoSection(untitled));
	}

	while (heading !== -1) {
		const lineFeed = reply.indexOf('\n', heading);
		const end = lineFeed === -1 ? reply.length : lineFeed;
		const name = nameOf(reply.slice(heading + 1, reply[end - 1] === '\r' ? end - 1 : end));
		const next = lineFeed === -1 ? -1 : reply.indexOf('\n#', end);
		const section = new InfoSection(reply.slice(end, next === -1 ? reply.length : next));
		const earlier = sections.get(name);
		sections.set(name, earlier === undefined ? section : new Map([...earlier, ...section]));
		heading = afterLineFeed(next);
	}

	return new InfoReply(sections, reply);
}

/** -1 stays. */
const afterLineFeed = (at: number): number => (at === -1 ? -1 : at + 1);
