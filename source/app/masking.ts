import os from 'node:os';
import process from 'node:process';
import type {Config} from '../config/config.js';
import type {NodeAddress} from '../domain/node.js';
import {Mask} from '../state/masked-state.js';
import type {MonitorState} from '../state/monitor-state.js';
import type {Notice} from '../state/view-state.js';

type Readable = {readonly get: () => MonitorState; readonly subscribe: (listener: () => void) => () => void};

/** What stands between what is known and what is shown: with `--mask` a mask, else nothing at all. */
export type Masking = {
	/** As it may be shown. */
	readonly state: (state: MonitorState) => MonitorState;
	readonly readable: (states: Readable) => Readable;
	/** The node that the shown state calls so. */
	readonly real: (shown: NodeAddress | undefined) => NodeAddress | undefined;
	readonly text: (text: string) => string;
	/** A notice that names a file in the working folder. */
	readonly notice: (notice: Notice) => Notice;
};

const noMasking: Masking = {
	state: state => state,
	readable: states => states,
	real: shown => shown,
	text: text => text,
	notice: notice => notice,
};

/** The one mask of a session. */
export function maskingFor({isMasked, targets, primaryName}: Config): Masking {
	if (!isMasked) {
		return noMasking;
	}

	const mask = new Mask([
		...targets.flatMap(({endpoint, username}) => [
			...(endpoint.kind === 'tcp' ? [['host', endpoint.host] as const] : []),
			...(username === undefined ? [] : [['user', username] as const]),
		]),
		// Of two or three letters (`vm`) it would be found where it isn't meant.
		...(os.hostname().length > 3 ? [['host', os.hostname()] as const] : []),
		...(primaryName === undefined ? [] : [['group', primaryName] as const]),
	]);
	const state = (real: MonitorState) => mask.state(real);
	return {
		state,
		readable: ({get, subscribe}) => ({get: () => state(get()), subscribe}),
		real: shown => (shown === undefined ? undefined : mask.real(shown)),
		text: text => mask.text(text),
		notice: notice => ({...notice, text: mask.text(notice.text.replaceAll(`${process.cwd()}/`, ''))}),
	};
}
