import process from 'node:process';
import type {Config} from '../config/config.js';
import {systemClock} from '../domain/clock.js';
import {homeFolder} from '../host/home-folder.js';
import {stateFolder} from '../host/own-folders.js';
import {recallTopology, rememberTopology} from '../host/topology-memory.js';
import type {RememberedTopology} from '../parse/remembered-topology.js';
import type {MonitorState} from '../state/monitor-state.js';
import type {MonitorStore} from '../state/monitor-store.js';

/** Written again without a change after so long, so that its age stays true, milliseconds. */
const rewriteAfterMs = 300_000;

const folder = (): string => stateFolder(process.env, homeFolder());

/** The nodes of an earlier visit; none for a demo, which has new ones each time. */
export const recalled = ({label, demo}: Config): RememberedTopology | undefined =>
	demo === undefined ? recallTopology(folder(), label) : undefined;

/**
Keeps the known nodes in the state folder, whenever they change and one of them answers. A folder that can't be written
costs the memory and nothing else.
*/
export function keepTopology({label, demo}: Config, store: MonitorStore, signal: AbortSignal): void {
	if (demo !== undefined) {
		return;
	}

	let written = '';
	let writtenAtMs = Number.NEGATIVE_INFINITY;
	const stop = store.subscribe(() => {
		const records = worthKeeping(store.get());
		const key = records.map(({address}) => address).join(' ');
		const nowMs = systemClock.now();
		if (records.length > 1 && (key !== written || nowMs - writtenAtMs > rewriteAfterMs)) {
			written = key;
			writtenAtMs = nowMs;
			const nodes = records.map(({endpoint}) => endpoint);
			rememberTopology(folder(), label, {atMs: nowMs, nodes}).catch(() => undefined);
		}
	});
	signal.addEventListener('abort', stop, {once: true});
}

/** Those that answered once and are not gone. */
const worthKeeping = ({nodes}: MonitorState) =>
	[...nodes.values()].filter(({sample, goneSinceMs}) => sample !== undefined && goneSinceMs === undefined);
