import type {ActionId} from './action.js';
import type {NodeAddress} from './node.js';

/** `area.name`: `mem.max`, `rep.link_down`. Stable; scripts and config files name rules by it. */
export type RuleId = `${string}.${string}`;

export type Severity = 'info' | 'warning' | 'critical';

/** From harmless to worst, for comparing. */
export const severityRank: Readonly<Record<Severity, number>> = {info: 0, warning: 1, critical: 2};

/** What a number is, so that a reader gets `5.46G` and a program 5862588416. */
export type EvidenceUnit = 'bytes' | 'seconds' | 'milliseconds' | 'perSecond' | 'bytesPerSecond' | 'share' | 'count';

/** One reading that a finding rests on. The name is the server's own where it has one: `used_memory`. */
export type Evidence = {
	readonly name: string;
	readonly value: number | string;
	/** Of a number; undefined: it is printed as it is. */
	readonly unit?: EvidenceUnit;
};

/**
What to do next, one step.

- `command`: for this terminal, complete with host and port: `redis-cli -h 10.0.1.11 -p 6379 MEMORY DOCTOR`
- `shell`: for a shell on the server's machine: `df -h /var/lib/redis`
- `words`: a sentence
*/
export type NextStep = {readonly kind: 'command' | 'shell' | 'words'; readonly text: string};

/** Whom a finding's action is for and about, where the finding itself doesn't say it. */
export type Remedy = {
	/** Undefined: the finding's own node. */
	readonly node?: NodeAddress | undefined;
	/** What its form starts with: a node's id, a slot, a primary's name. */
	readonly value?: string | undefined;
};

/** What a rule says of a condition that holds. */
export type Firing = {
	readonly severity: Severity;
	/** One line that completes "10.0.1.11:6379 …", with the numbers: `memory at 91% of maxmemory, policy noeviction`. */
	readonly title: string;
	readonly evidence: readonly Evidence[];
	/** One or two sentences: what follows from it for those who use the server. */
	readonly meaning: string;
	/** In the order in which to try them. */
	readonly next: readonly NextStep[];
	/** The guarded action that helps. */
	readonly action: ActionId | null;
	/** Set where the action is for another node than the finding's, as with everything that some say of another. */
	readonly remedy?: Remedy | undefined;
	/**
	Set for advice about a standing setting: what following it would cost. Advice is `info`, because a monitor that is
	always yellow is ignored; `--strict` makes it a warning.
	*/
	readonly adviceCost?: string;
};

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

/**
Why a rule could not be evaluated.

- `pending`: not yet: it needs another sample, or an answer that comes less often, or the node to be back
- `denied`: this user may not ask for it; `grant` is the ACL rule that would allow it
- `absent`: this server doesn't say it (version, provider, build)
- `unseen`: it can only be seen on the server's machine, or with more of it looked at
*/
export type NotEvaluated = {
	readonly kind: 'not-evaluated';
	readonly reason: 'pending' | 'denied' | 'absent' | 'unseen';
	readonly why: string;
	readonly grant?: string | undefined;
};

/** What came of a rule on one node (or one subject of it). A missing fact is never `clear`. */
export type Evaluation = (Firing & {readonly kind: 'fires'}) | {readonly kind: 'clear'} | NotEvaluated;

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
