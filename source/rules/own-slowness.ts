import type {ProcessorTime} from '../domain/host-evidence.js';
import type {NodeFacts, RuleMemory} from './node-facts.js';

/**
Milliseconds from which a command is slow by itself. A process that waits for a processor during a share of the time
takes 1 / (1 − share) times as long. It takes at most as many times as long as threads share a processor. A command that
would still take this long without the wait is slow by itself. Below that, the length of a scheduler's slices decides.
*/
const ownSlowMs = 100;

/** How many times as long a command takes at most, because its process waits for its turn. */
export function slowdown(share: number, time?: ProcessorTime): number {
	const {runnable, processors} = time ?? {};
	const sharing = runnable === undefined || !processors ? Number.POSITIVE_INFINITY : Math.max(1, runnable / processors);
	return Math.min(1 / (1 - share), sharing);
}

/** Name of the evidence of a wait for a processor that the wait alone does not explain the slowest command. */
export const slowByItself = 'longest command';

/** The longest command that the slow log got within the last minute, milliseconds. */
function longestCommandMs(facts: NodeFacts): number {
	const serverMs = (facts.number('server', 'server_time_usec') ?? facts.nowMs * 1000) / 1000;
	const recent = (facts.record.slowlog?.value.entries ?? []).filter(
		({atMs, clientName}) => atMs >= serverMs - 60_000 && clientName !== 'redis-top',
	);
	return Math.max(0, ...recent.map(({durationMicroseconds}) => durationMicroseconds / 1000));
}

/** The heavy command of the last minute; undefined where no command held the thread by its own work. */
function heavyLately({memory: {heavyCommand}, nowMs}: NodeFacts): RuleMemory['heavyCommand'] {
	return heavyCommand !== undefined && nowMs - heavyCommand.atMs <= 60_000 ? heavyCommand : undefined;
}

/**
Whether a command is slow whatever the server waits for.

@param factor How many times as long a command takes at most because of the wait.
*/
export function ownSlowness(facts: NodeFacts, factor: number) {
	const heavy = heavyLately(facts);
	const longestMs = longestCommandMs(facts);
	return {heavy, longestMs, isSlowByItself: heavy !== undefined || longestMs / factor > ownSlowMs};
}
