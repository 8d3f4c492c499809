import type {BusyProgram} from '../domain/host-evidence.js';
import {type Message, message, nameOf} from '../domain/message.js';
import {bytes} from '../text/units.js';
import {hint, onHost} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';

/** Share of the server's processors from which one program counts as the reason why they are short. */
const mostCores = 0.4;

/** Number of listed processes of a program from which it may have more: see ProcessorUse. */
const manyProcesses = 4;

/** A program that keeps the machine of a server busy. */
export type Hog = {
	readonly name: Message;
	/** `it takes 1.9 of 2 processors`. */
	readonly takes: Message;
	/** How to find out what the program is, and to end its harm. */
	readonly next: ReadonlyArray<ReturnType<typeof hint>>;
};

/** Share of a machine's memory from which another process counts as the reason why memory is short. */
const mostMemory = 0.2;

/** The process besides the server that takes much of the machine's memory, and more than the server; else undefined. */
export function memoryHogOf(facts: NodeFacts): Pick<Hog, 'takes' | 'next'> | undefined {
	const host = facts.record.host?.value;
	const {largest, kernel, process} = host?.kind === 'here' ? host : {};
	const own = process?.residentBytes ?? 0;
	const least = mostMemory * (kernel?.totalMemoryBytes ?? Number.POSITIVE_INFINITY);
	if (largest === undefined || largest.residentBytes < Math.max(own, least)) {
		return undefined;
	}

	const {processName, processId, residentBytes} = largest;
	return {
		takes: message`${nameOf('quote', processName)} (process ${processId}) takes ${bytes(residentBytes)}`,
		next: [
			onHost(`ps -o pid,ppid,user,etime,rss,args -p ${processId}`),
			hint(message`stop or move ${nameOf('quote', processName)}, or limit its memory (MemoryMax of its unit)`),
		],
	};
}

/**
The program that takes most of the processors of the server's machine, besides the server. Undefined if no program has a
large share, if the server itself takes more, or where two readings of the machine are missing.
*/
export function hogOf(facts: NodeFacts): Hog | undefined {
	const host = facts.record.host?.value;
	const programs: readonly BusyProgram[] = (host?.kind === 'here' ? host.busyPrograms : undefined) ?? [];
	const all = (host?.kind === 'here' ? host.kernel.processorTime?.processors : undefined) ?? 0;
	const own = facts.record.values.get('cpuSeconds') ?? 0;
	const shareOf = ({cores, boundTo = all}: BusyProgram) => cores / boundTo;
	const [top] = programs.toSorted((one, other) => shareOf(other) - shareOf(one));
	if (top === undefined || all === 0 || shareOf(top) < mostCores || top.cores < own) {
		return undefined;
	}

	const name = message`${nameOf('quote', top.processName)}`;
	const ids = top.processIds.join(',');
	// Of many processes only the busiest are listed, and the others would take what these leave.
	const isOfMany = top.processIds.length >= manyProcesses && /^[\w.-]+$/.test(top.processName);
	return {
		name,
		takes:
			top.boundTo === undefined
				? `it takes ${top.cores.toFixed(1)} of ${all} processors`
				: `it takes ${top.cores.toFixed(1)} of the server's ${top.boundTo === 1 ? 'processor' : `${top.boundTo} processors`}`,
		next: [
			onHost(`ps -o pid,ppid,user,etime,args -p ${ids}`),
			hint(
				message`let ${name} run at another time or elsewhere, or with less: renice 19 -p ${isOfMany ? `$(pgrep -x ${top.processName})` : ids.replaceAll(',', ' ')}`,
			),
		],
	};
}
