import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import type {Config} from '../config/config.js';
import {messageText, type ShowName} from '../domain/message.js';
import type {NodeAddress} from '../domain/node.js';
import {Mask} from '../state/masked-state.js';
import type {MonitorState} from '../state/monitor-state.js';
import type {Notice} from '../state/view-state.js';
import type {SecretKind} from '../text/pseudonyms.js';
import type {FileNotice} from './dump.js';

type Readable = {readonly get: () => MonitorState; readonly subscribe: (listener: () => void) => () => void};

/** Masks the state and texts before they are shown. Without `--mask` every function returns its argument unchanged. */
export type Masking = {
	/** Returns the state with its names replaced. */
	readonly state: (state: MonitorState) => MonitorState;
	readonly readable: (states: Readable) => Readable;
	/** Returns the real address of a node in the masked state. */
	readonly real: (shown: NodeAddress | undefined) => NodeAddress | undefined;
	/** Returns a text from outside the state with its names replaced. */
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

/**
Returns how a name is shown. Names of files in the working folder stay, because redis-top made them from masked names.
The mask replaces every other name.
*/
const showMasked =
	(mask: Mask): ShowName =>
	name =>
		name.kind === 'path' && path.dirname(name.name) === process.cwd() ? path.basename(name.name) : mask.name(name);

/** The names that are known from the start: those on the command line, and the name of this machine. */
export function knownNames({
	targets,
	primaryName,
}: Pick<Config, 'targets' | 'primaryName'>): Array<readonly [kind: SecretKind, real: string]> {
	return [
		...targets.flatMap(({endpoint, username}) => [
			...(endpoint.kind === 'tcp' ? [['host', endpoint.host] as const] : []),
			...(username === undefined ? [] : [['user', username] as const]),
		]),
		// A name of at most three letters (`vm`) is left out, because it would also be replaced inside of other words.
		...(os.hostname().length > 3 ? [['host', os.hostname()] as const] : []),
		...(primaryName === undefined ? [] : [['group', primaryName] as const]),
	];
}

/** The mask of a session. */
export function maskingFor({isMasked, targets, primaryName}: Config): Masking {
	if (!isMasked) {
		return noMasking;
	}

	const mask = new Mask(knownNames({targets, primaryName}));
	const state = (real: MonitorState) => mask.state(real);
	return {
		state,
		readable: ({get, subscribe}) => ({get: () => state(get()), subscribe}),
		real: shown => (shown === undefined ? undefined : mask.real(shown)),
		text: text => mask.text(text),
		notice: notice => ({...notice, text: messageText(notice.text, showMasked(mask))}),
	};
}
