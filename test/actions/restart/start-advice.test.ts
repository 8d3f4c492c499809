import assert from 'node:assert/strict';
import test from 'node:test';
import {startAdvice, supervisorRestart} from '../../../source/actions/restart/start-advice.js';
import type {SupervisorEvidence} from '../../../source/domain/host-evidence.js';
import {unknownRules} from '../../../source/host/stop-rules.js';
import {infoOf} from '../../harness/records.js';

const facts = {
	info: infoOf({server: {executable: '/usr/bin/redis-server', tcp_port: 6379}}),
	config: new Map([['dir', '/my data']]),
};
const state = {state: undefined, lastExit: undefined, restarts: undefined};
const container = (engine: 'docker' | 'podman' | 'kubernetes' | 'unknown', name?: string): SupervisorEvidence => ({
	kind: 'container',
	engine,
	id: 'abcdef012345',
	name,
	...state,
});
const unit: SupervisorEvidence = {kind: 'systemd', unit: 'redis-server.service', ...state};

test('by whom and how it is started again', () => {
	const cases: ReadonlyArray<
		readonly [supervisor: SupervisorEvidence | undefined, who: string, text: string, command: string | undefined]
	> = [
		[
			unit,
			'systemd (redis-server.service)',
			'sudo systemctl start redis-server.service',
			'systemctl --no-ask-password start redis-server.service',
		],
		[container('docker', 'cache'), 'docker (cache)', 'docker start abcdef012345', 'docker start abcdef012345'],
		[container('podman'), 'podman (abcdef012345)', 'podman start abcdef012345', 'podman start abcdef012345'],
		[container('kubernetes'), 'its kubelet', 'kubectl get pods --watch', undefined],
		[container('unknown'), 'its container engine', 'start container abcdef012345', undefined],
		[
			{kind: 'none'},
			'nobody',
			'/usr/bin/redis-server --port 6379 --dir "/my data" ... (with the arguments it had)',
			undefined,
		],
	];
	for (const [supervisor, who, text, command] of cases) {
		const advice = startAdvice(supervisor, unknownRules, facts);
		assert.deepEqual([advice.who, advice.text, advice.command?.join(' ')], [who, text, command]);
	}

	assert.match(startAdvice(undefined, unknownRules, facts).text, /on its machine/);
	const withFile = infoOf({server: {executable: '/usr/bin/redis-server', config_file: '/etc/redis/redis.conf'}});
	assert.equal(
		startAdvice({kind: 'none'}, unknownRules, {...facts, info: withFile}).text,
		'/usr/bin/redis-server /etc/redis/redis.conf',
	);
});

test('whether its supervisor does it by itself', () => {
	const rules = {stopTimeoutSeconds: 90, startsAgain: true};
	assert.equal(startAdvice(unit, rules, facts).isAutomatic, true);
	assert.equal(startAdvice(unit, unknownRules, facts).isAutomatic, undefined);
	assert.equal(startAdvice(container('kubernetes'), unknownRules, facts).isAutomatic, true);
	assert.equal(startAdvice({kind: 'none'}, rules, facts).isAutomatic, false);
	assert.equal(supervisorRestart(unit), 'systemctl restart redis-server.service');
	assert.equal(supervisorRestart(container('docker')), 'docker restart');
	assert.equal(supervisorRestart(undefined), undefined);
});
