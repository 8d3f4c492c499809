import type {Firing, NotEvaluated} from '../domain/finding.js';
import {joinMessages, type Message, message, nodeName, type ShowName} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import {statementMessage, statementText, type TextLength} from '../domain/statement.js';
import type {RuleId} from './all-rules.js';

/** A condition of a rule that has held long enough to be listed. */
export type Finding = Firing & {
	readonly rule: RuleId;
	/** The node that the finding is about; undefined if it is about the whole deployment. */
	readonly node: NodeAddress | undefined;
	/**
	The part of the node that the finding is about, such as a replica's address or a slot. Only for rules that can fire
	several times for one node.
	*/
	readonly subject: string | undefined;
	/** When the condition began to hold, milliseconds since the epoch. */
	readonly sinceMs: number;
	/**
	When the condition ended, milliseconds since the epoch; undefined while it holds. An ended finding stays listed for
	a while, so that nobody misses it.
	*/
	readonly clearedAtMs: number | undefined;
};

/** A rule that could not be evaluated on a node. */
export type BlindRule = {
	readonly rule: RuleId;
	readonly node: NodeAddress | undefined;
	readonly reason: NotEvaluated['reason'];
	readonly why: string;
	/** The command whose refusal is the reason why the rule was not evaluated. */
	readonly command?: string | undefined;
	readonly grant: string | undefined;
	/**
	The text of a condition that held in every sample of a `redis-top check`, but for less time than the rule needs.
	Undefined for any other rule, and for a condition of severity info.
	*/
	readonly holds?: Message | undefined;
};

/** Identifies a condition: findings with the same key are the same finding at different times. */
export const findingKey = ({
	rule,
	node,
	subject,
}: {
	readonly rule: RuleId;
	readonly node?: NodeAddress | undefined;
	readonly subject?: string | undefined;
}): string => `${rule} ${node ?? ''} ${subject ?? ''}`;

/** The text of a finding without the node's address: `refuses writes (MISCONF): its last RDB save failed`. */
export const findingMessage = (finding: Firing, length: TextLength = 'long'): Message =>
	statementMessage(finding, length);

export const findingText = (finding: Firing, length: TextLength = 'long', show?: ShowName): string =>
	statementText(finding, length, show);

/**
The text of a finding with its culprit, if the text does not name it: `evicts 500 keys/s, by client export-7, 3% of
them`. The culprit stands after the problem and before its details, because a narrow list cuts the end.
*/
export function findingWithCulprit(finding: Firing): Message {
	const {problem, detail, reason} = finding;
	const {client, command, key, node} = finding.culprit ?? {};
	const said = findingText(finding).toLowerCase();
	const isNew = (name: string) => !said.includes(name.toLowerCase());
	const named = [
		...(client !== undefined && isNew(client.name) ? [message`client ${client}`] : []),
		...(command !== undefined && isNew(command) ? [message`command ${command}`] : []),
		...(key !== undefined && isNew(key.name) ? [message`key ${key}`] : []),
		...(node !== undefined && isNew(node) ? [message`node ${nodeName(node)}`] : []),
	];
	return named.length === 0
		? findingMessage(finding)
		: statementMessage({problem: message`${problem}, by ${joinMessages(named, ', ')}`, detail, reason});
}
