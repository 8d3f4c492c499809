import type {NodeAddress} from './node.js';

/** The silence as one Alertmanager holds it. With several Alertmanagers, a silence is set in each of them. */
export type SilencePart = {
	/** Host and port of the Alertmanager. */
	readonly place: string;
	/** The id that the Alertmanager gave. */
	readonly id: string;
};

/**
A silence that was set. Until it is lifted or ends, Alertmanager notifies nobody of alerts about the silenced nodes.
*/
export type Silence = {
	/** The node that the operator acts on. */
	readonly target: NodeAddress;
	/** The silence in each Alertmanager that has it. */
	readonly parts: readonly SilencePart[];
	/** When the silence ends by itself, in milliseconds since the epoch. */
	readonly endsAtMs: number;
};

export type SilenceRequest = {
	/** The nodes whose alerts are silenced. Alerts name a node in the label `instance`. */
	readonly nodes: readonly NodeAddress[];
	/** When the silence ends by itself, in milliseconds since the epoch. */
	readonly endsAtMs: number;
	/** Why the silence is set, for people who read it in Alertmanager. */
	readonly comment: string;
};

/** The result of a request for a silence. */
export type SilenceReply = {
	readonly parts: readonly SilencePart[];
	/** Why an Alertmanager may lack the silence, as one line; undefined when every Alertmanager has it. */
	readonly problem: string | undefined;
};

/** Sets and lifts silences. Its calls never reject, and end within seconds. */
export type Silencer = {
	/** The request as a command of amtool, Alertmanager's own program. */
	readonly commandOf: (request: SilenceRequest) => string;
	readonly set: (request: SilenceRequest) => Promise<SilenceReply>;
	/**
	Lifts a silence. Resolves with the reason why the silence may still be set, as one line; undefined when it is lifted.
	*/
	readonly lift: (part: SilencePart) => Promise<string | undefined>;
};

/** A silencer whose code is loaded when the first silence is needed. */
export type SilencerSource = {
	/** The names of the Alertmanagers, for use in texts: `127.0.0.1:9093`. */
	readonly place: string;
	readonly load: () => Promise<Silencer>;
};
