import type {InfoReply} from './info-reply.js';

/** A loaded module, from MODULE LIST. */
export type ServerModule = {
	/** The module's own name, printable: `search`, `ReJSON`, `lua`. */
	readonly name: string;
	readonly version: number | undefined;
};

/** The latest reading of INFO modules and the reading before; `before` is undefined at the first reading. */
export type ModuleReadings = {readonly now: InfoReply; readonly before: InfoReply | undefined};
