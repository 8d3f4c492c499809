import type {CertificateFile} from '../domain/config-evidence.js';
import type {NextStep} from '../domain/finding.js';
import {message, nameOf} from '../domain/message.js';
import {seconds, utcDateTime} from '../text/units.js';
import {absent} from './needs.js';
import {hint, onHost, redisCli} from './next-steps.js';
import {type NodeFacts, quotedName} from './node-facts.js';
import {clear, fires, rule} from './rule.js';

const day = 86_400;

/**
The certificate in the server's own file, if it is valid and ends later than the one that the server showed: it was
renewed. Undefined otherwise, and if the file cannot be seen from here.
*/
function renewedFile(
	{record, nowMs}: Pick<NodeFacts, 'record' | 'nowMs'>,
	shownEndsMs: number,
): CertificateFile | undefined {
	const host = record.host?.value;
	const file = host?.kind === 'here' ? host.configFile?.certificate : undefined;
	const isRenewed = file !== undefined && file.validFromMs <= nowMs && file.validToMs > Math.max(nowMs, shownEndsMs);
	return isRenewed ? file : undefined;
}

/**
The steps for a certificate that has expired, or is about to: renew the file, and have the server load it. A file that
was renewed is loaded.

@param endsMs When the certificate of the open connection ends. The server may have loaded another one since. Undefined: a
new connection just got one that has expired.
*/
export function certificateSteps(
	facts: Pick<NodeFacts, 'record' | 'settings' | 'nowMs'>,
	endsMs?: number,
): readonly NextStep[] {
	const {endpoint} = facts.record;
	const look =
		endpoint.kind === 'tcp'
			? [
					onHost(
						message`openssl s_client -connect ${quotedName('host', endpoint.host)}:${endpoint.port} </dev/null | openssl x509 -noout -dates`,
					),
				]
			: [];
	const renewed = renewedFile(facts, endsMs ?? facts.nowMs);
	// redis-cli itself refuses a server with a certificate that has expired. Redis 6.2 and later have --insecure.
	const insecure = endsMs === undefined || endsMs <= facts.nowMs ? '--insecure ' : '';
	if (renewed === undefined) {
		return [
			...look,
			hint('renew the file, then load it without a restart: CONFIG SET tls-cert-file with the same path'),
			...(insecure === '' ? [] : [redisCli(facts, message`${insecure}CONFIG GET tls-cert-file`)]),
			hint('a file that was renewed already is not loaded by itself: the server shows the old one until then'),
		];
	}

	return [
		hint(
			message`load the renewed certificate${endsMs === undefined ? '' : ', if new connections still get the old one'}: it is in ${nameOf('path', renewed.path)} since ${utcDateTime(renewed.changedAtMs)}, valid until ${utcDateTime(renewed.validToMs)}`,
		),
		redisCli(facts, message`${insecure}CONFIG SET tls-cert-file ${quotedName('path', renewed.path)}`),
		hint(
			'with a new key, give tls-key-file in the same command (7.0); the file is read again though its path is the same',
		),
		...look,
	];
}

export const tlsExpiry = rule({
	id: 'tls.expiry',
	scope: 'node',
	docs: {
		looksAt:
			'The rule compares the end of the certificate that the server showed on the open connection with the time of redis-top.',
		since: '6.0',
		falsePositives: [
			'A file that was renewed is loaded only after CONFIG SET tls-cert-file or a restart. The certificate on the connection counts, because clients see it.',
			'Certificates that live for a week are renewed in their last days. The thresholds can be lowered in the config file.',
		],
	},
	thresholds: {
		warning: {value: 14 * day, unit: 'seconds', source: 'two weeks leave time for a change in working hours'},
		critical: {value: 3 * day, unit: 'seconds', source: 'a weekend'},
	},
	appliesTo: ({settings, sample}) => settings.isTls && sample !== undefined,
	needs: {
		expiresAtMs: {
			read: ({sample}: NodeFacts) => sample?.certificateExpiresAtMs,
			missing: () => absent('the connection does not tell when the certificate ends'),
		},
	},
	evaluate({expiresAtMs}, facts, limits) {
		const leftSeconds = (expiresAtMs - facts.nowMs) / 1000;
		if (leftSeconds >= limits.warning) {
			return clear;
		}

		return fires(leftSeconds < limits.critical ? 'critical' : 'warning', {
			problem: leftSeconds < 0 ? 'has a certificate that has expired' : 'has a certificate that expires soon',
			detail: `${leftSeconds < 0 ? `${seconds(-leftSeconds)} ago` : `in ${seconds(leftSeconds)}`} (${utcDateTime(expiresAtMs).slice(0, -3)} UTC)`,
			tells: leftSeconds < 0 ? undefined : 'forecast',
			effect: leftSeconds < 0 ? 'connections-refused' : undefined,
			evidence: [
				{name: 'certificate valid to', value: new Date(expiresAtMs).toISOString()},
				{name: 'left', value: Math.max(0, leftSeconds), unit: 'seconds'},
			],
			meaning: 'From then on clients that check it cannot connect, and replicas and cluster nodes neither.',
			next: certificateSteps(facts, expiresAtMs),
		});
	},
});

export const certificateRules = [tlsExpiry] as const;
