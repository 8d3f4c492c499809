import type {InfoReply} from './info-reply.js';

/** A module that is loaded, by MODULE LIST. */
export type ServerModule = {
	/** As it calls itself, printable: `search`, `ReJSON`, `lua`. */
	readonly name: string;
	readonly version: number | undefined;
};

/** What modules say of themselves (INFO modules), now and when they were asked before. */
export type ModuleReadings = {readonly now: InfoReply; readonly before: InfoReply | undefined};
