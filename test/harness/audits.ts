import type {AuditEntry} from '../../source/domain/audit.js';
import type {NodeAddress} from '../../source/domain/node.js';

/**
Makes an entry of the audit log. Fields that aren't given are those of a BGSAVE that was answered at 14:00:00 UTC.
*/
export const auditEntry = ({at, ...parts}: Partial<AuditEntry> = {}): AuditEntry => ({
	// `at` is the first field, as in a written line. By that field, the parser finds a whole entry behind a cut-off one.
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
