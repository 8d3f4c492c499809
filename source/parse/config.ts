import type {RawReply} from '../domain/reply.js';
import {pairsOf, textOf} from './reply-values.js';

/**
Matches names of settings that hold a secret. They are `requirepass`, `masterauth`, `masteruser` (Valkey: `primaryauth`,
`primaryuser`), `tls-key-file-pass`, `tls-client-key-file-pass`, and similar settings of modules. CONFIG GET returns
their values in clear text. They are dropped before redis-top shows or records anything.
*/
const secretName = /pass(?:word|wd|phrase)?$|^(?:master|primary)(?:auth|user)$|secret|token|credential|private-?key/i;

/**
Parses the reply of CONFIG GET to values by setting name (lower case, as printed). Settings that hold a secret are left
out.
*/
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
