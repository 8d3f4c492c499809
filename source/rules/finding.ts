import type {Firing, NotEvaluated} from '../domain/finding.js';
import type {Message, ShowName} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import {statementMessage, statementText, type TextLength} from '../domain/statement.js';
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

/** What a finding says, without its node: `refuses writes (MISCONF): its last RDB save failed`. */
export const findingMessage = (finding: Firing, length: TextLength = 'long'): Message =>
	statementMessage(finding, length);

export const findingText = (finding: Firing, length: TextLength = 'long', show?: ShowName): string =>
	statementText(finding, length, show);
