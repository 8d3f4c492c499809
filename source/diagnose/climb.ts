import {hostingOf} from '../derive/hosting.js';
import {serverProduct} from '../derive/server-product.js';
import type {NextStep} from '../domain/finding.js';
import type {Hosting} from '../domain/hosting.js';
import type {HostRemark, Ladder, LadderVerdict, Rung} from '../domain/ladder.js';
import {message, messageText} from '../domain/message.js';
import {addressOf} from '../domain/node.js';
import {failureText} from '../domain/sample.js';
import {commandAvailability} from '../parse/reply-error.js';
import {largeRepliesLost} from '../parse/socket-error.js';
import type {Place} from '../rules/connection-explanations.js';
import {connectionArguments} from '../rules/node-facts.js';
import {sanitize} from '../text/sanitize.js';
import {hasEndSteps, hostRemarks} from './host-remarks.js';
import type {LadderFacts} from './ladder-facts.js';
import {type Outcome, receivedOutcome, replyOutcome, socketOutcome} from './outcome.js';
import {authRung, connectRungs, greetingRung, nameRung, rung, skipped, tlsRung} from './rungs.js';
import {serverConditions} from './server-state.js';

/** Whether an outcome of PING belongs to the step `ping`, and not to another step such as TLS or authentication. */
function isOfPing({layer}: Outcome, tls: Rung): boolean {
	return layer !== 'auth' && layer !== 'server' && tls.status !== 'critical';
}

function pingRung({ping, auth}: LadderFacts, tls: Rung, place: Place): Rung {
	// A pending reply to AUTH shows that the server is not responding. The step `ping` then reports it, although no PING
	// was sent.
	const received = ping ?? (auth !== undefined && auth.kind !== 'line' ? auth : undefined);
	const outcome = received === undefined ? undefined : receivedOutcome(received);
	if (received === undefined || tls.status === 'critical') {
		return skipped('ping', 'not reached', place);
	}

	if (outcome === undefined) {
		return rung({step: 'ping', status: 'ok', result: 'PONG', tookMs: received.tookMs}, place);
	}

	if (outcome.layer === 'server' && received.kind === 'line') {
		const result = `answers ${sanitize(outcome.code.replace(/_.*$/, ''))}: alive, see the next step`;
		return rung({step: 'ping', status: 'ok', result, tookMs: received.tookMs}, place);
	}

	if (received.kind === 'quiet') {
		return rung(
			{step: 'ping', status: 'critical', result: outcome.text, tookMs: received.tookMs, code: 'TIMEOUT'},
			place,
		);
	}

	return isOfPing(outcome, tls)
		? rung({step: 'ping', status: 'critical', result: outcome.text, tookMs: received.tookMs, code: outcome.code}, place)
		: skipped('ping', 'refused', place);
}

/**
The rungs (results) of the step `state`: one for each condition of the server and for an error reply to PING. Without
any condition: one rung with status ok.
*/
function stateRungs(facts: LadderFacts, place: Place): Rung[] {
	const {ping, answers, answersFailure, hasOnlySmallReplies = false} = facts;
	const reply = ping?.kind === 'line' ? receivedOutcome(ping) : undefined;
	const told = reply?.layer === 'server' ? reply : undefined;
	const conditions = answers?.info === undefined ? [] : serverConditions({...answers, info: answers.info});
	const rungs = conditions.map(({code, severity, text}) =>
		rung({step: 'state', status: severity, result: text, tookMs: answers?.tookMs, code}, place),
	);
	if (told !== undefined && conditions.every(({code}) => code !== told.code)) {
		const status = told.code === 'LOADING' ? 'warning' : 'critical';
		rungs.unshift(rung({step: 'state', status, result: told.text, tookMs: ping?.tookMs, code: told.code}, place));
	}

	if (rungs.length > 0) {
		return rungs;
	}

	if (answers?.info !== undefined) {
		// From a server that refuses INFO with several sections, the monitor requests INFO without sections.
		const form =
			answers.sectionsRefusal === undefined
				? ''
				: `; it takes INFO with one section only (${receivedWords(answers.sectionsRefusal)})`;
		const result = `${serverWords(answers.info)}${form}`;
		return [rung({step: 'state', status: 'ok', result, tookMs: answers.tookMs}, place)];
	}

	if (isLikeProxy({ping, answers, answersFailure})) {
		const how = answersFailure === undefined ? 'has no INFO' : 'closes the connection on INFO';
		const result = `cannot be told: it answers PING and ${how}, as a proxy does`;
		return [rung({step: 'state', status: 'unknown', result, tookMs: answers?.tookMs, code: 'PROXY'}, place)];
	}

	if (answers?.infoRefusal !== undefined) {
		const {code, text} = replyOutcome(answers.infoRefusal);
		return [rung({step: 'state', status: 'unknown', result: `cannot be told: ${text}`, code}, place)];
	}

	if (hasOnlySmallReplies) {
		const result = failureText(largeRepliesLost);
		return [rung({step: 'state', status: 'critical', result, code: largeRepliesLost.kind}, place)];
	}

	if (answersFailure !== undefined) {
		const {code, text} = socketOutcome(answersFailure.code, answersFailure.message);
		return [rung({step: 'state', status: 'unknown', result: `cannot be told: ${text}`, code}, place)];
	}

	return [skipped('state', 'not reached', place)];
}

/**
Whether the target behaves like a proxy: it answers PING, but not INFO. Observed: twemproxy 0.5 closes the connection on
INFO. Envoy replies that it does not support the command.
*/
function isLikeProxy({
	ping,
	answers,
	answersFailure,
}: Pick<LadderFacts, 'ping' | 'answers' | 'answersFailure'>): boolean {
	if (ping === undefined || ping.kind !== 'line' || receivedOutcome(ping) !== undefined) {
		return false;
	}

	return answersFailure === undefined
		? answers?.infoRefusal !== undefined && commandAvailability(answers.infoRefusal) === 'absent'
		: ['CLOSED', 'ECONNRESET', 'EPIPE'].includes(answersFailure.code);
}

const receivedWords = (refusal: string): string => sanitize(refusal.replace(/^-?ERR /, ''));

function serverWords(info: NonNullable<NonNullable<LadderFacts['answers']>['info']>): string {
	const {product, version} = serverProduct(info) ?? {product: 'redis', version: undefined};
	const role = info.text('replication', 'role') === 'slave' ? 'replica' : 'primary';
	return `${product} ${version ?? 'unknown version'}, ${role}, serves`;
}

function rightsRung({answers}: LadderFacts, place: Place): Rung {
	if (answers === undefined) {
		return skipped('rights', 'not reached', place);
	}

	const refused = (kind: 'denied' | 'absent') =>
		answers.rights.filter(({refusal}) => refusal !== undefined && commandAvailability(refusal) === kind);
	const [denied, absent] = [refused('denied'), refused('absent')];
	const isInfoDenied = answers.infoRefusal !== undefined && commandAvailability(answers.infoRefusal) === 'denied';
	const rules = [...(isInfoDenied ? ['+info'] : []), ...denied.map(({grant}) => grant)];
	if (rules.length > 0) {
		const base = rung(
			{step: 'rights', status: 'warning', result: `denied: ${rules.length} of what the monitor asks`, code: 'NOPERM'},
			place,
		);
		const grant: NextStep = {
			kind: 'command',
			text: `${place.cli} ACL SETUSER ${answers.user ?? 'NAME'} ${rules.join(' ')}`,
		};
		return {...base, result: `${base.result} (${rules.join(' ')})`, next: [grant, ...base.next]};
	}

	// While a script runs or the server loads its data, it refuses commands for reasons other than missing rights. If
	// every command was refused, the rights stay unknown.
	const isTold = answers.rights.some(({refusal}) => refusal === undefined);
	if (!isTold) {
		return rung({step: 'rights', status: 'unknown', result: 'cannot be told while the server refuses commands'}, place);
	}

	const missing = absent.map(({command}) => command).join(', ');
	const who = answers.user === undefined ? '' : ` as ${answers.user}`;
	const result = `all that the monitor asks${who}${missing === '' ? '' : `; this server has no ${missing}`}`;
	return rung({step: 'rights', status: 'ok', result}, place);
}

/**
Makes a ladder from the gathered facts: the rungs, which are the results of the steps to a serving node, and a verdict.
Pure: equal facts give equal ladders.
*/
export function climb(facts: LadderFacts): Ladder {
	const {endpoint, atMs, isTlsAsked, user, answers, host} = facts;
	const cliAs = (as: string | undefined) =>
		messageText(message`redis-cli ${connectionArguments(endpoint, {isTls: isTlsAsked, user: as})}`);
	const place: Place = {endpoint, cli: cliAs(user), administratorCli: `${cliAs('ADMIN')} --askpass`, user};
	const tls = tlsRung(facts, place);
	const rungs = [
		nameRung(facts, place),
		...connectRungs(facts, place),
		greetingRung(facts, place),
		tls,
		authRung(facts, place),
		pingRung(facts, tls, place),
		...stateRungs(facts, place),
		rightsRung(facts, place),
	];
	const absent = (answers?.rights ?? [])
		.filter(({refusal}) => refusal !== undefined && commandAvailability(refusal) === 'absent')
		.map(({command}) => command);
	const hosting = hostingOf({endpoint, info: answers?.info, absent, isHere: host?.kind === 'here'});
	const isUnreachable = rungs.some(
		({step, status}) => status === 'critical' && ['name', 'tcp', 'greeting', 'ping'].includes(step),
	);
	const isOpen = facts.connects.some(({code}) => code === undefined);
	const refused = isOpen ? [] : facts.connects.filter(({code}) => code === 'ECONNREFUSED').map(({address}) => address);
	const remarks =
		host?.kind === 'here' ? hostRemarks({evidence: host, endpoint, isUnreachable, refused, nowMs: atMs}) : [];
	const done = facts.handshake?.kind === 'done' ? facts.handshake.certificate : undefined;
	return {
		target: addressOf(endpoint),
		atMs,
		hosting,
		rungs,
		certificate: done ?? facts.otherCertificate,
		host,
		remarks,
		verdict: verdictOf(rungs, remarks, hosting, addressOf(endpoint)),
	};
}

/** Matches ids of remarks about this machine that explain why a process accepts no connection or sends no reply. */
const processRemarks =
	/^(?:process-.*|oom-killed|supervisor|log-.*|accept-queue|other-address|disk-full|read-only-mount|no-inodes|dir-gone|dir-not-writable)$/;

/** Matches codes of failures in which no process accepted the connection, or no byte was received on it. */
const noReplyCodes = /^(?:ECONNREFUSED|ENOENT|ETIMEDOUT|ECONNRESET|EPIPE|TIMEOUT|TLS_TIMEOUT|CLOSED)$/;

/**
Matches ids of remarks about this machine that explain a failed save. The remarks are about the server's log and
about its folder.
*/
const saveRemarks = /^(?:log-.*|disk-full|read-only-mount|no-inodes|dir-gone|dir-not-writable)$/;

/**
Whether a remark about this machine can explain a failed step. A refused password, or another service on the port, needs
no further explanation: a full disk or a killed process would not explain it.
*/
function canExplain({step, code}: Rung, {id, severity}: HostRemark): boolean {
	if (severity === 'info') {
		return false;
	}

	switch (step) {
		case 'tcp':
		case 'greeting':
		case 'tls':
		case 'ping':
			return id === 'port-owner' || (noReplyCodes.test(code ?? '') && processRemarks.test(id));
		case 'state':
			return code?.startsWith('MISCONF') === true ? saveRemarks.test(id) : /^process-/.test(id);
		default:
			return false;
	}
}

/**
The verdict about the target. It is about the first rung that failed. If no rung failed, it is about the first rung with
an unknown result, else about the first warning.
*/
function verdictOf(
	rungs: readonly Rung[],
	remarks: readonly HostRemark[],
	hosting: Hosting,
	target: string,
): LadderVerdict {
	for (const status of ['critical', 'unknown', 'warning'] as const) {
		const found = rungs.find(candidate => candidate.status === status);
		if (found !== undefined) {
			const reasons = status === 'critical' ? remarks.filter(remark => canExplain(found, remark)) : [];
			const [cause] = reasons;
			const at = found.address === undefined ? target : `${target} (${found.address})`;
			return {
				status,
				step: found.step,
				code: found.code,
				text: `${at} ${found.result}${cause === undefined ? '' : `: ${cause.text}`}`,
				next: nextSteps(found, reasons, hosting),
			};
		}
	}

	const problem = remarks.find(({severity}) => severity !== 'info');
	return problem === undefined
		? {status: 'ok', step: undefined, code: undefined, text: `${target} serves`, next: []}
		: {
				status: 'warning',
				step: undefined,
				code: undefined,
				text: `${target} serves, but ${problem.text}`,
				next: problem.next,
			};
}

/**
The next steps for the verdict: first the steps from evidence on this machine, then the provider's pages, then the steps
for the failed rung itself.
*/
function nextSteps({next, step}: Rung, reasons: readonly HostRemark[], {service}: Hosting): readonly NextStep[] {
	const isOurs = step === 'auth' || step === 'rights' || step === 'name';
	const provider: readonly NextStep[] =
		service === undefined || isOurs
			? []
			: [
					{kind: 'words', text: `${service.name}: ${service.statusPage}`},
					{kind: 'words', text: service.console},
					{kind: 'words', text: `it has no shell and forbids SHUTDOWN: to restart it, ${service.restart}`},
				];
	// A managed service offers no shell, so shell commands are left out.
	const usable = service === undefined ? next : next.filter(({kind}) => kind !== 'shell');
	// A server that listens on another address runs, so that nothing is to be started, and its log tells of no end.
	const isElsewhere = reasons.some(({id}) => id === 'other-address');
	// Where the log says why the process ended, the port and the firewall are not at fault.
	const ends = reasons.filter(reason => hasEndSteps(reason));
	const all = [
		...[...ends, ...reasons].flatMap(reason => reason.next),
		...provider,
		...(isElsewhere || ends.length > 0 ? [] : usable),
	];
	return [...new Map(all.map(entry => [entry.text, entry])).values()];
}
