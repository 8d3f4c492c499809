import type {Clock} from '../../domain/clock.js';
import {sanitize} from '../../text/sanitize.js';
import type {ConnectionSettings} from '../../wire/connection.js';
import {type ActionPort, ReplyFailure, WireFailure} from '../../wire/redis-port.js';
import type {AuditLog} from './audit-log.js';

/** The dependencies for sending an action: connections, the audit log and a clock. Tests pass their own. */
export type Gate = {
	readonly openActionPort: (settings: ConnectionSettings) => ActionPort;
	readonly audit: AuditLog;
	readonly clock: Clock;
};

/** One line for an error: the text of the server or of the operating system. */
export function failureText(error: unknown): string {
	if (error instanceof WireFailure) {
		return sanitize(error.code === 'TIMEOUT' ? error.message : `${error.message} (${error.code})`);
	}

	return error instanceof ReplyFailure || error instanceof Error ? sanitize(error.message) : sanitize(String(error));
}
