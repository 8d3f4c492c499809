import assert from 'node:assert/strict';
import test from 'node:test';
import {parseInfo} from '../../source/parse/info.js';
import {rememberSentinel, sentinelRequests, sentinelView} from '../../source/poll/sentinel-plan.js';
import {ReplyFailure} from '../../source/wire/redis-port.js';
import {fixture, fixtureReply, fixtureServers} from '../harness/fixtures.js';

for (const server of fixtureServers) {
	test(`the first INFO tells which primaries are to be asked about: ${server}`, () => {
		const memory = rememberSentinel(undefined, parseInfo(fixture(server, 'sentinel/info.txt')));
		assert.deepEqual(
			sentinelRequests(memory).map(({command}) => command.join(' ')),
			['SENTINEL MASTERS', 'SENTINEL REPLICAS mymaster', 'SENTINEL SENTINELS mymaster', 'SENTINEL CKQUORUM mymaster'],
		);
		const file = {primaries: 'masters', replicas: 'replicas', sentinels: 'sentinels'};
		const answers = sentinelRequests(memory).map(request => ({
			request,
			reply:
				request.kind === 'sentinel-quorum'
					? fixture(server, 'sentinel/quorum.txt')
					: fixtureReply(server, `sentinel/${file[request.kind.slice(9) as keyof typeof file]}.json`),
		}));
		const [primary] = sentinelView(answers, memory)?.primaries ?? [];
		assert.deepEqual([primary?.replicas?.length, primary?.sentinels?.length], [2, 2]);
		assert.equal(primary?.quorumCheck?.isReached, true);
	});
}

test('failed checks are counted until one succeeds, and no answer is no check', () => {
	const server = fixtureServers[0];
	const memory = rememberSentinel(undefined, parseInfo(fixture(server, 'sentinel/info.txt')));
	const checkedWith = (reply: string | ReplyFailure) =>
		sentinelView(
			sentinelRequests(memory).flatMap(request =>
				request.kind === 'sentinel-primaries'
					? [{request, reply: fixtureReply<never>(server, 'sentinel/masters.json')}]
					: request.kind === 'sentinel-quorum'
						? [{request, reply}]
						: [],
			),
			memory,
		)?.primaries[0]?.quorumCheck;
	const lost = new ReplyFailure('NOQUORUM 1 usable Sentinels. Not enough');
	assert.deepEqual([checkedWith(lost)?.failures, checkedWith(lost)?.failures], [1, 2]);
	assert.deepEqual(checkedWith('OK 3 usable'), {isReached: true, text: 'OK 3 usable', failures: 0});
	assert.equal(checkedWith(lost)?.failures, 1);
	assert.equal(checkedWith(new ReplyFailure('NOPERM no')), undefined);
});
