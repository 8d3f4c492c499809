import type {NextStep} from './finding.js';
import type {HostEvidence} from './host-evidence.js';
import type {Hosting} from './hosting.js';
import type {NodeAddress} from './node.js';

/** The steps of the connection ladder, from a host name to a serving node, in the order in which they are tried. */
export const ladderSteps = ['name', 'tcp', 'greeting', 'tls', 'auth', 'ping', 'state', 'rights'] as const;

export type LadderStep = (typeof ladderSteps)[number];

/**
The result of a step. `skipped`: the step was not reached or not requested. `unknown`: the step was tried, but its
result can't be known.
*/
export type RungStatus = 'ok' | 'info' | 'warning' | 'critical' | 'unknown' | 'skipped';

/** One step of the ladder: what was tried, its result, what that means and what to do. */
export type Rung = {
	readonly step: LadderStep;
	readonly status: RungStatus;
	/** The address that was tried, when a host name has several; undefined otherwise. */
	readonly address: string | undefined;
	readonly tookMs: number | undefined;
	/**
	The code of the step's error: `ECONNREFUSED`, `WRONGPASS`, `TLS_TO_PLAIN`, `MAXCLIENTS` …; undefined without an error.
	*/
	readonly code: string | undefined;
	/** The result of the step as one line. */
	readonly result: string;
	readonly meaning: string | undefined;
	/** Commands with which the operator can check the result of the step. The commands change nothing on the server. */
	readonly confirm: readonly NextStep[];
	/** The next steps, in the order in which to try them. */
	readonly next: readonly NextStep[];
};

/** The content of a server's certificate. */
export type CertificateFacts = {
	readonly subject: string;
	readonly issuer: string;
	/** The DNS names and addresses for which the certificate is valid. */
	readonly names: readonly string[];
	/** When the certificate becomes valid, in milliseconds since the epoch; undefined when the date can't be read. */
	readonly validFromMs: number | undefined;
	readonly validToMs: number | undefined;
};

/** A fact of this machine that explains a step's result, or will cause a problem. */
export type HostRemark = {
	readonly severity: 'info' | 'warning' | 'critical';
	/** The id of the fact; published ids don't change: `process-stopped`, `other-port`, `oom-killed` … */
	readonly id: string;
	readonly text: string;
	readonly next: readonly NextStep[];
};

export type LadderVerdict = {
	readonly status: 'ok' | 'warning' | 'critical' | 'unknown';
	/** The step whose result decides the verdict; undefined when all is well. */
	readonly step: LadderStep | undefined;
	readonly code: string | undefined;
	/** The verdict as one line: the cause if this machine shows a cause, else the symptom. */
	readonly text: string;
	readonly next: readonly NextStep[];
};

/** The results of one run of the connection ladder. */
export type Ladder = {
	readonly target: NodeAddress;
	/** When the run began, in milliseconds since the epoch. */
	readonly atMs: number;
	readonly hosting: Hosting;
	readonly rungs: readonly Rung[];
	readonly certificate: CertificateFacts | undefined;
	readonly host: HostEvidence | undefined;
	readonly remarks: readonly HostRemark[];
	readonly verdict: LadderVerdict;
};
