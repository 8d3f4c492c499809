import assert from 'node:assert/strict';
import test from 'node:test';
import {messageText} from '../../source/domain/message.js';
import {resyncLoadOf} from '../../source/rules/resync-load.js';
import {recordFrom, refusedConnection} from '../harness/records.js';
import {factsOf} from '../harness/rule-cases.js';

type Parts = {
	readonly state?: string;
	readonly offset?: number;
	readonly refused?: number;
	readonly backlog?: number;
	readonly isDown?: boolean;
};

/** What the primary of a silent replica shows, whose replica is 10.0.1.11:6379. It writes a megabyte a second. */
const loadBy = ({state = 'online', offset = 0, refused = 2, backlog = 1_048_576, isDown = false}: Parts) =>
	resyncLoadOf(
		factsOf({
			nodes: [
				recordFrom({
					address: '10.0.1.12:6379',
					role: 'primary',
					...(isDown ? {failure: refusedConnection} : {}),
					info: {
						stats: {sync_partial_err: refused},
						replication: {
							connected_slaves: 1,
							slave0: `ip=10.0.1.11,port=6379,state=${state},offset=${offset},lag=30`,
							master_repl_offset: 90_000_000,
							repl_backlog_size: backlog,
						},
					},
					values: {replicationBytes: 1_048_576},
				}),
			],
		}),
	);

test('a silent replica that was sent all data likely loads them, and a small backlog is why', () => {
	const load = loadBy({});
	assert.equal(load?.reason, 'likely in a full resync, backlog only 1.00M');
	assert.equal(
		messageText(load.next[0]?.text ?? ''),
		'redis-cli -h 10.0.1.12 -p 6379 CONFIG SET repl-backlog-size 512mb',
	);
	for (const parts of [{refused: 0}, {backlog: 256 * 1_048_576}]) {
		assert.equal(loadBy(parts)?.reason, 'likely it loads a full resync');
	}
});

test('nothing is said of a load where the replica has acknowledged, still receives data, or the primary is away', () => {
	for (const parts of [{offset: 80_000_000}, {state: 'send_bulk'}, {state: 'wait_bgsave'}, {isDown: true}]) {
		assert.equal(loadBy(parts), undefined);
	}
});
