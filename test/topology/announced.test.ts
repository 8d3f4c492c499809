import assert from 'node:assert/strict';
import test from 'node:test';
import type {NodeAddress} from '../../source/domain/node.js';
import type {NodeRecord} from '../../source/state/monitor-state.js';
import {isAnnouncedUnreachable} from '../../source/topology/announced.js';
import {emptyRecord} from '../harness/records.js';
import {fleetOf, gone, plainRecord} from './fleets.js';

const address = '172.18.0.3:6379' as NodeAddress;
const unreached: NodeRecord = {...emptyRecord(address), origin: 'replication', reach: 'down', failure: gone};
const link = (state: string) => ({
	address,
	state,
	behindBytes: 0,
	behindSeconds: 0,
	ackAgeSeconds: 0,
	offset: 1,
});

const cases: ReadonlyArray<readonly [name: string, record: NodeRecord, state: string, expected: boolean]> = [
	['its primary has it online', unreached, 'online', true],
	['its primary waits for it', unreached, 'wait_bgsave', false],
	['it answered once', {...unreached, lastReplyAtMs: 1}, 'online', false],
	['it was asked for', {...unreached, origin: 'target'}, 'online', false],
	['a sentinel that said itself where it is', {...unreached, origin: 'hello'}, 'wait_bgsave', true],
	['it turns us away', {...unreached, failure: {...gone, layer: 'auth'}}, 'online', false],
	['it answers', {...unreached, failure: undefined}, 'online', false],
];

for (const [name, record, state, expected] of cases) {
	test(`announced and not to be reached from here: ${name}`, () => {
		const primary = {...plainRecord(7001), replicas: [link(state)]};
		assert.equal(isAnnouncedUnreachable(record, fleetOf(primary, record)), expected);
	});
}
