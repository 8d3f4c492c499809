import type {ActionName} from './action.js';
import type {Message, Name} from './message.js';
import type {NodeAddress} from './node.js';

export type Severity = 'info' | 'warning' | 'critical';

/** From harmless to worst, for comparing. */
export const severityRank: Readonly<Record<Severity, number>> = {info: 0, warning: 1, critical: 2};

/** What a number is, so that a reader gets `5.46G` and a program 5862588416. */
export type EvidenceUnit = 'bytes' | 'seconds' | 'milliseconds' | 'perSecond' | 'bytesPerSecond' | 'share' | 'count';

/** One reading that a finding rests on. The name is the server's own where it has one: `used_memory`. */
export type Evidence = {
	readonly name: string;
	readonly value: number | string | Message;
	/** Of a number; undefined: it is printed as it is. */
	readonly unit?: EvidenceUnit;
};

/**
What to do next, one step.

- `command`: for this terminal, complete with host and port: `redis-cli -h 10.0.1.11 -p 6379 MEMORY DOCTOR`
- `shell`: for a shell on the server's machine: `df -h /var/lib/redis`
- `words`: a sentence
*/
export type NextStep = {readonly kind: 'command' | 'shell' | 'words'; readonly text: Message};

/** Whom a finding's action is for and about, where the finding itself doesn't say it. */
export type Remedy = {
	/** Undefined: the finding's own node. */
	readonly node?: NodeAddress | undefined;
	/** What its form starts with: a node's id, a slot, a primary's name. */
	readonly value?: string | undefined;
};

/**
What those who use the server feel while a condition holds. The list is in order of urgency: `effectRank` ranks by it.

- `unreachable`: nothing answers at its address, or it turns everybody away
- `not-responding`: it takes connections and gives no reply
- `slots-unserved`: commands for some slots of a cluster fail
- `writes-refused`, `reads-refused`: such commands get an error
- `writes-paused`: such commands wait
- `connections-refused`: new clients are turned away
- `data-lost`: keys that were acknowledged are gone
- `reads-stale`: reads give old data
- `keys-evicted`: keys go before their time
- `slow`: commands take longer than they should
- `failover-impossible`: the next loss of a primary is an outage
- `data-at-risk`: a crash or a restart would lose data
*/
export const effects = [
	'unreachable',
	'not-responding',
	'slots-unserved',
	'writes-refused',
	'reads-refused',
	'writes-paused',
	'connections-refused',
	'data-lost',
	'reads-stale',
	'keys-evicted',
	'slow',
	'failover-impossible',
	'data-at-risk',
] as const;

export type Effect = (typeof effects)[number];

/** Who or what brings a condition about, as far as the evidence shows it. */
export type Culprit = {
	/** A client, by its name or address. */
	readonly client?: Name | undefined;
	/** A command's name: `KEYS`. */
	readonly command?: string | undefined;
	/** A key, or the pattern of keys. */
	readonly key?: Name | undefined;
	readonly node?: NodeAddress | undefined;
};

/** What is wrong. Its text is made last, in one of three lengths (`statementMessage`). */
export type Statement = {
	/** Completes "10.0.1.11:6379 …" and says the most by itself: `refuses writes (MISCONF)`. */
	readonly problem: Message;
	/** Figures and circumstances: `6G of 6.4G, policy allkeys-lru`. */
	readonly detail?: Message | undefined;
	/** Why, as far as the evidence shows it: `its last RDB save failed`. */
	readonly reason?: Message | undefined;
};

/** How urgent an effect is: 0 is the most urgent, and no effect is the least. */
export const effectRank = (effect: Effect | undefined): number =>
	effect === undefined ? effects.length : effects.indexOf(effect);

/** What a rule says of a condition that holds. */
export type Firing = Statement & {
	readonly severity: Severity;
	/** What its users feel; undefined: nothing yet. */
	readonly effect?: Effect | undefined;
	readonly culprit?: Culprit | undefined;
	/** Every node that it is about, where that is more than the finding's own. */
	readonly nodes?: readonly NodeAddress[] | undefined;
	readonly evidence: readonly Evidence[];
	/** One or two sentences: what follows from it for those who use the server. */
	readonly meaning: Message;
	/** In the order in which to try them. */
	readonly next: readonly NextStep[];
	/** The guarded action that helps. */
	readonly action?: ActionName | undefined;
	/** Set where the action is for another node than the finding's, as with everything that some say of another. */
	readonly remedy?: Remedy | undefined;
	/**
	Set for advice about a standing setting: what following it would cost. Advice is `info`, because a monitor that is
	always yellow is ignored; `--strict` makes it a warning.
	*/
	readonly adviceCost?: string;
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
	/** The command whose refusal is the reason: `CONFIG GET`; undefined where no refused command is. */
	readonly command?: string | undefined;
	readonly grant?: string | undefined;
};

/** What came of a rule on one node (or one subject of it). A missing fact is never `clear`. */
export type Evaluation = (Firing & {readonly kind: 'fires'}) | {readonly kind: 'clear'} | NotEvaluated;
