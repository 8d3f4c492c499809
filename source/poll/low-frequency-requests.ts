import type {PollDemand, PollRequest, PollState} from './poll-request.js';
import {isAtLeast} from './server-version.js';

/** As many as these logs keep by default: whatever is not among them is gone. */
const largeEntries = 128;

export type LowFrequencyRequest = PollRequest & {readonly periodMs: number};

/** Made once: a thousand nodes are asked a thousand times a second whether they are due. */
const asked = {
	latencyEvents: {kind: 'latency-events', command: ['LATENCY', 'LATEST']},
	largeRequests: {kind: 'large-requests', command: ['COMMANDLOG', 'GET', String(largeEntries), 'large-request']},
	largeReplies: {kind: 'large-replies', command: ['COMMANDLOG', 'GET', String(largeEntries), 'large-reply']},
	modules: {kind: 'modules', command: ['MODULE', 'LIST']},
	moduleInfo: {kind: 'module-info', command: ['INFO', 'modules']},
	accessLog: {kind: 'access-log', command: ['ACL', 'LOG', '10']},
	defaultRights: {kind: 'default-rights', command: ['ACL', 'DRYRUN', 'default', 'SHUTDOWN']},
} as const satisfies Readonly<Record<string, PollRequest>>;

/**
Who may read the settings may be asked the rest; a user of few rights would be refused, and each refusal is counted by the
server and noted in its ACL LOG.
*/
const mayAdminister = ({lastAskedMs, blind}: PollState): boolean => lastAskedMs.has('config') && !blind.has('config');

/**
What rules look at and nothing shows by the second: each costs the server 1 to 40 µs, and is asked of the node in focus
about once a minute, of others every five.
*/
export function lowFrequencyRequests(
	memory: PollState,
	{isFocused, interests, isMerged = isFocused, isSlowlogTurn = false, isAnonymous = false}: PollDemand,
): LowFrequencyRequest[] {
	const {version, valkey} = memory;
	const isPermitted = mayAdminister(memory);
	const periodMs = isFocused ? 60_000 : 300_000;
	const isShown = isSlowlogTurn || ((isFocused || isMerged) && interests.has('slowlog'));
	const [shownMs, unseenMs] = isSlowlogTurn ? [0, 0] : isFocused ? [5000, 30_000] : [10_000, 300_000];
	const largeMs = isShown ? shownMs : unseenMs;
	const lanes: LowFrequencyRequest[] = [];
	// With a threshold of 0 the server notes nothing.
	if (memory.isRecovering || (isPermitted && memory.latencyThreshold !== '0')) {
		const everyMs = memory.isRecovering ? 0 : isFocused ? 10_000 : 60_000;
		lanes.push({...asked.latencyEvents, periodMs: everyMs});
	}

	if (isAtLeast(valkey, 8, 1) && (isShown || isPermitted)) {
		lanes.push({...asked.largeRequests, periodMs: largeMs}, {...asked.largeReplies, periodMs: largeMs});
	}

	if (isAtLeast(version, 4, 0) && isPermitted) {
		lanes.push({...asked.modules, periodMs});
	}

	if (memory.hasSearchModule) {
		lanes.push({...asked.moduleInfo, periodMs});
	}

	if (isAtLeast(version, 6, 0) && isPermitted) {
		lanes.push({...asked.accessLog, periodMs});
	}

	if (isAtLeast(version, 7, 0) && isAnonymous) {
		lanes.push({...asked.defaultRights, periodMs: 300_000});
	}

	return lanes;
}
