import type {KeyBinding} from './key-binding.js';
import {panelBindings} from './panel-bindings.js';
import {replayBindings} from './replay-bindings.js';
import {sessionBindings} from './session-bindings.js';

export type {KeyBinding, KeyName, KeyScreen} from './key-binding.js';

/**
Every key binding, one row each. The reaction to keyboard keys, the last line of the screen, the help and docs/keys.md
are made from these rows.
*/
export const bindings: readonly KeyBinding[] = [...panelBindings, ...sessionBindings, ...replayBindings];
