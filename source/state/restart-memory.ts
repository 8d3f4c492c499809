import type {NodeRecord} from '../derive/node-record.js';
import type {Failure} from '../domain/sample.js';
import type {RuleMemory} from '../rules/node-facts.js';

/** Most restarts that are remembered: two minutes of a process that restarts each second. */
const restartsKept = 120;

/** Nothing listens. */
const isRefused = (failure: Failure | undefined): boolean =>
	failure?.code === 'ECONNREFUSED' || failure?.code === 'ENOENT';

const brokenOff: ReadonlySet<string> = new Set(['CLOSED', 'ECONNRESET', 'EPIPE', 'TIMEOUT']);

/** Something took the connection, although it gave no sample. */
const isTaken = ({state, code}: Failure): boolean => state !== 'down' || brokenOff.has(code);

/**
What a poll tells of restarts: another `run_id`, or a port that refused and takes connections again. A process that dies
before its first reply shows only the latter. One start counts once, whatever it shows.
*/
export function restartMemory(
	memory: RuleMemory,
	before: NodeRecord,
	after: NodeRecord,
	nowMs: number,
): Partial<RuleMemory> {
	const isReplaced =
		before.sample !== undefined && after.sample !== undefined && before.sample.runId !== after.sample.runId;
	const isBack = isRefused(before.failure) && after.failure !== undefined && isTaken(after.failure);
	if (isReplaced || isBack) {
		const isCounted = isReplaced && memory.isStartCounted;
		return {
			...(isReplaced ? {restartedAtMs: nowMs, roleBeforeRestart: before.role} : {}),
			...(isCounted ? {} : {restartsAtMs: [...memory.restartsAtMs, nowMs].slice(-restartsKept)}),
			isStartCounted: isBack,
		};
	}

	return memory.isStartCounted && (isRefused(after.failure) || after.failure === undefined)
		? {isStartCounted: false}
		: {};
}

/** What the service manager's counter tells of restarts, of the unit that the server was seen in. */
export function unitMemory(memory: RuleMemory, {host}: NodeRecord, nowMs: number): Partial<RuleMemory> {
	const supervisor = host?.value.kind === 'here' ? host.value.supervisor : undefined;
	const restarts = supervisor?.kind === 'systemd' && supervisor.isGuess !== true ? supervisor.restarts : undefined;
	if (restarts === undefined || restarts === memory.unitRestarts) {
		return {};
	}

	const grown = memory.unitRestarts === undefined ? 0 : Math.min(restartsKept, restarts - memory.unitRestarts);
	return grown <= 0
		? {unitRestarts: restarts}
		: {
				unitRestarts: restarts,
				unitRestartsAtMs: [...memory.unitRestartsAtMs, ...new Array<number>(grown).fill(nowMs)].slice(-restartsKept),
			};
}
