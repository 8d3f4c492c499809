import type {
	ActionClass,
	ActionId,
	ActionOutcome,
	Check,
	FollowUp,
	LabelledValue,
	Verification,
} from '../../domain/action.js';
import type {ClusterNode} from '../../domain/cluster.js';
import type {Endpoint, NodeAddress} from '../../domain/node.js';
import type {FileFacts} from '../../host/data-file.js';
import type {NodeRecord} from '../../state/monitor-state.js';
import type {Version} from '../../wire/read-commands.js';
import type {Reading, ServerFacts} from './server-facts.js';

/** What the box shows of one action on one server. */
export type Preflight = {
	readonly effects: readonly string[];
	readonly facts: readonly LabelledValue[];
	readonly checks: readonly Check[];
	/** The command that takes it back, for the box, the audit and the reminder; absent where nothing does. */
	readonly revert?: readonly string[] | undefined;
	/** What is typed to confirm instead of the target's name: how many it hits. */
	readonly phrase?: string | undefined;
	/** What belongs to it and has to be sent by itself. */
	readonly follow?: FollowUp | undefined;
	/** Where what was found makes it worse than the row says. */
	readonly class?: ActionClass | undefined;
};

/** What the operator has selected on the screen, as far as an action can be about it. */
export type Selection = {
	readonly clientId?: number | undefined;
	readonly slot?: number | undefined;
	/** A cluster node's name, 40 hexadecimal digits. */
	readonly nodeId?: string | undefined;
	/** The action that a finding names. */
	readonly action?: ActionId | undefined;
	/** What its form starts with. */
	readonly value?: string | undefined;
	/** The value is right as it is: its form is left out. */
	readonly isSettled?: boolean;
};

/** What was typed, as words of the command, and in words as the server will read it. */
export type TypedValue = {readonly words: readonly string[]; readonly shown: string};

/** The one thing of an action that has to be typed before its box can be made. */
export type Parameter = {
	readonly label: string;
	/** What may be typed, one line. */
	readonly hint: string;
	/** A text that is right: for asking the server in advance whether the command is allowed. */
	readonly example: string;
	/** What stands in the field at first. */
	readonly initial?: (record: NodeRecord, selection: Selection) => string | undefined;
	/** What is now, in the same words as what is typed; undefined where it isn't known. */
	readonly now?: (record: NodeRecord) => string | undefined;
	/** A text says what is wrong. */
	readonly read: (text: string) => TypedValue | string;
};

/** The first versions that know a command; absent: as long as redis-top knows servers. */
export type Since = {readonly redis?: Version | 'never'; readonly valkey?: Version | 'never'};

/** One look at the server after sending, on a connection of its own. */
export type Sight =
	| {readonly kind: 'answered'; readonly reading: Reading; readonly around?: readonly View[] | undefined}
	/** Nothing listens there: the process is gone. The others may still say what became of its part. */
	| {readonly kind: 'gone'; readonly around?: readonly View[] | undefined}
	/** It may live: no answer, no room, no rights, or another error on the way. */
	| {readonly kind: 'silent'; readonly why: string};

/** What another server sees; undefined where it could not be had. */
export type View = {
	readonly address: NodeAddress;
	/** CLUSTER NODES of a node of the cluster. */
	readonly nodes: readonly ClusterNode[] | undefined;
	/** The address of the primary as another Sentinel names it. */
	readonly primary?: string | undefined;
};

/** What is known when a proof is judged. */
export type ProofInput = {
	/** What the box was made of. */
	readonly facts: ServerFacts;
	/** Read on the action's connection immediately before sending. */
	readonly before: Reading;
	readonly dumpBefore: FileFacts;
	/** Undefined while a reply is owed. */
	readonly outcome: ActionOutcome | undefined;
	readonly sight: Sight;
	readonly dumpNow: FileFacts;
	/** Milliseconds since the outcome is known. */
	readonly sinceOutcomeMs: number;
};

/** One action: everything that sets it apart from the others. The gate, the guard and the dialog know only this. */
export type ActionRow = {
	readonly id: ActionId;
	/** Opens it in the menu, and executes it in its box. */
	readonly letter: string;
	readonly title: string;
	readonly class: ActionClass;
	/** The command, without what is typed. */
	readonly command: readonly string[];
	readonly parameter?: Parameter | undefined;
	readonly since?: Since | undefined;
	/** Which kind of server it is for; without it one with data. */
	readonly server?: 'data' | 'sentinel';
	/** While a script holds the server it answers nothing else, and this may be what ends it. */
	readonly isForBusy?: boolean;
	/** Reads whose replies the preflight and each look need (`Reading.extra`), in order. */
	readonly asks?: (words: readonly string[]) => ReadonlyArray<readonly string[]>;
	/** Another server that the preflight has to see. */
	readonly otherServer?: (words: readonly string[]) => Endpoint | undefined;
	/**
	`views`: the proof needs what the other nodes of the cluster see. `send`: they get the command too. `sentinels`: the
	proof needs what the other Sentinels say of the primary that is the command's first typed word.
	*/
	readonly around?: 'views' | 'send' | 'sentinels';
	/** Why what the box said isn't true any more, immediately before sending; undefined while it is. */
	readonly recheck?: (facts: ServerFacts, before: Reading) => string | undefined;
	/** What `CONFIG GET` must tell for the preflight. */
	readonly configNames: readonly string[];
	/** Why it can't be done to this node now, from what the monitor knows already; undefined when it can be tried. */
	readonly whyNot: (record: NodeRecord) => string | undefined;
	readonly preflight: (facts: ServerFacts) => Preflight;
	/** How long a reply may take, milliseconds. */
	readonly replyTimeoutMs: (facts: ServerFacts) => number;
	/** True for a command that answers success by ending the connection. */
	readonly endsConnection: boolean;
	/** What one look proves. `running` means: look again. */
	readonly judge: (input: ProofInput) => Verification;
	/** After so long without a proof, looking stops and the result is `unproved`; milliseconds from the outcome. */
	readonly patienceMs: (facts: ServerFacts) => number;
};
