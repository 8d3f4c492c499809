import type {AccessRefusal} from '../domain/access-log.js';
import type {RawReply} from '../domain/reply.js';
import {isArray, numberOf, pairsOf, textOf} from './reply-values.js';

/**
Parses the reply of ACL LOG (Redis 6.0 and later), newest entry first. An entry is a flat list of names and values. Its
`client-info` is a line of CLIENT LIST. An entry without a reason or a user is left out.
*/
export function parseAccessLog(reply: RawReply): AccessRefusal[] {
	return (isArray(reply) ? reply : []).flatMap(entry => {
		const fields = new Map(pairsOf(entry));
		const text = (name: string) => textOf(fields.get(name));
		const [lack, user] = [text('reason'), text('username')];
		if (lack === undefined || user === undefined) {
			return [];
		}

		const client = text('client-info') ?? '';
		return [
			{
				count: numberOf(fields.get('count')) ?? 1,
				lack,
				object: text('object') ?? '',
				user,
				ageSeconds: numberOf(fields.get('age-seconds')) ?? 0,
				clientAddress: clientField(client, 'addr'),
				clientName: clientField(client, 'name'),
			},
		];
	});
}

const clientField = (line: string, name: string): string | undefined =>
	new RegExp(`(?:^| )${name}=(\\S*)`).exec(line)?.[1];
