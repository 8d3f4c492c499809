import type {Check, LabelledValue} from '../../domain/action.js';
import type {NodeAddress} from '../../domain/node.js';
import type {RestartRun, RestartStepId} from '../../domain/restart.js';
import type {NodeRecord} from '../../state/monitor-state.js';
import type {ActionId} from '../catalogue/catalogue.js';
import type {SilenceChoice} from '../dialog/silence-choice.js';

/** The stages of the dialog of a restart. */
export type RestartBox =
	| {readonly kind: 'closed'}
	| {readonly kind: 'reading'; readonly address: NodeAddress}
	/** Facts and checks before the restart begins. `refusal` says why the restart must not begin. */
	| {
			readonly kind: 'offer';
			readonly address: NodeAddress;
			readonly facts: readonly LabelledValue[];
			readonly checks: readonly Check[];
			readonly refusal: string | undefined;
			/** The restart to begin; undefined where the restart must not begin. */
			readonly run: RestartRun | undefined;
			/** The silence for the time of the restart; undefined where no silence can be set. */
			readonly silence?: SilenceChoice | undefined;
	  }
	/** The silence is being set, before the restart begins. */
	| {readonly kind: 'silencing'; readonly address: NodeAddress; readonly durationMs: number}
	/** A restart that has begun. `typed` is the text in the field of a step that redis-top itself can run. */
	| {readonly kind: 'steps'; readonly address: NodeAddress; readonly typed: string; readonly isAbandoning: boolean};

/** The keyboard key of a step. `text` completes the prompt "press … for the dialog that will …". */
export type StepKey = {readonly letter: string; readonly action: ActionId | undefined; readonly text: string};

/** The keyboard keys of the steps that need the operator. The other steps are only observed. */
export const stepKeys: Readonly<Partial<Record<RestartStepId, StepKey>>> = {
	/** The action depends on the kind of deployment; see `handover.ts`. */
	failover: {letter: 'f', action: undefined, text: 'fail over'},
	save: {letter: 'b', action: 'bgsave', text: 'save to disk'},
	stop: {letter: 's', action: 'shutdown-save', text: 'save and stop'},
	start: {letter: 't', action: undefined, text: 'start'},
};

export const stepTitles: Readonly<Record<RestartStepId, string>> = {
	failover: 'fail over to a replica',
	save: 'save, and prove it',
	stop: 'stop',
	start: 'start',
	load: 'load the data',
	prove: 'prove that all is back',
};

/** What the last poll of a node showed, as far as a restart needs it. */
export type RestartObservation = Pick<NodeRecord, 'reach' | 'role' | 'failure' | 'sample'>;
