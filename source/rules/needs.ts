import type {ClientRow} from '../domain/client.js';
import type {NotEvaluated} from '../domain/finding.js';
import type {LocalEvidence} from '../domain/host-evidence.js';
import type {InfoReply} from '../domain/info-reply.js';
import {connectedReplicas, errorCounting, errorStats} from '../parse/info-fields.js';
import type {NodeFacts} from './node-facts.js';

/** A fact that a rule needs to be evaluated. */
export type Need<T> = {
	readonly read: (facts: NodeFacts) => T | undefined;
	/** Why the fact is missing; called only after `read` returned undefined. */
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

/** Why an INFO field is missing from the current sample. Reasons are built once per field, not per evaluation. */
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

/** A field of INFO as a number. */
export const infoNumber = (section: string, name: string): Need<number> => ({
	read: facts => facts.number(section, name),
	missing: fieldMissing(section, name),
});

/** How many replicas the node serves: `connected_slaves` without tools that read the replication stream. */
export const replicaCount: Need<number> = {
	read: ({sample}) => sample && connectedReplicas(sample.info),
	missing: fieldMissing('replication', 'connected_slaves'),
};

/** A field of INFO as text. */
export const infoText = (section: string, name: string): Need<string> => ({
	read: facts => facts.text(section, name),
	missing: fieldMissing(section, name),
});

const changeMissing = (section: string, name: string) => {
	const missing = fieldMissing(section, name);
	return (facts: NodeFacts): NotEvaluated => (facts.number(section, name) === undefined ? missing(facts) : firstSample);
};

/** How much a counter of INFO grew since the sample before. */
export const increase = (section: string, name: string): Need<number> => ({
	read: facts => facts.increase(section, name),
	missing: changeMissing(section, name),
});

/** The growth of a counter of INFO per second. */
export const rate = (section: string, name: string): Need<number> => ({
	read: facts => facts.perSecond(section, name),
	missing: changeMissing(section, name),
});

const noErrorStats = absent('this server does not count its error replies by kind (Redis 6.2 does)');

const notCounted = absent(
	'this server stopped counting errors by kind after 128 kinds: find the script that makes up error codes, then CONFIG RESETSTAT',
);

const isCounted = (info: InfoReply, code: string): boolean => {
	const counting = errorCounting(info);
	return counting === 'all' || (counting === 'listed' && errorStats(info).has(code));
};

/** How many error replies with this code were sent since the sample before. */
export const errors = (code: string): Need<number> => ({
	read: facts => facts.errorIncrease(code),
	missing: ({sample}) => {
		if (sample === undefined) {
			return silent;
		}

		if (!sample.info.sections.has('errorstats')) {
			return noErrorStats;
		}

		return isCounted(sample.info, code) ? firstSample : notCounted;
	},
});

/** The first version of Redis with a command. Servers before it are never asked. Source: https://redis.io/docs/latest/commands/ */
const commandSince: Readonly<Record<string, number>> = {
	'ACL LOG': 6,
	'ACL DRYRUN': 7,
	'FUNCTION STATS': 7,
	'LATENCY HISTOGRAM': 7,
};

/** Why the reply of a command is missing: the version lacks it, it is a blind spot, or its first reply is pending. */
export function answerMissing(command: string): (facts: NodeFacts) => NotEvaluated {
	const notYet = pending(`${command} was not answered yet`);
	const since = commandSince[command];
	const tooOld = absent(`this version has no ${command} (Redis ${since}.0 has it)`);
	return ({record}) => {
		const spot = record.blind.find(candidate => candidate.command === command);
		if (spot === undefined) {
			const major = Number.parseInt(record.sample?.info.text('server', 'redis_version') ?? '', 10);
			return since !== undefined && major < since ? tooOld : notYet;
		}

		const why = `${command}: ${spot.why}`;
		return {...(spot.kind === 'denied' ? denied(why, spot.grant) : absent(why)), command};
	};
}

/**
Like `answerMissing`, for commands that redis-top sends only if its user may CONFIG GET. A server counts each refusal and
writes it to its ACL LOG, so that a user with few rights is not asked.
*/
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

/** The clients of CLIENT LIST. */
export const clientRows: Need<readonly ClientRow[]> = {
	read: ({record}) => record.clients?.value,
	missing: answerMissing('CLIENT LIST'),
};

/** A server setting as CONFIG GET returns it. */
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

/** A fact of this machine. It is missing if the server runs elsewhere, if reading failed, or if the machine does not show it. */
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
What this machine shows of the server's process, if the server runs here.

@param gap The name of the fact in the evidence's list of what could not be read.
*/
export const hostFact = <T>(read: HostRead<T>, gap?: string): Need<T> =>
	readOnHost(read, gap, ({process}) => (process === undefined ? noProcess : notShown));

/** A kernel setting or figure of this machine, if the server runs here. */
export const kernelFact = <T>(read: (kernel: LocalEvidence['kernel']) => T | undefined, gap?: string): Need<T> =>
	readOnHost(
		({kernel}) => read(kernel),
		gap,
		() => notInKernel,
	);
