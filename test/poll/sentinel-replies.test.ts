import assert from 'node:assert/strict';
import test from 'node:test';
import {parseInfo} from '../../source/parse/info.js';
import {requestsDue} from '../../source/poll/poll-plan.js';
import {newPollState} from '../../source/poll/poll-state.js';
import {type SentinelState, sentinelView, updateSentinel} from '../../source/poll/sentinel-replies.js';
import {ReplyFailure} from '../../source/wire/redis-port.js';
import {fixture, fixtureReply, fixtureServers} from '../harness/fixtures.js';

/** What the poll after the first INFO asks besides INFO. */
const asked = (sentinel: SentinelState): ReadonlyArray<readonly string[]> =>
	requestsDue(
		{...newPollState(), version: [7, 0], sentinel},
		{isFocused: false, interests: new Set(), isByHand: false},
		0,
	)
		.map(({command}) => command)
		.filter(([name]) => name !== 'INFO');

for (const server of fixtureServers) {
	test(`the first INFO of ${server} names the primaries that a sentinel is asked about`, () => {
		const state = updateSentinel(undefined, parseInfo(fixture(server, 'sentinel/info.txt')));
		assert.deepEqual(
			asked(state).map(command => command.join(' ')),
			[
				'SENTINEL MASTERS',
				'SENTINEL MYID',
				'SENTINEL REPLICAS mymaster',
				'SENTINEL SENTINELS mymaster',
				'SENTINEL CKQUORUM mymaster',
			],
		);
		const replies = asked(state).map(command => ({
			command,
			reply:
				command[1] === 'CKQUORUM'
					? fixture(server, 'sentinel/quorum.txt')
					: command[1] === 'MYID'
						? 'a'.repeat(40)
						: fixtureReply(server, `sentinel/${command[1]?.toLowerCase()}.json`),
		}));
		const view = sentinelView(replies, state);
		assert.equal(view?.id, 'a'.repeat(40));
		const [primary] = view.primaries;
		assert.deepEqual([primary?.replicas?.length, primary?.sentinels?.length], [2, 2]);
		assert.equal(primary?.quorumCheck?.isReached, true);
	});
}

test('failed checks are counted until one succeeds, and a missing reply does not count', () => {
	const server = fixtureServers[0];
	const state = updateSentinel(undefined, parseInfo(fixture(server, 'sentinel/info.txt')));
	const checkedWith = (reply: string | ReplyFailure) =>
		sentinelView(
			asked(state).flatMap(command =>
				command[1] === 'MASTERS'
					? [{command, reply: fixtureReply<never>(server, 'sentinel/masters.json')}]
					: command[1] === 'CKQUORUM'
						? [{command, reply}]
						: [],
			),
			state,
		)?.primaries[0]?.quorumCheck;
	const lost = new ReplyFailure('NOQUORUM 1 usable Sentinels. Not enough');
	assert.deepEqual([checkedWith(lost)?.failures, checkedWith(lost)?.failures], [1, 2]);
	assert.deepEqual(checkedWith('OK 3 usable'), {isReached: true, text: 'OK 3 usable', failures: 0});
	assert.equal(checkedWith(lost)?.failures, 1);
	assert.equal(checkedWith(new ReplyFailure('NOPERM no')), undefined);
});
