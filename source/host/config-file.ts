import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {commandWords} from '../text/command-words.js';
import {sanitize} from '../text/sanitize.js';
import {errorWords} from './file-error.js';

/** The settings a server would read at its next start. Arguments of its command line would override them. */
export type ConfigFile =
	| {
			readonly kind: 'read';
			/** By lower-case name; the last line of a name counts, as for the server, and all lines of `save`. */
			readonly settings: ReadonlyMap<string, string>;
			/** `include` lines that were not followed, with the reason: a later setting may override what was read. */
			readonly unread: readonly string[];
	  }
	| {readonly kind: 'unreadable'; readonly why: string};

/** How deep includes are followed; the server has no limit of its own. */
const maximumDepth = 8;

/**
The arguments of one line of a redis.conf, without quotes; empty for a blank line or a comment. An unclosed quote ends
with the line, where the server would refuse to start.
*/
export function configWords(line: string): string[] {
	const text = line.trim();
	if (text.startsWith('#')) {
		return [];
	}

	return commandWords(text);
}

/** Reads the file at an absolute path, and what it includes by absolute paths without patterns. */
export async function readConfigFile(file: string): Promise<ConfigFile> {
	const settings = new Map<string, string>();
	const unread: string[] = [];
	try {
		await readInto(file, settings, unread, 0);
	} catch (error) {
		return {kind: 'unreadable', why: errorWords(error)};
	}

	return {kind: 'read', settings, unread};
}

async function readInto(file: string, settings: Map<string, string>, unread: string[], depth: number): Promise<void> {
	for (const line of (await readFile(file, 'utf8')).split('\n')) {
		const [rawName, ...values] = configWords(line);
		const name = rawName?.toLowerCase();
		if (name === 'include') {
			await includeInto(values[0] ?? '', settings, unread, depth + 1);
		} else if (name !== undefined) {
			settings.set(name, settingAfter(name, sanitize(values.join(' ')), settings.get(name)));
		}
	}
}

/** `save` adds a point a line, and `save ""` takes all of them back. */
const settingAfter = (name: string, value: string, before: string | undefined): string =>
	name === 'save' && value !== '' && before !== undefined && before !== '' ? `${before} ${value}` : value;

async function includeInto(
	file: string,
	settings: Map<string, string>,
	unread: string[],
	depth: number,
): Promise<void> {
	if (!path.isAbsolute(file) || /[*?[]/.test(file) || depth > maximumDepth) {
		unread.push(sanitize(file));
		return;
	}

	try {
		await readInto(file, settings, unread, depth);
	} catch (error) {
		unread.push(`${sanitize(file)} (${errorWords(error)})`);
	}
}
