import type {RawReply} from '../domain/reply.js';
import type {ServerModule} from '../domain/server-module.js';
import {isArray, numberOf, pairsOf, textOf} from './reply-values.js';

/**
Parses the reply of MODULE LIST (Redis 4.0 and later). An entry: `[name, NAME, ver, NUMBER, …]`; Redis 7.0 adds path and
arguments. An entry without a name is left out.
*/
export function parseModules(reply: RawReply): ServerModule[] {
	return (isArray(reply) ? reply : []).flatMap(row => {
		const fields = new Map(pairsOf(row));
		const name = textOf(fields.get('name'));
		return name === undefined ? [] : [{name, version: numberOf(fields.get('ver'))}];
	});
}
