import {parseHotKeys} from '../parse/hot-keys.js';
import {parseInfo} from '../parse/info.js';
import {parseKeySizes} from '../parse/key-sizes.js';
import {commandAvailability} from '../parse/reply-error.js';
import {textOf} from '../parse/reply-values.js';
import {parseSlotKeys, parseSlotStats} from '../parse/slot-stats.js';
import {needsRandomKeys, slotOfMostKeys} from './full-shard.js';
import type {PollDemand} from './poll-demand.js';
import type {PollState} from './poll-state.js';
import {type Reader, type RequestRow, textIn} from './request-row.js';

/**
Number of slots that CLUSTER SLOT-STATS returns if it sorts slots by processor time or by bytes. One call takes the
server about 0.5 ms.
*/
const askedSlots = '100';

/** Number of keys that are asked for in each of the hottest slots. */
const keysOfSlot = '20';

const showsKeys = (_: PollState, {isFocused, interests}: PollDemand): boolean => isFocused && interests.has('keys');

const wantsSizes = (_: PollState, {isFocused, interests}: PollDemand): boolean =>
	isFocused && (interests.has('keys') || interests.has('key-sizes'));

const sizesPeriod = (_: PollState, {interests}: PollDemand): number => (interests.has('keys') ? 2000 : 60_000);

/**
The arguments of CLUSTER SLOT-STATS. One call sorts slots by their number of keys. Two more calls sort slots by
processor time and by bytes. A server that does not count these two values would refuse the two calls, so they are then
left out. The first reply has the field `cpu-usec` if the server counts them.
*/
function slotArguments(state: PollState, demand: PollDemand): ReadonlyArray<readonly string[]> {
	const byKeys = ['ORDERBY', 'KEY-COUNT', 'LIMIT', '10'];
	return state.countsSlotUse && showsKeys(state, demand)
		? [['ORDERBY', 'CPU-USEC', 'LIMIT', askedSlots], ['ORDERBY', 'NETWORK-BYTES-OUT', 'LIMIT', askedSlots], byKeys]
		: [byKeys];
}

/** Time between two readings of what fills a full shard, in milliseconds. */
const fullShardMs = 30_000;

/** Number of RANDOMKEY in one write. With half of the keys in one slot, 20 keys show that slot. */
const randomKeyCalls = 20;

/**
Time between two CLUSTER SLOT-STATS in milliseconds. It is shorter until most slots have a rate, which takes two
readings.
*/
function slotsPeriod(state: PollState, demand: PollDemand): number {
	const {slotUse} = state;
	if (!showsKeys(state, demand)) {
		return fullShardMs;
	}

	const rates = slotUse?.rates ?? [];
	const known = rates.filter(({cpuShare}) => cpuShare !== undefined);
	return known.length * 2 <= rates.length ? 2000 : 5000;
}

const readSlotUse: Reader = (reply, {extras}) => {
	const slots = parseSlotStats(reply);
	if (slots === undefined) {
		return false;
	}

	const known = extras.slotUse;
	const isCounted = [...slots.values()].some(({cpuMicroseconds}) => cpuMicroseconds !== undefined);
	extras.slotUse = {
		isCounted: known?.isCounted === true || isCounted,
		slots: new Map([...(known?.slots ?? []), ...slots]),
	};
	return true;
};

/** The slots whose keys are read: the hottest while the panel Keys is open, and the fullest of a full shard. */
const slotsToRead = (state: PollState, demand: PollDemand): readonly number[] => [
	...new Set([...(showsKeys(state, demand) ? state.hotSlots : []), ...slotOfMostKeys(state)]),
];

/**
Requests of the panel Keys. They are sent only while that panel is open. There are two exceptions. Subcommands of
redis-top that evaluate all rules also ask for key sizes and hot keys, once a minute. A full shard of a cluster is asked
which slot fills it.
*/
export const keyRequests = [
	{
		// INFO keysizes takes the server 16 µs. A server without that section sends an empty reply.
		kind: 'key-sizes',
		command: 'info',
		arguments: () => [['keysizes']],
		when: wantsSizes,
		everyMs: sizesPeriod,
		read: (reply, {extras}) => {
			extras.keySizes = parseKeySizes(parseInfo(textIn(reply)));
			return true;
		},
	},
	{
		kind: 'slot-use',
		command: 'cluster|slot-stats',
		arguments: slotArguments,
		when: (state, demand) => state.hasCluster && (showsKeys(state, demand) || state.shardKeys !== undefined),
		everyMs: slotsPeriod,
		read: readSlotUse,
		// A server without `cluster-slot-stats-enabled` refuses to sort by values that it does not count.
		readFailure: ({message}, {extras}, command) => {
			const isUncounted = commandAvailability(message) !== 'denied' && !command.includes('KEY-COUNT');
			if (isUncounted) {
				extras.slotUse = {isCounted: false, slots: extras.slotUse?.slots ?? new Map()};
			}

			return isUncounted;
		},
	},
	{
		kind: 'hot-slot-keys',
		command: 'cluster|getkeysinslot',
		arguments: (state, demand) => slotsToRead(state, demand).map(slot => [String(slot), keysOfSlot]),
		when: (state, demand) => slotsToRead(state, demand).length > 0,
		everyMs: (state, demand) => (showsKeys(state, demand) ? 5000 : fullShardMs),
		read: (reply, {extras}, command) => {
			const keys = parseSlotKeys(reply);
			if (keys !== undefined) {
				extras.hotSlotKeys = [...(extras.hotSlotKeys ?? []), {slot: Number(command.at(-2)), slotKeys: keys}];
			}

			return keys !== undefined;
		},
	},
	{
		// RANDOMKEY takes the server 1 µs. A server without keys replies nil.
		kind: 'random-keys',
		command: 'randomkey',
		arguments: () => Array.from({length: randomKeyCalls}, () => []),
		when: needsRandomKeys,
		everyMs: () => fullShardMs,
		read: (reply, {extras}) => {
			const key = textOf(reply);
			if (key !== undefined) {
				extras.randomKeys = {sampledKeys: [...(extras.randomKeys?.sampledKeys ?? []), key]};
			}

			return key !== undefined || reply === null;
		},
	},
	{
		kind: 'hot-keys',
		command: 'hotkeys|get',
		when: wantsSizes,
		everyMs: sizesPeriod,
		read: (reply, {extras}) => {
			const hotKeys = parseHotKeys(reply);
			if (hotKeys !== undefined) {
				extras.hotKeys = hotKeys;
			}

			return hotKeys !== undefined;
		},
	},
] as const satisfies readonly RequestRow[];
