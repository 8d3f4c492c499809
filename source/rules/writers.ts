import {clientGroups} from '../derive/client-groups.js';
import type {CommandRate} from '../derive/command-rates.js';
import {addingCommands, countingCommands, mainWriter, seenNames} from '../derive/seen-writers.js';
import type {Culprit, Evidence, NextStep} from '../domain/finding.js';
import {type Message, message, type Name, nameOf} from '../domain/message.js';
import {keyCount} from '../domain/metric.js';
import {keyTotals} from '../parse/info-fields.js';
import {namedClients, otherClients, presentSendersOf, senderCulprit} from './client-names.js';
import {newWriter} from './new-writer.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';

/**
Calls per second, including refused calls. At its memory limit the server counts a refused call in `rejected_calls`
only, not in `calls`.
*/
const attempts = ({callsPerSecond = 0, failuresPerSecond = 0}: CommandRate): number =>
	Math.max(callsPerSecond, failuresPerSecond);

/** The command that adds data most often; undefined if commandstats was not read. */
export const topWrite = (facts: NodeFacts): string | undefined => topWriteRate(facts)?.command;

function topWriteRate(facts: NodeFacts): CommandRate | undefined {
	const mostFirst = (names: ReadonlySet<string>) =>
		facts.record.commands
			.filter(rate => names.has(rate.command) && attempts(rate) > 0)
			.toSorted((one, other) => attempts(other) - attempts(one));
	const [top] = mostFirst(addingCommands);
	const [counting] = mostFirst(countingCommands);
	return counting !== undefined &&
		attempts(counting) > (top === undefined ? 0 : attempts(top)) &&
		addsKeys(facts, counting)
		? counting
		: top;
}

/** Least part of the keys that a counting command must have added, so that it counts as what fills memory. */
const mostKeys = 0.5;

/**
Whether a command that counts adds keys, where most calls may change a key that is there. While memory has room, the
number of keys grows with its calls. At the memory limit it is refused, and all commands that add data ran too rarely
since the start to have added most of the keys.
*/
function addsKeys({record, sample, earlier}: NodeFacts, counting: CommandRate): boolean {
	const keys = sample && keyCount(sample.info);
	const before = earlier && keyCount(earlier.info);
	if (sample === undefined || earlier === undefined || keys === undefined || before === undefined) {
		return false;
	}

	const {callsPerSecond = 0, failuresPerSecond = 0} = counting;
	if (failuresPerSecond > callsPerSecond / 2) {
		const added = record.commands
			.filter(({command}) => addingCommands.has(command))
			.reduce((sum, {calls}) => sum + calls, 0);
		return counting.calls >= mostKeys * keys && added < mostKeys * keys;
	}

	const growth = ((keys - before) * 1000) / (sample.elapsedMs - earlier.elapsedMs);
	return growth >= mostKeys * callsPerSecond;
}

/** The steps about streams that only grow. */
export const trimSteps: readonly NextStep[] = [
	hint('let the producer limit it: XADD KEY MAXLEN ~ N *, or MINID'),
	hint(
		'trim the stream in small steps, after a look at its groups (XINFO GROUPS KEY): XTRIM KEY MAXLEN ~ N LIMIT 1000',
	),
];

/** Commands that shorten streams. */
const trimming: ReadonlySet<string> = new Set(['xtrim', 'xdel', 'xdelex', 'xackdel']);

/**
What to do about data that a command adds, and that only grows: streams that no command has ever shortened, a value that
is lengthened, and counters on a server most of whose keys have no TTL.
*/
function growthSteps(facts: NodeFacts, command: string): readonly NextStep[] {
	if (command === 'xadd') {
		return facts.record.commands.some(({command: other, calls}) => trimming.has(other) && calls > 0) ? [] : trimSteps;
	}

	if (command === 'append' || command === 'setrange') {
		return [redisCli(facts, '--bigkeys -i 0.01'), hint('begin a new key each day or hour, with a TTL')];
	}

	const {keys, expiring} = facts.sample === undefined ? {keys: 0, expiring: 0} : keyTotals(facts.sample.info);
	return countingCommands.has(command) && expiring < keys / 2
		? [hint(`let the client give each counter a TTL: EXPIRE after the first ${command.toUpperCase()} of a key`)]
		: [];
}

/**
The client name whose clients send more bytes than all other named clients together. Undefined if there is none, or if
the server does not count what clients send.
*/
function mainSender(facts: NodeFacts): Name | undefined {
	const groups = clientGroups(
		otherClients(facts).filter(({name}) => name !== ''),
		'name',
	);
	const total = groups.reduce((sum, {perSecond}) => sum + (perSecond?.inBytes ?? 0), 0);
	const top = groups.find(({perSecond}) => total > 0 && (perSecond?.inBytes ?? 0) > total / 2);
	return top === undefined ? undefined : nameOf('client', top.key);
}

/** Whether a connected client with another name sent the command in one of the last readings of CLIENT LIST. */
function isSharedWith(facts: NodeFacts, command: string, only: Name | undefined): boolean {
	const seen = seenNames(facts.memory.writers, command);
	return otherClients(facts).some(({name}) => name !== '' && name !== only?.name && seen.has(name));
}

/** The command that most writes use, and its client, as far as commandstats and CLIENT LIST show. */
export type Writer = {
	/** The writer as text that follows the problem of a finding: `most writes are XADD from ingest`. */
	readonly text: Message;
	readonly culprit: Culprit;
	readonly evidence: readonly Evidence[];
	/** Steps that are of use for this command alone. */
	readonly next: readonly NextStep[];
};

/**
The command that most writes use, and its client. CLIENT LIST shows only the last command of a connection. So the client
with the latest write need not be the client with most writes. A client is named only if it sends most of the bytes too,
if most of the last readings show it with that command, or if all clients with that last command have the same name, and
no other one that is connected had it in the last readings.
*/
export function topWriter(facts: NodeFacts): Writer | undefined {
	const top = topWriteRate(facts);
	if (top === undefined) {
		return undefined;
	}

	const write = top.command;
	const command = write.toUpperCase();
	const senders = presentSendersOf(facts, write, attempts(top));
	const names = namedClients(senders?.clients ?? []);
	const loudest = mainSender(facts);
	const seen = mainWriter(facts.memory.writers, write);
	const usual = otherClients(facts).some(({name, address}) => seen === name || seen === address) ? seen : undefined;
	const isSure = !isSharedWith(facts, write, senders?.only);
	const main =
		names.find(({name}) => name.name === loudest?.name)?.name ??
		(usual !== undefined ? nameOf('client', usual) : isSure ? senders?.only : undefined) ??
		newWriter(facts, senders?.clients ?? []);
	return {
		text: message`most writes are ${command}${main === undefined ? '' : message` from ${main}`}`,
		culprit: main === undefined ? senderCulprit(command, senders) : {command, client: main},
		next: growthSteps(facts, write),
		evidence: names.slice(0, 5).map(({name}) => ({name: `last ${command} from`, value: message`${name}`})),
	};
}
