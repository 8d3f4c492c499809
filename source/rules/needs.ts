import type {ClientRow} from '../domain/client.js';
import type {NotEvaluated} from '../domain/finding.js';
import type {LocalEvidence} from '../domain/host-evidence.js';
import type {NodeFacts} from './node-facts.js';

/** A fact that a rule can't do without. */
export type Need<T> = {
	readonly read: (facts: NodeFacts) => T | undefined;
	/** Why it is missing, when it is. */
	readonly missing: (facts: NodeFacts) => NotEvaluated;
};

export type Needs = Readonly<Record<string, Need<unknown>>>;

export type Met<N extends Needs> = {readonly [Name in keyof N]: N[Name] extends Need<infer T> ? T : never};

const notEvaluated = (reason: NotEvaluated['reason'], why: string, grant?: string): NotEvaluated => ({
	kind: 'not-evaluated',
	reason,
	why,
	...(grant === undefined ? {} : {grant}),
});

export const pending = (why: string): NotEvaluated => notEvaluated('pending', why);
export const absent = (why: string): NotEvaluated => notEvaluated('absent', why);
export const denied = (why: string, grant?: string): NotEvaluated => notEvaluated('denied', why, grant);
export const unseen = (why: string): NotEvaluated => notEvaluated('unseen', why);

const silent = pending('the node gives no data now');
const firstSample = pending('needs two samples of the same process, one after the other');

/** Why an INFO field is missing from the current sample; the object is made once a field. */
function fieldMissing(section: string, name: string): (facts: NodeFacts) => NotEvaluated {
	const notSaid = absent(`INFO ${section} does not say ${name}`);
	const notAsked = pending(`INFO ${section} is asked of the node in focus only`);
	return ({sample}) => {
		if (sample === undefined) {
			return silent;
		}

		return section === 'commandstats' && !sample.info.sections.has(section) ? notAsked : notSaid;
	};
}

/** A number of INFO. */
export const infoNumber = (section: string, name: string): Need<number> => ({
	read: facts => facts.number(section, name),
	missing: fieldMissing(section, name),
});

/** A word of INFO. */
export const infoText = (section: string, name: string): Need<string> => ({
	read: facts => facts.text(section, name),
	missing: fieldMissing(section, name),
});

const changeMissing = (section: string, name: string) => {
	const missing = fieldMissing(section, name);
	return (facts: NodeFacts): NotEvaluated => (facts.number(section, name) === undefined ? missing(facts) : firstSample);
};

/** By how much a counter of INFO grew since the sample before. */
export const increase = (section: string, name: string): Need<number> => ({
	read: facts => facts.increase(section, name),
	missing: changeMissing(section, name),
});

/** A counter of INFO per second. */
export const rate = (section: string, name: string): Need<number> => ({
	read: facts => facts.perSecond(section, name),
	missing: changeMissing(section, name),
});

const noErrorStats = absent('this server does not count its error replies by kind (Redis 6.2 does)');

/** Error replies with this first word since the sample before. */
export const errors = (code: string): Need<number> => ({
	read: facts => facts.errorIncrease(code),
	missing: ({sample}) => {
		if (sample === undefined) {
			return silent;
		}

		return sample.info.sections.has('errorstats') ? firstSample : noErrorStats;
	},
});

/** Why an answer that has its own command is missing: the blind spot it became, or that it is still to come. */
export function answerMissing(command: string): (facts: NodeFacts) => NotEvaluated {
	const notYet = pending(`${command} was not answered yet`);
	return ({record}) => {
		const spot = record.blind.find(candidate => candidate.command === command);
		if (spot === undefined) {
			return notYet;
		}

		const why = `${command}: ${spot.why}`;
		return spot.kind === 'denied' ? denied(why, spot.grant) : absent(why);
	};
}

/** Of an answer that only users are asked for who may CONFIG GET: a user of few rights would be refused, and each refusal is noted. */
export function rareAnswerMissing(command: string): (facts: NodeFacts) => NotEvaluated {
	const missing = answerMissing(command);
	const settings = answerMissing('CONFIG GET');
	return facts => {
		const why = facts.record.config === undefined ? settings(facts) : missing(facts);
		return why.reason === 'denied' && facts.record.config === undefined
			? {...why, why: `${command} is asked only of users who may CONFIG GET: ${why.why}`}
			: why;
	};
}

/** The rows of CLIENT LIST. */
export const clientRows: Need<readonly ClientRow[]> = {
	read: ({record}) => record.clients?.value,
	missing: answerMissing('CLIENT LIST'),
};

/** A setting as CONFIG GET prints it. */
export const setting = (name: string): Need<string> => {
	const missing = answerMissing('CONFIG GET');
	const unknown = absent(`this server has no setting ${name}`);
	return {
		read: facts => facts.setting(name),
		missing: facts => (facts.record.config === undefined ? missing(facts) : unknown),
	};
};

const notLooked = unseen('needs a look at the machine the server runs on, which was not taken yet');
const noProcess = unseen('no process of it is found on this machine');
const notShown = unseen('this machine does not show it');
const notInKernel = absent('the kernel of this machine does not show it');

type HostRead<T> = (evidence: LocalEvidence) => T | undefined;

/** Why it is missing: the server runs elsewhere, this machine shows nothing, or it was in vain, with the reason. */
const readOnHost = <T>(
	read: HostRead<T>,
	gap: string | undefined,
	otherwise: (host: LocalEvidence) => NotEvaluated,
): Need<T> => ({
	read: ({record}) => (record.host?.value.kind === 'here' ? read(record.host.value) : undefined),
	missing({record}) {
		const host = record.host?.value;
		if (host === undefined) {
			return notLooked;
		}

		if (host.kind !== 'here') {
			return unseen(`can only be seen on the machine the server runs on: ${host.why}`);
		}

		const known = host.gaps.find(({what}) => what === gap);
		return known === undefined ? otherwise(host) : unseen(`${known.what}: ${known.why}`);
	},
});

/**
Something this machine shows of the server, when it runs here.

@param gap What the evidence calls it where it could not be read.
*/
export const hostFact = <T>(read: HostRead<T>, gap?: string): Need<T> =>
	readOnHost(read, gap, ({process}) => (process === undefined ? noProcess : notShown));

/** Something of the machine itself, when the server runs here. */
export const kernelFact = <T>(read: (kernel: LocalEvidence['kernel']) => T | undefined, gap?: string): Need<T> =>
	readOnHost(
		({kernel}) => read(kernel),
		gap,
		() => notInKernel,
	);
