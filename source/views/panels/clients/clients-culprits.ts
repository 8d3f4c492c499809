import type {ClientRow} from '../../../domain/client.js';
import {memoizeByRef} from '../../../domain/memoize.js';
import type {NodeAddress} from '../../../domain/node.js';
import type {MonitorState, NodeRecord} from '../../../state/monitor-state.js';

export type CulpritGrade = 'warning' | 'critical';

/** The clients that findings name as the cause of a problem, by name or address, with the severity of the finding. */
export type Culprits = ReadonlyMap<string, CulpritGrade>;

const culpritsByNode = memoizeByRef((findings: MonitorState['findings']) => {
	const byNode = new Map<NodeAddress | undefined, Map<string, CulpritGrade>>();
	for (const {node, severity, culprit, clearedAtMs} of findings) {
		const name = culprit?.client?.name;
		if (name === undefined || name === '' || severity === 'info' || clearedAtMs !== undefined) {
			continue;
		}

		const at = culprit?.node ?? node;
		const known = byNode.get(at) ?? new Map<string, CulpritGrade>();
		byNode.set(at, known);
		known.set(name, known.get(name) === 'critical' ? 'critical' : severity);
	}

	return byNode;
});

/** The clients of a node that a warning or a critical finding names, so that line 2's client is found in the list. */
export const culpritsOf = ({findings}: MonitorState, {address}: NodeRecord): Culprits =>
	culpritsByNode(findings).get(address) ?? new Map();

export const culpritGrade = ({name, address}: ClientRow, culprits: Culprits): CulpritGrade | undefined =>
	culprits.get(name) ?? culprits.get(address);

/**
Whether the server refuses what a client sends: bytes come in, and no command is counted. The server counts only commands
that it runs. Source: Redis src/server.c, `call()`.
*/
export const isRefused = ({perSecond: rates}: ClientRow, {values}: NodeRecord): boolean =>
	rates !== undefined && rates.commands === 0 && rates.inBytes > 0 && (values.get('errorReplies') ?? 0) > 0;
