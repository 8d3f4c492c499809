import type {Culprit, Evidence, NextStep} from '../domain/finding.js';
import {type Message, message} from '../domain/message.js';
import {bytes, count} from '../text/units.js';
import {sendersOf} from './client-names.js';
import {hint, redisCli} from './next-steps.js';
import type {NodeFacts} from './node-facts.js';

/** Least share of maxmemory in cached scripts from which they, and not the data, count as what fills the memory. */
const muchOfLimit = 0.25;

/** Least number of cached scripts that shows an application which writes values into the text of its scripts. */
const manyScripts = 100;

/** Name of the evidence that shows how much memory the cached scripts take. */
export const scriptBytes = 'memory of cached scripts';

/** Cached scripts that fill the memory of a server. */
export type ScriptMemory = {
	/** Share of maxmemory that they take; above 1 where eviction can make no more room. */
	readonly share: number;
	/** `8.90k scripts take 70.5M`. */
	readonly reason: string;
	/** `EVAL from promo-svc`; undefined if CLIENT LIST shows no sender. */
	readonly detail: Message | undefined;
	readonly culprit: Culprit | undefined;
	readonly evidence: readonly Evidence[];
	readonly next: readonly NextStep[];
};

/**
The cached scripts, if they take much of maxmemory. Their texts count towards it, and an eviction removes none of them.
Undefined if they take little, without a limit, and on servers before 5.0.
*/
export function scriptMemory(facts: NodeFacts): ScriptMemory | undefined {
	// Since 7.0 the second field counts functions, too.
	const size = facts.number('memory', 'used_memory_scripts_eval') ?? facts.number('memory', 'used_memory_scripts') ?? 0;
	const scripts = facts.number('memory', 'number_of_cached_scripts') ?? 0;
	const limit = facts.number('memory', 'maxmemory') ?? 0;
	if (limit === 0 || size < muchOfLimit * limit || scripts < manyScripts) {
		return undefined;
	}

	const ways = [
		['EVAL', 'eval'],
		['SCRIPT LOAD', 'script|load'],
	] as const;
	const [sent] = ways.flatMap(([command, listed]) => {
		const senders = sendersOf(facts, listed);
		return senders === undefined ? [] : [{command, senders}];
	});
	return {
		share: size / limit,
		reason: `${count(scripts)} scripts take ${bytes(size)}`,
		detail: sent === undefined ? undefined : message`${sent.command}${sent.senders.text}`,
		// Without the client, whose closing would free no script.
		culprit: sent === undefined ? undefined : {command: sent.command},
		evidence: [
			{name: scriptBytes, value: size, unit: 'bytes'},
			{name: 'number_of_cached_scripts', value: scripts, unit: 'count'},
		],
		next: [
			redisCli(facts, 'SCRIPT FLUSH ASYNC'),
			hint('SCRIPT FLUSH frees them; more come until the application passes its values as ARGV of one script'),
		],
	};
}
