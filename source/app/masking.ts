import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import type {Config} from '../config/config.js';
import {messageText, type ShowName} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import {Mask} from '../state/masked-state.js';
import type {MonitorState} from '../state/monitor-state.js';
import type {Notice} from '../state/view-state.js';
import type {FileNotice} from './dump.js';

type Readable = {readonly get: () => MonitorState; readonly subscribe: (listener: () => void) => () => void};

/** What the state and texts pass through before anything of them is shown. Without `--mask` they stay unchanged. */
export type Masking = {
	/** The state as it may be shown. */
	readonly state: (state: MonitorState) => MonitorState;
	readonly readable: (states: Readable) => Readable;
	/** The real node of one in the shown state. */
	readonly real: (shown: NodeAddress | undefined) => NodeAddress | undefined;
	/** A text as the machine gave it, as it may be shown. */
	readonly text: (text: string) => string;
	readonly notice: (notice: FileNotice) => Notice;
};

const noMasking: Masking = {
	state: state => state,
	readable: states => states,
	real: shown => shown,
	text: text => text,
	notice: notice => ({...notice, text: messageText(notice.text)}),
};

/** Files in the working folder by their own names: redis-top made these of masked ones. Everything else as the mask shows it. */
const showMasked =
	(mask: Mask): ShowName =>
	name =>
		name.kind === 'path' && path.dirname(name.name) === process.cwd() ? path.basename(name.name) : mask.name(name);

/** The mask of a session. */
export function maskingFor({isMasked, targets, primaryName}: Config): Masking {
	if (!isMasked) {
		return noMasking;
	}

	const mask = new Mask([
		...targets.flatMap(({endpoint, username}) => [
			...(endpoint.kind === 'tcp' ? [['host', endpoint.host] as const] : []),
			...(username === undefined ? [] : [['user', username] as const]),
		]),
		// A name of two or three letters (`vm`) would be found inside of other words.
		...(os.hostname().length > 3 ? [['host', os.hostname()] as const] : []),
		...(primaryName === undefined ? [] : [['group', primaryName] as const]),
	]);
	const state = (real: MonitorState) => mask.state(real);
	return {
		state,
		readable: ({get, subscribe}) => ({get: () => state(get()), subscribe}),
		real: shown => (shown === undefined ? undefined : mask.real(shown)),
		text: text => mask.text(text),
		notice: notice => ({...notice, text: messageText(notice.text, showMasked(mask))}),
	};
}
