import type {ClientRow} from '../domain/client.js';
import type {NotEvaluated} from '../domain/finding.js';
import type {LocalEvidence} from '../domain/host-evidence.js';
import type {InfoReply} from '../domain/info-reply.js';
import {connectedReplicas, errorCounting, errorStats} from '../parse/info-fields.js';
import type {NodeFacts} from './node-facts.js';

/** A fact that a rule needs to be evaluated. */
export type Need<T> = {
	readonly read: (facts: NodeFacts) => T | undefined;
	/** Returns why the fact is missing. Called only when `read` returned undefined. */
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

/**
Returns a function that says why an INFO field is missing. It is built once for each field, not for each evaluation.
*/
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

/** A need for an INFO field as a number. */
export const infoNumber = (section: string, name: string): Need<number> => ({
	read: facts => facts.number(section, name),
	missing: fieldMissing(section, name),
});

/** A need for the number of replicas: `connected_slaves` without tools that only read the replication stream. */
export const replicaCount: Need<number> = {
	read: ({sample}) => sample && connectedReplicas(sample.info),
	missing: fieldMissing('replication', 'connected_slaves'),
};

/** A need for an INFO field as text. */
export const infoText = (section: string, name: string): Need<string> => ({
	read: facts => facts.text(section, name),
	missing: fieldMissing(section, name),
});

const changeMissing = (section: string, name: string) => {
	const missing = fieldMissing(section, name);
	return (facts: NodeFacts): NotEvaluated => (facts.number(section, name) === undefined ? missing(facts) : firstSample);
};

/** A need for the growth of an INFO counter since the sample before. */
export const increase = (section: string, name: string): Need<number> => ({
	read: facts => facts.increase(section, name),
	missing: changeMissing(section, name),
});

/** A need for the growth of an INFO counter per second. */
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

/** A need for the number of error replies with this code since the sample before. */
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

/**
For each command, the first version of Redis that has it. redis-top never sends the command to older servers. Source:
https://redis.io/docs/latest/commands/
*/
const commandSince: Readonly<Record<string, number>> = {
	'ACL LOG': 6,
	'ACL LIST': 6,
	'ACL DRYRUN': 7,
	'CLUSTER MYSHARDID': 7.2,
	'FUNCTION STATS': 7,
	'LATENCY HISTOGRAM': 7,
};

/**
Says why the reply of a command is missing: the server's version lacks the command, the command is a blind spot, or its
first reply is pending.
*/
export function answerMissing(command: string): (facts: NodeFacts) => NotEvaluated {
	const notYet = pending(`${command} was not answered yet`);
	const since = commandSince[command];
	const tooOld = absent(
		`this version has no ${command} (Redis ${Number.isInteger(since) ? `${since}.0` : since} has it)`,
	);
	return ({record}) => {
		const spot = record.blind.find(candidate => candidate.command === command);
		if (spot === undefined) {
			const version = Number.parseFloat(record.sample?.info.text('server', 'redis_version') ?? '');
			return since !== undefined && version < since ? tooOld : notYet;
		}

		const why = `${command}: ${spot.why}`;
		return {...(spot.kind === 'denied' ? denied(why, spot.grant) : absent(why)), command};
	};
}

/**
Like `answerMissing`, for commands that redis-top sends only if its user may also run CONFIG GET. A server counts each
refused command and logs it in ACL LOG. A user without CONFIG GET probably lacks the rights to these commands too, so
redis-top does not send them.
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

/** A need for the clients of CLIENT LIST. */
export const clientRows: Need<readonly ClientRow[]> = {
	read: ({record}) => record.clients?.value,
	missing: answerMissing('CLIENT LIST'),
};

/**
A need for the clients with flags such as `O` (MONITOR) or `P` (Pub/Sub). They come from the whole CLIENT LIST, or from
a filtered list if the filtered list is newer.
*/
export const flaggedClients: Need<readonly ClientRow[]> = {
	read: ({record: {clients, flaggedClients: flagged}}) =>
		(flagged !== undefined && flagged.atMs > (clients?.atMs ?? 0) ? flagged : clients)?.value,
	missing: answerMissing('CLIENT LIST'),
};

/** A need for a server setting, as CONFIG GET returns it. */
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

/**
A need for a fact of this machine. The fact is missing if the server runs elsewhere, reading failed, or the machine does
not show it.
*/
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
After how many evaluations in a row without its condition a finding about the machine's load ends. The machine is read
every 15 s, and more often while it is short of processor time. At a poll a second, a finding ends after two readings
below its limit: load comes and goes.
*/
export const clearAfterTwoReadings = 20;

/**
A need for a fact about the server's process. It is missing unless the server runs on this machine.

@param gap The fact's name in the evidence's list of gaps.
*/
export const hostFact = <T>(read: HostRead<T>, gap?: string): Need<T> =>
	readOnHost(read, gap, ({process}) => (process === undefined ? noProcess : notShown));

/** A need for a kernel setting or figure of this machine. It is missing unless the server runs on this machine. */
export const kernelFact = <T>(read: (kernel: LocalEvidence['kernel']) => T | undefined, gap?: string): Need<T> =>
	readOnHost(
		({kernel}) => read(kernel),
		gap,
		() => notInKernel,
	);
