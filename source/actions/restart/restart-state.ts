import type {Check, LabelledValue} from '../../domain/action.js';
import type {NodeAddress} from '../../domain/node.js';
import type {RestartRun, RestartStepId} from '../../domain/restart.js';
import type {NodeRecord} from '../../state/monitor-state.js';
import type {ActionId} from '../catalogue/catalogue.js';

/** What the box of a restart shows. It never sends anything itself: its letters open the boxes of the actions. */
export type RestartBox =
	| {readonly kind: 'closed'}
	| {readonly kind: 'reading'; readonly address: NodeAddress}
	/** What was found, before anything begins. `refusal` says why it must not. */
	| {
			readonly kind: 'offer';
			readonly address: NodeAddress;
			readonly facts: readonly LabelledValue[];
			readonly checks: readonly Check[];
			readonly refusal: string | undefined;
			/** Undefined where it must not begin. */
			readonly run: RestartRun | undefined;
	  }
	/** What has begun. `typed` is the field of the step that redis-top itself can run. */
	| {readonly kind: 'steps'; readonly address: NodeAddress; readonly typed: string; readonly isGivingUp: boolean};

/** What a step asks for. */
export type StepKey = {readonly letter: string; readonly action: ActionId | undefined; readonly text: string};

/** The letters of the steps that wait for somebody; the others are only watched. */
export const stepKeys: Readonly<Partial<Record<RestartStepId, StepKey>>> = {
	/** Which action does it depends on the deployment; see `handover.ts`. */
	failover: {letter: 'f', action: undefined, text: 'hand its role over'},
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

/** What the monitor saw last of the node. */
export type RestartObservation = Pick<NodeRecord, 'reach' | 'role' | 'failure' | 'sample'>;
