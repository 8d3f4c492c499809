import type {AclServer} from '../actions/acl-user.js';
import type {GivenFlags} from '../arguments/flags.js';
import type {Problems} from './problems.js';
import {type Since, sinceOf} from './values.js';

// What `redis-top audit` and `redis-top acl` are asked for.

export function sinceFor({since}: GivenFlags, problems: Problems): Since | undefined {
	return since === undefined
		? undefined
		: (sinceOf(since) ?? problems.add(`--since ${since}: is no moment; write 2h, 7d or 2026-11-23T14:00Z`));
}

export function aclServerOf({for: server}: GivenFlags, problems: Problems): AclServer | undefined {
	if (server === undefined) {
		return undefined;
	}

	const [, name, major, minor = '0'] =
		/^(redis|valkey|sentinel)-(\d{1,3})(?:\.(\d{1,3}))?(?:\.\d+)*$/i.exec(server) ?? [];
	return name === undefined
		? problems.add(`--for ${server}: is no server; write redis-7.0, valkey-9.1 or sentinel-7.2`)
		: {
				product: name.toLowerCase() === 'valkey' ? 'valkey' : 'redis',
				version: [Number(major), Number(minor)],
				isSentinel: name.toLowerCase() === 'sentinel',
			};
}
