import type {Firing, NotEvaluated} from '../domain/finding.js';
import {joinMessages, type Message, messageText, type ShowName} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import type {RuleId} from './all-rules.js';

/** Something that is wrong, as it is listed: a rule's firing that was raised. */
export type Finding = Firing & {
	readonly rule: RuleId;
	/** Undefined: it concerns the deployment. */
	readonly node: NodeAddress | undefined;
	/** What of the node, where a rule can fire more than once: a replica's address, a slot. */
	readonly subject: string | undefined;
	/** Since when its condition holds, milliseconds since the epoch. */
	readonly sinceMs: number;
	/** When its condition ended; it stays listed for a while, so that nobody misses it. Undefined: it holds. */
	readonly clearedAtMs: number | undefined;
};

/** A rule that could not be evaluated on a node: the panel's and `check`'s blind spots. */
export type BlindRule = {
	readonly rule: RuleId;
	readonly node: NodeAddress | undefined;
	readonly reason: NotEvaluated['reason'];
	readonly why: string;
	readonly grant: string | undefined;
};

/** One for each condition: what makes two findings the same one over time. */
export const findingKey = ({
	rule,
	node,
	subject,
}: {
	readonly rule: RuleId;
	readonly node?: NodeAddress | undefined;
	readonly subject?: string | undefined;
}): string => `${rule} ${node ?? ''} ${subject ?? ''}`;

/** `short`: the problem alone. `middle`: with its reason. `long`: with its details too. */
export type TextLength = 'short' | 'middle' | 'long';

/** What a finding says, without its node: `refuses writes (MISCONF): its last RDB save failed`. */
export function findingMessage({problem, detail, reason}: Firing, length: TextLength = 'long'): Message {
	const what = length === 'long' && detail !== undefined ? joinMessages([problem, detail], ', ') : problem;
	return length === 'short' || reason === undefined ? what : joinMessages([what, reason], ': ');
}

export const findingText = (finding: Firing, length: TextLength = 'long', show?: ShowName): string =>
	messageText(findingMessage(finding, length), show);
