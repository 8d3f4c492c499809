import type {NextStep} from './finding.js';
import type {HostEvidence} from './host-evidence.js';
import type {Hosting} from './hosting.js';
import type {NodeAddress} from './node.js';

/** The steps from a name to a server that serves, in the order in which they are climbed. */
export const ladderSteps = ['name', 'tcp', 'greeting', 'tls', 'auth', 'ping', 'state', 'rights'] as const;

export type LadderStep = (typeof ladderSteps)[number];

/** `skipped`: not reached, or not asked for. `unknown`: reached, and could not be told. */
export type RungStatus = 'ok' | 'info' | 'warning' | 'critical' | 'unknown' | 'skipped';

/** One step: what was tried, what came of it, what that means and what to do. */
export type Rung = {
	readonly step: LadderStep;
	readonly status: RungStatus;
	/** The address it was tried at, where a name has several. */
	readonly address: string | undefined;
	readonly tookMs: number | undefined;
	/** `ECONNREFUSED`, `WRONGPASS`, `TLS_TO_PLAIN`, `MAXCLIENTS` …; undefined where there is none. */
	readonly code: string | undefined;
	/** One line. */
	readonly result: string;
	readonly meaning: string | undefined;
	/** Commands that would show the same from elsewhere. None changes anything. */
	readonly confirm: readonly NextStep[];
	/** What to do, in order. */
	readonly next: readonly NextStep[];
};

/** What a server's certificate says of itself. */
export type CertificateFacts = {
	readonly subject: string;
	readonly issuer: string;
	/** DNS names and addresses it is for. */
	readonly names: readonly string[];
	/** Milliseconds since the epoch; undefined where it can't be read. */
	readonly validFromMs: number | undefined;
	readonly validToMs: number | undefined;
};

/** Something this machine shows that explains a rung, or will cause a problem. */
export type HostRemark = {
	readonly severity: 'info' | 'warning' | 'critical';
	/** Stable: `process-stopped`, `other-port`, `oom-killed` … */
	readonly id: string;
	readonly text: string;
	readonly next: readonly NextStep[];
};

export type LadderVerdict = {
	readonly status: 'ok' | 'warning' | 'critical' | 'unknown';
	/** The rung that decides; undefined when all is well. */
	readonly step: LadderStep | undefined;
	readonly code: string | undefined;
	/** One line: the cause, where this machine shows one, else the symptom. */
	readonly text: string;
	readonly next: readonly NextStep[];
};

/** What came of one climb. */
export type Ladder = {
	readonly target: NodeAddress;
	/** When it began, milliseconds since the epoch. */
	readonly atMs: number;
	readonly hosting: Hosting;
	readonly rungs: readonly Rung[];
	readonly certificate: CertificateFacts | undefined;
	readonly host: HostEvidence | undefined;
	readonly remarks: readonly HostRemark[];
	readonly verdict: LadderVerdict;
};
