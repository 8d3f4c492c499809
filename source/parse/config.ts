import type {RawReply} from '../domain/reply.js';
import {pairsOf, textOf} from './reply-values.js';

/**
Settings whose value opens a door: `requirepass`, `masterauth`, `masteruser` (Valkey: `primaryauth`, `primaryuser`),
`tls-key-file-pass`, `tls-client-key-file-pass`, and what modules name alike. A user who may run CONFIG GET gets them in
clear text, so they are dropped before anything can show or record them.
*/
const secretName = /pass(?:word|wd|phrase)?$|^(?:master|primary)(?:auth|user)$|secret|token|credential|private-?key/i;

/** CONFIG GET as names (lower case, as printed) and values, without passwords. */
export function parseConfig(reply: RawReply): Map<string, string> {
	const settings = new Map<string, string>();
	for (const [name, value] of pairsOf(reply)) {
		const text = textOf(value);
		if (text !== undefined && !secretName.test(name)) {
			settings.set(name, text);
		}
	}

	return settings;
}
