import type {ActionName} from './action.js';
import type {Message, Name} from './message.js';
import type {NodeAddress} from './node.js';

export type Severity = 'info' | 'warning' | 'critical';

/** A number for each severity, to compare two of them. A higher number is worse. */
export const severityRank: Readonly<Record<Severity, number>> = {info: 0, warning: 1, critical: 2};

/** The unit of an evidence's number. With a unit, people read `5.46G` and programs read 5862588416. */
export type EvidenceUnit = 'bytes' | 'seconds' | 'milliseconds' | 'perSecond' | 'bytesPerSecond' | 'share' | 'count';

/**
One reading on which a finding is based. `name` is the server's own name for the reading when it has one: `used_memory`.
*/
export type Evidence = {
	readonly name: string;
	readonly value: number | string | Message;
	/** The unit of a number. Undefined: `value` is printed unchanged. */
	readonly unit?: EvidenceUnit;
};

/**
One next step for the operator.

- `command`: a command for this terminal, complete with host and port: `redis-cli -h 10.0.1.11 -p 6379 MEMORY DOCTOR`
- `shell`: a command for a shell on the server's machine: `df -h /var/lib/redis`
- `words`: a sentence
*/
export type NextStep = {readonly kind: 'command' | 'shell' | 'words'; readonly text: Message};

/**
What a finding fills into the dialog of its action: the target of the action, if it isn't the finding's own node, and
the value of the dialog's form.
*/
export type Remedy = {
	/** The node for the action; undefined: the finding's own node. */
	readonly node?: NodeAddress | undefined;
	/** The initial value of the action's form: a node's id, a slot or a primary's name. */
	readonly value?: string | undefined;
};

/**
The effect of a condition on the users of the server, from the most to the least urgent. `effectRank` is the place in
this list.

- `unreachable`: nothing answers at the node's address, or the node refuses every client
- `not-responding`: the node accepts connections and sends no reply
- `slots-unserved`: commands for some slots of a cluster fail
- `writes-refused`: writes get an error
- `writes-paused`: writes wait
- `reads-refused`: reads get an error, mostly those at a replica
- `connections-refused`: new clients are refused
- `data-lost`: keys are lost although their writes were acknowledged
- `reads-stale`: reads return old data
- `keys-evicted`: keys are removed before they expire
- `slow`: commands take longer than they should
- `failover-impossible`: no replica could replace a failed primary
- `data-at-risk`: a crash or a restart would lose data
*/
export const effects = [
	'unreachable',
	'not-responding',
	'slots-unserved',
	'writes-refused',
	'writes-paused',
	'reads-refused',
	'connections-refused',
	'data-lost',
	'reads-stale',
	'keys-evicted',
	'slow',
	'failover-impossible',
	'data-at-risk',
] as const;

export type Effect = (typeof effects)[number];

/** What causes a condition, as far as the evidence shows it. */
export type Culprit = {
	/** The client that causes the condition, by its name or address. */
	readonly client?: Name | undefined;
	/** The name of the command that causes the condition: `KEYS`. */
	readonly command?: string | undefined;
	/** The key that causes the condition, or a pattern of keys. */
	readonly key?: Name | undefined;
	readonly node?: NodeAddress | undefined;
};

/** A problem as data. `statementMessage` turns it into a text of one of three lengths. */
export type Statement = {
	/** The problem without its detail and reason. It completes "10.0.1.11:6379 …": `refuses writes (MISCONF)`. */
	readonly problem: Message;
	/** Figures and circumstances of the problem: `6G of 6.4G, policy allkeys-lru`. */
	readonly detail?: Message | undefined;
	/** The cause, as far as the evidence shows it: `its last RDB save failed`. */
	readonly reason?: Message | undefined;
};

/** The urgency of an effect. 0 is the most urgent; undefined gives the highest number. */
export const effectRank = (effect: Effect | undefined): number =>
	effect === undefined ? effects.length : effects.indexOf(effect);

/**
The urgency of errors that clients get at this moment. Only some of their commands fail. They come after commands that
are slow, and before a risk, of which clients feel nothing yet.
*/
export const clientErrorUrgency = effectRank('slow') + 0.5;

/**
The urgency of a finding about a machine that is short of processor time. A machine without
spare processor time slows all its programs. A finding about the server itself tells more about the cause, so it comes
first.
*/
export const machineUrgency = effectRank(undefined) + 1;

/** The urgency of a warning about how a server is set up, such as one without a password. It is the lowest of all. */
export const setUpUrgency = machineUrgency + 1;

/** What a rule reports about a condition that holds. */
export type Firing = Statement & {
	readonly severity: Severity;
	/** The effect on the users of the server; undefined while the condition has no effect on them. */
	readonly effect?: Effect | undefined;
	readonly culprit?: Culprit | undefined;
	/** Every node that the finding is about; undefined: the finding's own node alone. */
	readonly nodes?: readonly NodeAddress[] | undefined;
	/** `problem` in fewer words, for a narrow screen, the longest first. Each text keeps the effect and the culprit. */
	readonly briefProblems?: readonly Message[] | undefined;
	readonly evidence: readonly Evidence[];
	/** One or two sentences on what the condition means for users of the server. */
	readonly meaning: Message;
	/** The next steps, in the order in which to try them. */
	readonly next: readonly NextStep[];
	/** The guarded action that helps; undefined when no action helps. */
	readonly action?: ActionName | undefined;
	/**
	What the finding fills into the dialog of its action. Some findings are about one node and name another node as the
	action's target.
	*/
	readonly remedy?: Remedy | undefined;
	/**
	The cost of following a piece of advice; set when the finding is advice about a permanent setting. Advice has the
	severity info, because people ignore a monitor that always shows warnings. With `--strict`, advice is a warning.
	*/
	readonly adviceCost?: string;
	/**
	What the text tells of, if not of a condition that holds.

	- `moment`: something that has passed, such as a command of 12 s ago. The finding outlasts it.
	- `forecast`: something that will come, such as full memory in 3 minutes

	A report of an incident quotes such a text as it was found first. It quotes other texts as they were found last.
	*/
	readonly tells?: 'moment' | 'forecast' | undefined;
	/** Whether this evaluation alone suffices for a finding on the screen, however many its rule usually wants. */
	readonly isCertain?: boolean | undefined;
};

/**
Why a rule could not be evaluated.

- `pending`: redis-top still needs a fact: another sample, a low-frequency reply, or a reply of an unreachable node
- `denied`: the user may not run a command; `grant` is the ACL rule that would allow it
- `absent`: this server doesn't report the fact (version, provider, build)
- `unseen`: the fact can only be seen on the server's machine, or redis-top has not looked closely enough
*/
export type NotEvaluated = {
	readonly kind: 'not-evaluated';
	readonly reason: 'pending' | 'denied' | 'absent' | 'unseen';
	readonly why: string;
	/** The command whose refusal is the reason: `CONFIG GET`; undefined when no refused command is the reason. */
	readonly command?: string | undefined;
	readonly grant?: string | undefined;
};

/**
The result of a rule on one node, or on one part of a node such as a replica. If a fact is missing, the result is never
`clear`.
*/
export type Evaluation = (Firing & {readonly kind: 'fires'}) | {readonly kind: 'clear'} | NotEvaluated;
