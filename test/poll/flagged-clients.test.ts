import assert from 'node:assert/strict';
import test from 'node:test';
import {askedClientFlags} from '../../source/poll/client-flags.js';
import {requestOf} from '../../source/poll/requests.js';
import {ReplyFailure} from '../../source/wire/redis-port.js';
import {infoOf} from '../harness/records.js';

const flags = (clients: Record<string, number>) => askedClientFlags(infoOf({clients}));

test('flags are asked for that a few clients have', () => {
	assert.deepEqual(flags({blocked_clients: 0, pubsub_clients: 0}), ['O']);
	assert.deepEqual(flags({blocked_clients: 3, pubsub_clients: 500}), ['O', 'b', 'P']);
	assert.deepEqual(flags({blocked_clients: 501, pubsub_clients: 20_000}), ['O']);
	assert.deepEqual(flags({}), ['O']);
});

const {read, readFailure} = requestOf('flagged-clients');
const line = (id: number, flag: string) =>
	`id=${id} addr=10.0.0.1:${id} laddr=10.0.0.2:6379 name= age=1 idle=1 flags=${flag} db=0 cmd=get`;

test('clients with several flags are listed once', () => {
	const replies = {infos: [], extras: {}, sentinel: []};
	read(`${line(1, 'O')}\n${line(2, 'Pb')}\n`, replies, []);
	read(`${line(2, 'Pb')}\n${line(3, 'P')}\n`, replies, []);
	assert.deepEqual(
		(replies.extras as {flaggedClients?: ReadonlyArray<{id: number}>}).flaggedClients?.map(({id}) => id),
		[1, 2, 3],
	);
});

test('a server that refuses the filter is not asked again; one that is busy is', () => {
	const after = (message: string) => {
		const replies = {infos: [], extras: {} as {hasClientFilters?: boolean}, sentinel: []};
		const isResult = readFailure?.(new ReplyFailure(message), replies, []);
		return [isResult, replies.extras.hasClientFilters];
	};
	assert.deepEqual(after('ERR syntax error'), [true, false]);
	assert.deepEqual(after('BUSY a script runs'), [false, undefined]);
	assert.deepEqual(after("NOPERM User mon has no permissions to run the 'client|list' command"), [false, undefined]);
});
