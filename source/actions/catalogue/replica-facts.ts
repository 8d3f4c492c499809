import type {Check, LabelledValue} from '../../domain/action.js';
import type {InfoReply} from '../../domain/info-reply.js';
import {replicaLines} from '../../parse/info-fields.js';
import {bytes} from '../../text/units.js';
import {counted} from './saved-data.js';

type Replica = {readonly name: string; readonly state: string; readonly behindBytes: number | undefined};

/**
The replicas in INFO of their primary, each with the bytes that it has not acknowledged. The bytes are undefined for a
replica that is not online, because INFO prints offset 0 for it. An online replica that has acknowledged nothing yet has
that offset too. It then counts as behind by the whole history, because a guard must state the most that can be lost.
*/
export function replicasOf(info: InfoReply): Replica[] {
	const offset = info.number('replication', 'master_repl_offset');
	return replicaLines(info).map(replica => ({
		name: `${replica.host.includes(':') ? `[${replica.host}]` : replica.host}:${replica.port}`,
		state: replica.state,
		behindBytes:
			replica.state === 'online' && offset !== undefined && replica.offset !== undefined
				? Math.max(0, offset - replica.offset)
				: undefined,
	}));
}

const replicaText = ({name, state, behindBytes}: Replica): string =>
	state === 'online' ? `${name} ${bytes(behindBytes)} behind` : `${name} ${state}`;

/** Facts about the three replicas with the most lag; more would not fit the dialog. */
export function replicaFacts(info: InfoReply): LabelledValue[] {
	const replicas = replicasOf(info).sort(
		(a, b) => (b.behindBytes ?? Number.POSITIVE_INFINITY) - (a.behindBytes ?? Number.POSITIVE_INFINITY),
	);
	const more = replicas.length > 3 ? `, ${replicas.length - 3} more` : '';
	return replicas.length === 0 ? [] : [['replicas', replicas.slice(0, 3).map(replicaText).join(', ') + more]];
}

export function replicaChecks(info: InfoReply): Check[] {
	const replicas = replicasOf(info);
	const late = replicas.filter(({behindBytes}) => behindBytes !== 0);
	if (replicas.length === 0) {
		return [];
	}

	return late.length === 0
		? [{state: 'ok', text: 'every replica is caught up'}]
		: [{state: 'warning', text: `${late.length} of ${counted(replicas.length, 'replica')} not caught up`}];
}
