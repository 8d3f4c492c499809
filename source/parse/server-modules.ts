import type {RawReply} from '../domain/reply.js';
import type {ServerModule} from '../domain/server-module.js';
import {isArray, numberOf, pairsOf, textOf} from './reply-values.js';

/** MODULE LIST: `[name, NAME, ver, NUMBER, …]` each (7.0 adds path and arguments); one without a name is left out. Since 4.0. */
export function parseModules(reply: RawReply): ServerModule[] {
	return (isArray(reply) ? reply : []).flatMap(row => {
		const fields = new Map(pairsOf(row));
		const name = textOf(fields.get('name'));
		return name === undefined ? [] : [{name, version: numberOf(fields.get('ver'))}];
	});
}
