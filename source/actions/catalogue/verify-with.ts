import type {Verification} from '../../domain/action.js';
import type {ProofInput} from './action-row.js';
import type {Reading} from './server-facts.js';

/**
Checks of one observation after an action, tried in the order of these fields. The first check that returns a text
decides.
*/
export type EffectChecks = {
	readonly running?: (now: Reading, input: ProofInput) => string | undefined;
	readonly failed?: (now: Reading, input: ProofInput) => string | undefined;
	readonly proved: (now: Reading, input: ProofInput) => string | undefined;
	/** The text for the result `unproved`: which effect was not seen in time. */
	readonly unseen: string;
	/**
	Milliseconds after the outcome of sending within which the effect may still show. After that the result is `unproved`.
	*/
	readonly graceMs?: number;
};

const defaultGraceMs = 5000;

/**
Returns a function that checks whether the effect of an action is proved. It is for actions after which the server
process keeps running.
*/
export const verifyWith =
	({running, failed, proved, unseen, graceMs = defaultGraceMs}: EffectChecks) =>
	(input: ProofInput): Verification => {
		const {observation, before, outcome, sinceOutcomeMs} = input;
		if (observation.kind !== 'answered') {
			return {
				kind: 'running',
				progress: observation.kind === 'gone' ? 'the server is gone' : `no answer: ${observation.why}`,
			};
		}

		const now = observation.reading;
		if (now.info.text('server', 'run_id') !== before.info.text('server', 'run_id')) {
			return {kind: 'failed', text: 'the server restarted before an effect was seen'};
		}

		const progress = running?.(now, input);
		if (progress !== undefined) {
			return {kind: 'running', progress};
		}

		const failure = failed?.(now, input);
		if (failure !== undefined) {
			return {kind: 'failed', text: failure};
		}

		const text = proved(now, input);
		if (text !== undefined && outcome !== undefined) {
			return {kind: 'proved', text};
		}

		return outcome === undefined || sinceOutcomeMs < graceMs
			? {kind: 'running', progress: outcome === undefined ? 'the reply is pending' : 'waiting for its effect'}
			: {kind: 'unproved', text: unseen};
	};

/** The text of the server's reply to the action; undefined where no reply arrived. */
export const replyOf = ({outcome}: ProofInput): string | undefined =>
	outcome?.kind === 'replied' ? outcome.reply : undefined;
