import {healthExitCodes} from '../../domain/exit-codes.js';
import type {Ladder, LadderVerdict} from '../../domain/ladder.js';
import {isoTime} from '../snapshot/snapshot-values.js';

export const diagnoseSchema = 'redis-top/diagnose@1';

const worstFirst: ReadonlyArray<LadderVerdict['status']> = ['critical', 'unknown', 'warning', 'ok'];

/** The worst status of several ladders (diagnoses of one target each); `unknown` for an empty list. */
export function worstStatus(ladders: readonly Ladder[]): LadderVerdict['status'] {
	return worstFirst.find(status => ladders.some(({verdict}) => verdict.status === status)) ?? 'unknown';
}

export const diagnoseExitCode = (ladders: readonly Ladder[]): number => healthExitCodes[worstStatus(ladders)];

/**
The output of `redis-top diagnose --json`: one object for each target, with one object for each step of the connection.
*/
export function diagnoseJson(ladders: readonly Ladder[], nowMs: number): string {
	const status = worstStatus(ladders);
	return JSON.stringify(
		{
			schema: diagnoseSchema,
			status,
			exitCode: healthExitCodes[status],
			at: isoTime(nowMs),
			targets: ladders.map(ladder => targetPart(ladder)),
		},
		undefined,
		2,
	);
}

function targetPart({target, atMs, verdict, hosting, rungs, certificate, host, remarks}: Ladder) {
	return {
		target,
		at: isoTime(atMs),
		status: verdict.status,
		verdict: verdict.text,
		step: verdict.step ?? null,
		code: verdict.code ?? null,
		next: verdict.next,
		hosting: {
			kind: hosting.kind,
			certainty: hosting.certainty,
			because: hosting.because,
			service: hosting.service ?? null,
		},
		steps: rungs.map(({step, address, status, tookMs, code, result, meaning, confirm, next}) => ({
			step,
			address: address ?? null,
			status,
			tookMs: tookMs === undefined ? null : Math.round(tookMs * 1000) / 1000,
			code: code ?? null,
			result,
			meaning: meaning ?? null,
			confirm,
			next,
		})),
		certificate:
			certificate === undefined
				? null
				: {
						subject: certificate.subject,
						issuer: certificate.issuer,
						names: certificate.names,
						validFrom: isoTime(certificate.validFromMs),
						validTo: isoTime(certificate.validToMs),
					},
		remarks,
		host: host ?? null,
	};
}
