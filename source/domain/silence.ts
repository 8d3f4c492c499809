import type {NodeAddress} from './node.js';

/** A silence as one Alertmanager keeps it. */
export type SilencePart = {
	/** Host and port of the Alertmanager. */
	readonly place: string;
	/** The id that the Alertmanager gave. */
	readonly id: string;
};

/** A silence that was set: nobody is told of alerts about its nodes until it is lifted or ends. */
export type Silence = {
	/** The node that the operator acts on. */
	readonly target: NodeAddress;
	/** The silence in each Alertmanager that has it. */
	readonly parts: readonly SilencePart[];
	/** When it ends by itself, in milliseconds since the epoch. */
	readonly endsAtMs: number;
};

export type SilenceRequest = {
	/** The nodes whose alerts are held back, by their label `instance`. */
	readonly nodes: readonly NodeAddress[];
	/** When it ends by itself, in milliseconds since the epoch. */
	readonly endsAtMs: number;
	/** Why it is set, for those who read it in Alertmanager. */
	readonly comment: string;
};

/** What became of a request for a silence. */
export type SilenceReply = {
	readonly parts: readonly SilencePart[];
	/** Why an Alertmanager may not have it, as one line; undefined where all have it. */
	readonly problem: string | undefined;
};

/** Sets and lifts silences. Its calls never reject, and end within seconds. */
export type Silencer = {
	/** The request as a command of amtool, Alertmanager's own program. */
	readonly commandOf: (request: SilenceRequest) => string;
	readonly set: (request: SilenceRequest) => Promise<SilenceReply>;
	/** Returns why the silence may still be there, as one line; undefined where it is lifted. */
	readonly lift: (part: SilencePart) => Promise<string | undefined>;
};

/** A silencer that is loaded with the first silence. */
export type SilencerSource = {
	/** The Alertmanagers, for texts: `127.0.0.1:9093`. */
	readonly place: string;
	readonly load: () => Promise<Silencer>;
};
