import type {NodeRecord} from '../derive/node-record.js';
import {isGoneFromHere, isKill, type ProcessEnd} from '../derive/process-end.js';
import {type LostReplica, meaningOfLoss} from '../topology/lost-replica.js';

type Absence = {
	readonly record: NodeRecord;
	readonly end: ProcessEnd | undefined;
	readonly isPlanned: boolean;
	readonly mayRestart: boolean;
	readonly lost: LostReplica | undefined;
};

/**
Whether a server of another machine refuses connections and never replied. It is not running there, or it runs and is bound
to other addresses: from afar both look the same.
*/
export const isRefusedFromAfar = ({failure, endpoint, host, lastReplyAtMs}: NodeRecord): boolean =>
	failure?.code === 'ECONNREFUSED' &&
	endpoint.kind === 'tcp' &&
	host?.value.kind === 'elsewhere' &&
	lastReplyAtMs === undefined;

/** The reason of such a refusal. A server without `bind` in its config file may listen on loopback only. */
export const refusedFromAfar = 'not running, or bound to loopback';

/** What it means that nothing listens at a node's address, where neither a firewall nor its settings explain it. */
export function meaningOfAbsence(absence: Absence): string {
	const {isPlanned, lost} = absence;
	const effect =
		lost === undefined
			? isPlanned
				? 'Other nodes do its work meanwhile.'
				: 'Nobody can use the node until it runs again.'
			: meaningOfLoss(lost);
	return `${whyAbsent(absence)} ${effect}`;
}

function whyAbsent({record, end, isPlanned, mayRestart}: Absence): string {
	if (end !== undefined) {
		return isKill(end)
			? 'Its process is gone, and its log ends without a shutdown.'
			: 'The process ended, and its log says why.';
	}

	if (isPlanned || mayRestart) {
		return 'The process ended or is restarting.';
	}

	return isGoneFromHere(record)
		? 'No process on this machine listens on the port: the server ended, or was started with another port.'
		: 'The process ended, listens on another port, or is bound to another address. A firewall that rejects looks the same from afar.';
}
