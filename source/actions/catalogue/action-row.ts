import type {ActionClass, ActionName, ActionOutcome, Preflight, Verification} from '../../domain/action.js';
import type {ClusterNode} from '../../domain/cluster.js';
import type {Endpoint, NodeAddress} from '../../domain/node.js';
import type {FileFacts} from '../../host/data-file.js';
import type {NodeRecord} from '../../state/monitor-state.js';
import type {Version} from '../../wire/read-commands.js';
import type {Reading, ServerFacts} from './server-facts.js';

/** The selected row of the screen, as far as an action can use it. */
export type Selection = {
	readonly clientId?: number | undefined;
	readonly slot?: number | undefined;
	/** A cluster node's name, 40 hexadecimal digits. */
	readonly nodeId?: string | undefined;
	/** The id of the action that the finding in the selected row suggests. */
	readonly action?: ActionName | undefined;
	/** The initial text of the action's form. */
	readonly value?: string | undefined;
	/** True if `value` is complete and valid, so that the dialog skips the form. */
	readonly isSettled?: boolean;
	/** An action on another node that helps where nothing can be sent to the node of the menu. */
	readonly elsewhere?: {
		readonly node: NodeAddress;
		readonly action: ActionName;
		readonly value?: string | undefined;
	};
};

/**
The value that the operator typed: the words to add to the command, and a text that says how the server reads them.
*/
export type TypedValue = {readonly words: readonly string[]; readonly shown: string};

/** The one value of an action that the operator types before the preflight. */
export type Parameter = {
	readonly label: string;
	/** A line that says what may be typed. */
	readonly hint: string;
	/** A valid example text. ACL DRYRUN needs a complete command. */
	readonly example: string;
	/** The initial text of the field; undefined: empty. */
	readonly initial?: (record: NodeRecord, selection: Selection) => string | undefined;
	/** The present value on the server, as it would be typed; undefined where it is unknown. */
	readonly now?: (record: NodeRecord) => string | undefined;
	/** Parses the typed text. Returns the value, or a text that says what is wrong. */
	readonly read: (text: string) => TypedValue | string;
};

/**
The first version of each product that knows a command. For a product without a field, every version that redis-top
supports knows the command. `never`: no version of the product knows it.
*/
export type Since = {readonly redis?: Version | 'never'; readonly valkey?: Version | 'never'};

/** One observation of the server after the command was sent, on a separate connection. */
export type Observation =
	| {readonly kind: 'answered'; readonly reading: Reading; readonly peers?: readonly PeerReport[] | undefined}
	/** No process listens at the address any more. Other nodes may still report which node took over its role. */
	| {readonly kind: 'gone'; readonly peers?: readonly PeerReport[] | undefined}
	/** The process may still run: the connection timed out, was refused by the server, or failed otherwise. */
	| {readonly kind: 'silent'; readonly why: string};

/**
What another node of the cluster, or another Sentinel, reports. A field is undefined where that server gave no usable
reply.
*/
export type PeerReport = {
	readonly address: NodeAddress;
	/** The parsed CLUSTER NODES of that node; undefined for a Sentinel. */
	readonly nodes: readonly ClusterNode[] | undefined;
	/** The address of the primary, as that Sentinel reports it; undefined for a cluster node. */
	readonly primary?: string | undefined;
};

/** The facts that prove or disprove the effect of an action. */
export type ProofInput = {
	/** The facts that the preflight read. */
	readonly facts: ServerFacts;
	/** The reading on the action's connection, immediately before the command was sent. */
	readonly before: Reading;
	readonly dumpBefore: FileFacts;
	/** The result of sending; undefined while the reply is pending. */
	readonly outcome: ActionOutcome | undefined;
	readonly observation: Observation;
	readonly dumpNow: FileFacts;
	/** Milliseconds since the outcome of sending became known; 0 while the reply is pending. */
	readonly sinceOutcomeMs: number;
};

/**
One action: everything that distinguishes it from other actions. Preflight, guard, dialog, sending and proof know only
this type. See `catalogue.ts` for how an action is added.
*/
export type ActionRow<Id extends ActionName = ActionName> = {
	readonly id: Id;
	/**
	The key that opens the action in its group of the menu and confirms it in its dialog: a lower-case letter, unique in
	the group. No action has `j`, `k` or `q`: these keys move in the menu and close it.
	*/
	readonly letter: string;
	readonly title: string;
	readonly class: ActionClass;
	/** The words of the command, without the words of the typed value. */
	readonly command: readonly string[];
	readonly parameter?: Parameter | undefined;
	readonly since?: Since | undefined;
	/** The kind of server that the action is for. @default 'data' */
	readonly server?: 'data' | 'sentinel';
	/**
	True for an action that may be sent while a script blocks the server. A blocked server refuses nearly every other
	command.
	*/
	readonly isForBusy?: boolean;
	/**
	The read commands whose replies the preflight and each observation need. `Reading.extra` has the replies in the same
	order.
	*/
	readonly asks?: (words: readonly string[]) => ReadonlyArray<readonly string[]>;
	/**
	Returns the other server that the typed words name, such as the new primary of a replica. The preflight reads INFO of
	that server.
	*/
	readonly otherServer?: (words: readonly string[]) => Endpoint | undefined;
	/**
	How other cluster nodes or Sentinels take part in the action; undefined where none of them does.

	- `ask-nodes`: the proof needs CLUSTER NODES of the other nodes of the cluster
	- `send-to-nodes`: as `ask-nodes`, and the other nodes get the command too
	- `ask-sentinels`: the proof asks other Sentinels for the address of the primary that the first typed word names
	*/
	readonly peers?: 'ask-nodes' | 'send-to-nodes' | 'ask-sentinels';
	/**
	Called immediately before sending. Returns why the command must not be sent although the preflight allowed it;
	undefined if it may be sent.
	*/
	readonly recheck?: (facts: ServerFacts, before: Reading) => string | undefined;
	/** Names of server settings that the preflight reads with CONFIG GET. */
	readonly settingNames: readonly string[];
	/** Why the action makes no sense on this node, by the node's last poll; undefined where the action can be tried. */
	readonly whyNot: (record: NodeRecord) => string | undefined;
	readonly preflight: (facts: ServerFacts) => Preflight;
	/** The longest wait for the reply, in milliseconds. */
	readonly replyTimeoutMs: (facts: ServerFacts) => number;
	/** True for a command that reports success by closing the connection. */
	readonly endsConnection: boolean;
	/** What one observation proves. `running` asks for another observation. */
	readonly verify: (input: ProofInput) => Verification;
	/**
	Set for an action that is expected to cause alerts, such as a stop. The dialog of the action offers a silence in
	Alertmanager.

	- `nodes`: the nodes, besides the target, that the alerts name
	- `lastsMs`: how long the action's effect, such as a pause of clients, continues after the proof, in milliseconds
	*/
	readonly alerts?: {
		readonly nodes?: (facts: ServerFacts) => ReadonlyArray<NodeAddress | undefined>;
		readonly lastsMs?: (words: readonly string[]) => number;
	};
	/** Time after the outcome of sending at which observing stops and the result is `unproved`, in milliseconds. */
	readonly verifyTimeoutMs: (facts: ServerFacts) => number;
};
