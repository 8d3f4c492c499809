import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {commandWords} from '../text/command-words.js';
import {sanitize} from '../text/sanitize.js';
import {errorWords} from './file-error.js';

/**
The settings in a server's config file, as the server would read them at its next start. Arguments on its command line
would override them.
*/
export type ConfigFile =
	| {
			readonly kind: 'read';
			/**
			Values by lower-case setting name. The last line of a setting counts, as in the server. `save` keeps all its
			lines, and so does `rename-command`, one below the other.
			*/
			readonly settings: ReadonlyMap<string, string>;
			/**
			The `include` lines that were not followed, with the reason. A setting in such a file may override what
			was read.
			*/
			readonly unread: readonly string[];
	  }
	| {readonly kind: 'unreadable'; readonly why: string};

/** Depth to which `include` lines are followed. The server has no limit. */
const maximumDepth = 8;

/**
The words of one line of a redis.conf, without quotes; empty for a blank line or a comment. An unclosed quote ends
with the line; the server would refuse to start.
*/
export function configWords(line: string): string[] {
	const text = line.trim();
	if (text.startsWith('#')) {
		return [];
	}

	return commandWords(text);
}

/**
Reads the config file at an absolute path and the files it includes. Includes with a relative path or a pattern are
not followed.
*/
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

/**
The setting's value after one more line of the file: each `save` line adds a save point, and `save ""` removes all save
points. Each `rename-command` line is about another command.
*/
function settingAfter(name: string, value: string, before: string | undefined): string {
	if (name === 'rename-command' && before !== undefined) {
		return `${before}\n${value}`;
	}

	return name === 'save' && value !== '' && before !== undefined && before !== '' ? `${before} ${value}` : value;
}

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
