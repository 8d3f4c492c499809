import {readFile} from 'node:fs/promises';
import {unconfirmedBytes} from '../parse/connection-table.js';

/**
Whether the other machine's kernel has confirmed all that was sent on a connection. A server that is hung confirms
nothing itself: its kernel does. So bytes without confirmation are lost on the way, or the machine is gone. Undefined where
this machine's kernel doesn't tell (no /proc).
*/
export async function isConfirmed(localPort: number, remotePort: number): Promise<boolean | undefined> {
	for (const file of ['/proc/net/tcp', '/proc/net/tcp6']) {
		const text = await readFile(file, 'utf8').catch(() => '');
		const bytes = unconfirmedBytes(text, localPort, remotePort);
		if (bytes !== undefined) {
			return bytes === 0;
		}
	}

	return undefined;
}
