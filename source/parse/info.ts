import {InfoReply} from '../domain/info-reply.js';
import {sanitize} from '../text/sanitize.js';
import {InfoSection} from './info-section.js';

/** Section names by their headings in INFO. All replies share these few dozen strings. */
const names = new Map<string, string>();
const namesKept = 200;

function nameOf(heading: string): string {
	const known = names.get(heading);
	if (known !== undefined) {
		return known;
	}

	const name = sanitize(heading).trim().toLowerCase();
	if (names.size < namesKept) {
		// Heading and name are copied: a substring of the reply would keep the whole reply in memory.
		names.set(Buffer.from(heading).toString(), Buffer.from(name).toString());
	}

	return name;
}

/**
Parses an INFO reply to its sections. Never throws: lines that don't read `field:value` are ignored.

Lines before the first `# Section` belong to the section `''`. If a section comes twice, both are merged, and the later
value of a field counts. A heading without lines makes an empty section, such as `# Keyspace` of a server without keys.
*/
export function parseInfo(reply: string): InfoReply {
	const sections = new Map<string, ReadonlyMap<string, string>>();
	// A heading at the start of the reply has no line feed before it, so it is tested separately. Adding a line feed
	// there would make a second copy of the reply in memory.
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

/** The index after a line feed; -1 when there is no line feed. */
const afterLineFeed = (at: number): number => (at === -1 ? -1 : at + 1);
