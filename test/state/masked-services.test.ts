import assert from 'node:assert/strict';
import test from 'node:test';
import type {SupervisorEvidence} from '../../source/domain/host-evidence.js';
import {connRefused} from '../../source/rules/connectivity.js';
import {Mask} from '../../source/state/masked-state.js';
import {firingOf} from '../harness/firing-of.js';
import {recordFrom, refusedConnection, sampledAtMs, stateOf} from '../harness/records.js';
import {emptyHost} from '../harness/rule-cases.js';

test("the user's own units and containers are masked everywhere, and those of packages are not", () => {
	const masked = (supervisor: SupervisorEvidence): string => {
		const host = {
			atMs: sampledAtMs,
			value: {...emptyHost, supervisor, log: {source: logOf(supervisor), lines: [], remarks: []}},
		};
		const record = recordFrom({failure: refusedConnection, host});
		const {next} = firingOf(connRefused, {record: {failure: refusedConnection}, host: {supervisor}});
		const state = new Mask().state({
			...stateOf([record]),
			findings: [
				{
					rule: 'conn.refused',
					severity: 'critical',
					node: record.address,
					subject: undefined,
					sinceMs: sampledAtMs,
					clearedAtMs: undefined,
					problem: 'refuses connections',
					evidence: [],
					meaning: '',
					next,
				},
			],
		});
		return JSON.stringify([...state.nodes.values()].map(({host: seen}) => seen)) + JSON.stringify(state.findings);
	};
	const logOf = (supervisor: SupervisorEvidence) =>
		supervisor.kind === 'systemd' ? `journal of ${supervisor.unit}` : 'docker logs payments-cache';
	const rest = {state: undefined, lastExit: undefined, restarts: undefined};
	const own = masked({kind: 'systemd', unit: 'payments-cache.service', ...rest});
	assert.doesNotMatch(own, /payments/);
	assert.match(own, /systemctl status.*service-1/);
	assert.doesNotMatch(
		masked({kind: 'container', engine: 'docker', id: 'abc', name: 'payments-cache', ...rest}),
		/payments/,
	);
	assert.match(masked({kind: 'systemd', unit: 'redis-server.service', ...rest}), /redis-server\.service/);
});
