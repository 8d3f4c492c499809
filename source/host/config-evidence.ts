import path from 'node:path';
import type {ConfigFileEvidence} from '../domain/config-evidence.js';
import {readCertificateFile} from './certificate-file.js';
import {readConfigFile} from './config-file.js';
import type {Gaps} from './gaps.js';

/**
The settings that rules compare with the running server. The file's other settings are dropped, because some are
passwords.
*/
const wanted: ReadonlySet<string> = new Set(['appendonly', 'save', 'maxclients', 'maxmemory', 'maxmemory-policy']);

const what = 'config file';

/** The commands of the lines of `rename-command`: `FLUSHALL` of `flushall b840fc02`. */
const renamedCommands = (lines: string): readonly string[] =>
	lines.split('\n').flatMap(line => /^\S+/.exec(line)?.[0].toUpperCase() ?? []);

/**
Reads `appendonly`, `save`, `maxclients`, `maxmemory` and `maxmemory-policy` from the config file with that name, the
commands that it renames, and the dates of the certificate that it names. Undefined without a name. An include that cannot
be read is noted as a gap.
*/
export async function readConfigEvidence(
	named: string | undefined,
	hasOwnRoot: boolean,
	gaps: Gaps,
): Promise<ConfigFileEvidence | undefined> {
	const file = named ?? '';
	if (file === '') {
		return undefined;
	}

	if (hasOwnRoot || !path.isAbsolute(file)) {
		return gaps.add(what, 'the server sees other files than this session: it runs in a container');
	}

	const read = await readConfigFile(file);
	if (read.kind === 'unreadable') {
		return gaps.add(what, `${file}: ${read.why}`);
	}

	if (read.unread.length > 0) {
		return gaps.add(what, `${file} includes what can't be followed: ${read.unread.join(', ')}`);
	}

	return {
		path: file,
		settings: new Map([...read.settings].filter(([name]) => wanted.has(name))),
		renamedCommands: renamedCommands(read.settings.get('rename-command') ?? ''),
		certificate: await readCertificateFile(read.settings.get('tls-cert-file')),
	};
}
