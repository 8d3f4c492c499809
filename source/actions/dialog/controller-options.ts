import type {ActionProgress} from '../../domain/action.js';
import type {MonitorEvent} from '../../domain/event.js';
import type {NodeAddress} from '../../domain/node.js';
import type {NodeRecord} from '../../state/monitor-state.js';
import type {ConnectionSettings} from '../../wire/connection.js';
import type {Gate} from '../execute/gate.js';

export type ControllerOptions = {
	readonly gate: Gate;
	/** How to reach a node; undefined for one that isn't known. */
	readonly settingsOf: (address: NodeAddress) => ConnectionSettings | undefined;
	/** Why nothing can ever be unlocked; undefined where it can. */
	readonly whyReadOnly: string | undefined;
	/** `--allow-actions`. */
	readonly startsUnlocked: boolean;
	readonly isProduction: boolean;
	readonly columns: number;
	readonly rows: number;
	/** What is known of a node now, by its address or by the cluster's name for it. */
	readonly recordOf?: (address: NodeAddress, nodeId: string | undefined) => NodeRecord | undefined;
	/** To the terminal's clipboard; false where the text is too long for it. */
	readonly copy?: (text: string) => boolean;
	/** Told of the end of every action that was sent or tried. */
	readonly announce: (event: MonitorEvent) => void;
	/** Told of every step of an action after its letter, and last of its end. */
	readonly onProgress?: (progress: ActionProgress, isFinal: boolean) => void;
};
