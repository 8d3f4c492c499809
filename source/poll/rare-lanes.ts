import type {PollDemand, PollMemory, PollRequest} from './poll-plan.js';
import {isAtLeast} from './spoken-version.js';

/** As many as these logs keep by default: whatever is not among them is gone. */
const largeEntries = 128;

export type RareLane = PollRequest & {readonly periodMs: number};

/**
Who may read the settings may be asked the rest; a user of few rights would be refused, and each refusal is counted by the
server and noted in its ACL LOG.
*/
const mayAdminister = ({lastAskedMs, blind}: PollMemory): boolean => lastAskedMs.has('config') && !blind.has('config');

/**
What rules look at and nothing shows by the second: each costs the server 1 to 40 µs, and is asked of the node in focus
about once a minute, of others every five.
*/
export function rareLanes(
	memory: PollMemory,
	{isFocused, interests, isMerged = isFocused, isSlowlogTurn = false, isAnonymous = false}: PollDemand,
): RareLane[] {
	const {version, valkey} = memory;
	const isPermitted = mayAdminister(memory);
	const periodMs = isFocused ? 60_000 : 300_000;
	const isShown = isSlowlogTurn || ((isFocused || isMerged) && interests.has('slowlog'));
	const [shownMs, unseenMs] = isSlowlogTurn ? [0, 0] : isFocused ? [5000, 30_000] : [10_000, 300_000];
	const largeMs = isShown ? shownMs : unseenMs;
	const hasLargeLogs = isAtLeast(valkey, 8, 1) && (isShown || isPermitted);
	const lanes: ReadonlyArray<RareLane & {readonly isWanted: boolean}> = [
		{
			kind: 'latency-events',
			command: ['LATENCY', 'LATEST'],
			periodMs: memory.isRecovering ? 0 : isFocused ? 10_000 : 60_000,
			// With a threshold of 0 the server notes nothing.
			isWanted: memory.isRecovering || (isPermitted && memory.latencyThreshold !== '0'),
		},
		{
			kind: 'large-requests',
			command: ['COMMANDLOG', 'GET', String(largeEntries), 'large-request'],
			periodMs: largeMs,
			isWanted: hasLargeLogs,
		},
		{
			kind: 'large-replies',
			command: ['COMMANDLOG', 'GET', String(largeEntries), 'large-reply'],
			periodMs: largeMs,
			isWanted: hasLargeLogs,
		},
		{kind: 'modules', command: ['MODULE', 'LIST'], periodMs, isWanted: isAtLeast(version, 4, 0) && isPermitted},
		{kind: 'module-info', command: ['INFO', 'modules'], periodMs, isWanted: memory.hasSearchModule},
		{
			kind: 'access-log',
			command: ['ACL', 'LOG', '10'],
			periodMs,
			isWanted: isAtLeast(version, 6, 0) && isPermitted,
		},
		{
			kind: 'default-rights',
			command: ['ACL', 'DRYRUN', 'default', 'SHUTDOWN'],
			periodMs: 300_000,
			isWanted: isAtLeast(version, 7, 0) && isAnonymous,
		},
	];
	return lanes.filter(({isWanted}) => isWanted).map(({isWanted: _, ...lane}) => lane);
}
