import type {NodeAddress} from '../domain/node.js';
import type {MonitorState} from './monitor-state.js';

/** States from before this run's own history, made of what another program stored. */
export type EarlierStates = {
	/** The state at a moment. Undefined when the moment is in the own history, or no other program is asked. */
	readonly at: (live: MonitorState, atMs: number) => MonitorState | undefined;
	/**
	The moment to show after a step back or forward from `fromMs`, if one of both lies before the own history; undefined
	when the own history has it.
	*/
	readonly momentFrom: (node: NodeAddress, fromMs: number, by: 1 | -1, unit: 'sample' | 'minute') => number | undefined;
	/** Calls `listener` when more is known of an earlier moment. Returns the function that unsubscribes it. */
	readonly subscribe: (listener: () => void) => () => void;
};
