import type {BusyProgram} from '../domain/host-evidence.js';
import {type Message, message, nameOf} from '../domain/message.js';
import {hint, onHost} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';

/** Share of a machine's processors from which one program counts as the reason why they are short. */
const mostCores = 0.4;

/** A program that keeps the machine of a server busy. */
export type Hog = {
	readonly name: Message;
	/** `it takes 1.9 of 2 processors`. */
	readonly takes: string;
	/** How to find out what the program is, and to end its harm. */
	readonly next: ReadonlyArray<ReturnType<typeof hint>>;
};

/**
The program that takes most of the processors of the server's machine, besides the server. Undefined if no program has a
large share, if the server itself takes more, or where two readings of the machine are missing.
*/
export function hogOf(facts: NodeFacts): Hog | undefined {
	const host = facts.record.host?.value;
	const [top]: readonly BusyProgram[] = (host?.kind === 'here' ? host.busyPrograms : undefined) ?? [];
	const processors = (host?.kind === 'here' ? host.kernel.processorTime?.processors : undefined) ?? 0;
	const own = facts.record.values.get('cpuSeconds') ?? 0;
	if (top === undefined || processors === 0 || top.cores < mostCores * processors || top.cores < own) {
		return undefined;
	}

	const name = message`${nameOf('quote', top.processName)}`;
	const ids = top.processIds.join(',');
	return {
		name,
		takes: `it takes ${top.cores.toFixed(1)} of ${processors} processors`,
		next: [
			onHost(`ps -o pid,ppid,user,etime,args -p ${ids}`),
			hint(
				message`let ${name} run at another time or elsewhere, or with less: renice 19 -p ${ids.replaceAll(',', ' ')}`,
			),
		],
	};
}
