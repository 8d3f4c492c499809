import type {AuditEntry} from '../../source/domain/audit.js';
import type {NodeAddress} from '../../source/domain/node.js';

/** A line of the audit log; what isn't given is that of a BGSAVE that was answered at 14:00:00 UTC. */
export const auditEntry = ({at, ...parts}: Partial<AuditEntry> = {}): AuditEntry => ({
	// First, as it is written: that is how a whole line behind a torn one is found.
	at: at ?? '2026-11-23T14:00:00.000Z',
	session: 'one',
	osUser: 'alice',
	sshConnection: undefined,
	pid: 42,
	phase: 'outcome',
	outcome: 'replied',
	target: '10.0.1.11:6379' as NodeAddress,
	runId: 'a'.repeat(40),
	action: 'bgsave',
	command: 'BGSAVE',
	detail: 'sent once, the server replied: OK',
	...parts,
});
