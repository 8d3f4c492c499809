import {
	type DialogEvent,
	type DialogKey,
	type DialogState,
	type Effect,
	newDialogState,
} from '../../source/actions/dialog/dialog-state.js';
import {drawDialog} from '../../source/actions/dialog/draw-dialog.js';
import {reduceDialog} from '../../source/actions/dialog/reduce-dialog.js';
import type {ActionPolicy} from '../../source/actions/execute/guard.js';

type KeyName = Extract<DialogKey, {readonly kind: 'named'}>['name'];

/** The policy of a session in which actions are unlocked for ever. */
export const unlocked: ActionPolicy = {
	whyReadOnly: undefined,
	unlockedUntilMs: Number.POSITIVE_INFINITY,
	isProduction: false,
};

export type PlayedDialogOptions = {
	readonly policy?: ActionPolicy;
	readonly columns?: number;
	readonly rows?: number;
	/** The addresses of Alertmanagers. Absent: there is none. */
	readonly alertmanager?: string | undefined;
};

/** An action dialog with a clock of its own, and somebody who presses keys. It keeps every effect that it asked for. */
export class PlayedDialog {
	state: DialogState;
	nowMs = 0;
	readonly effects: Effect[] = [];

	constructor({policy = unlocked, columns = 80, rows = 24, alertmanager}: PlayedDialogOptions = {}) {
		this.state = newDialogState(policy, columns, rows, alertmanager);
	}

	get kind() {
		return this.state.dialog.kind;
	}

	get drawn() {
		return drawDialog(this.state, this.nowMs);
	}

	take(event: DialogEvent): this {
		const {state, effects} = reduceDialog(this.state, event, this.nowMs);
		this.state = state;
		this.effects.push(...effects);
		return this;
	}

	wait(ms: number): this {
		this.nowMs += ms;
		return this.take({kind: 'ticked'});
	}

	/** Presses keys. A text is the name of a key, such as `enter`. */
	press(...keys: ReadonlyArray<DialogKey | KeyName>): this {
		for (const key of keys) {
			this.take({kind: 'pressed', key: typeof key === 'string' ? {kind: 'named', name: key} : key});
		}

		return this;
	}

	/** Presses the key of each character. */
	type(text: string): this {
		return this.press(...[...text].map((each): DialogKey => ({kind: 'character', text: each})));
	}

	of<Kind extends Effect['kind']>(kind: Kind): Array<Extract<Effect, {kind: Kind}>> {
		return this.effects.filter((effect): effect is Extract<Effect, {kind: Kind}> => effect.kind === kind);
	}
}
