import assert from 'node:assert/strict';
import process from 'node:process';
import {test} from 'node:test';
import fc from 'fast-check';
import type {RawReply} from '../../source/domain/reply.js';
import {parseAccessLog} from '../../source/parse/access-log.js';
import {parseClientList} from '../../source/parse/client-list.js';
import {parseClusterLinks} from '../../source/parse/cluster-links.js';
import {parseClusterInfo, parseClusterNodes} from '../../source/parse/cluster-nodes.js';
import {parseConfig} from '../../source/parse/config.js';
import {parseRunningFunction} from '../../source/parse/function-stats.js';
import {parseInfo} from '../../source/parse/info.js';
import {commandStats, errorStats, keyspace, replicaLines} from '../../source/parse/info-fields.js';
import {journalOomKills, kmsgOomKills} from '../../source/parse/kernel-log.js';
import {parseHistograms, parseLatencyHistory, parseLatencyLatest} from '../../source/parse/latency.js';
import {
	cgroupOwner,
	parseColonTable,
	parseNumberList,
	parseProcessStat,
	parseSocketTable,
	parseUnixSocketTable,
	parseUse,
} from '../../source/parse/proc-text.js';
import {commandAvailability, replyFailure} from '../../source/parse/reply-error.js';
import {parseMonitoredPrimaries, parseSentinelPeers} from '../../source/parse/sentinel.js';
import {readServerLog} from '../../source/parse/server-log.js';
import {parseModules} from '../../source/parse/server-modules.js';
import {parseLargeLog, parseSlowlog} from '../../source/parse/slowlog.js';
import {socketFailure} from '../../source/parse/socket-error.js';
import {fixture, fixtureReply, fixtureServers} from '../harness/fixtures.js';

const textParsers: Readonly<Record<string, (text: string) => unknown>> = {
	info: text => {
		const info = parseInfo(text);
		return [info.sections, commandStats(info), errorStats(info), replicaLines(info), keyspace(info)];
	},
	clusterNodes: parseClusterNodes,
	clusterInfo: parseClusterInfo,
	clientList: parseClientList,
	replyError: text => [replyFailure(text), commandAvailability(text)],
	serverLog: text => readServerLog('a log', text),
	kernelLog: text => [journalOomKills(text), kmsgOomKills([text], 0)],
	processFiles: text => [
		cgroupOwner(text),
		parseColonTable(text),
		parseProcessStat(text),
		parseUse(text),
		parseNumberList(text) ?? [],
		parseSocketTable(text),
		parseUnixSocketTable(text),
	],
	socketError: text => [socketFailure(text, text), socketFailure('ECONNREFUSED', text)],
};

const replyParsers: Readonly<Record<string, (reply: RawReply) => unknown>> = {
	slowlog: parseSlowlog,
	largeLog: reply => parseLargeLog(reply, 'large-reply'),
	accessLog: parseAccessLog,
	modules: parseModules,
	functionStats: reply => [parseRunningFunction(reply)],
	latencyLatest: parseLatencyLatest,
	latencyHistory: parseLatencyHistory,
	histograms: parseHistograms,
	config: parseConfig,
	watchedPrimaries: parseMonitoredPrimaries,
	sentinelPeers: parseSentinelPeers,
	clusterLinks: parseClusterLinks,
};

const textFixtures = {
	info: 'primary/info-everything.txt',
	clusterNodes: 'cluster/nodes.txt',
	clusterInfo: 'cluster/info.txt',
	clientList: 'primary/client-list.txt',
} as const;

const replyFixtures = {
	slowlog: 'primary/slowlog.json',
	watchedPrimaries: 'sentinel/masters.json',
	sentinelPeers: 'sentinel/replicas.json',
	histograms: 'primary/latency-histogram.json',
	config: 'primary/config.json',
} as const;

/** Every string in what a parser gave, keys too. */
function* stringsIn(value: unknown): Generator<string> {
	if (typeof value === 'string') {
		yield value;
	} else if (value instanceof Map || value instanceof Set || Array.isArray(value)) {
		for (const part of value) {
			yield* stringsIn(part);
		}
	} else if (typeof value === 'object' && value !== null) {
		yield* stringsIn(Object.values(value));
	}
}

function assertPrintable(value: unknown): void {
	for (const text of stringsIn(value)) {
		assert.doesNotMatch(text, /[\p{C}\p{Zl}\p{Zp}\u{fffd}]/u);
	}
}

const anyText = fc.oneof(
	fc.string({unit: 'binary'}),
	// Texts made of what replies are made of get further than random ones.
	fc
		.array(
			fc.oneof(
				fc.constantFrom(
					'# ',
					'id=',
					'slave0:',
					'db0:keys=',
					'cmdstat_',
					' ',
					':',
					'=',
					',',
					'\n',
					'\r\n',
					'\r',
					'@',
					'-',
				),
				fc.constantFrom('a'.repeat(40), 'connected', '[1->-', '127.0.0.1:1@2', '\u{1b}[2J', '\u{202e}', '\ud800', '9'),
				fc.string({unit: 'binary', maxLength: 4}),
			),
			{maxLength: 60},
		)
		.map(parts => parts.join('')),
);

const {reply: anyReply} = fc.letrec<{reply: RawReply}>(tie => ({
	reply: fc.oneof(
		{depthSize: 'medium'},
		fc.string({unit: 'binary'}),
		fc.constantFrom('calls', 'histogram_usec', 'dir', '7'),
		fc.double(),
		fc.integer(),
		fc.constant(null),
		fc.string().map(message => new Error(message)),
		fc.array(tie('reply')),
	),
}));

for (const [name, parse] of Object.entries(textParsers)) {
	test(`${name} takes any text and gives only printable text`, () => {
		fc.assert(fc.property(anyText, text => assertPrintable(parse(text))));
	});
}

for (const [name, parse] of Object.entries(replyParsers)) {
	test(`${name} takes any reply and gives only printable text`, () => {
		fc.assert(fc.property(anyReply, reply => assertPrintable(parse(reply))));
	});
}

for (const server of fixtureServers) {
	for (const [name, file] of Object.entries(textFixtures)) {
		test(`${name} takes ${server}'s reply cut off and damaged anywhere`, () => {
			const whole = fixture(server, file);
			const place = fc.nat(whole.length);
			fc.assert(
				fc.property(place, place, fc.string({unit: 'binary', maxLength: 5}), (cut, at, damage) => {
					assertPrintable(textParsers[name]?.(whole.slice(0, cut)));
					assertPrintable(textParsers[name]?.(whole.slice(0, at) + damage + whole.slice(at + damage.length)));
				}),
			);
		});
	}

	for (const [name, file] of Object.entries(replyFixtures)) {
		test(`${name} takes ${server}'s reply with anything in its place`, () => {
			const whole = fixtureReply<RawReply>(server, file);
			fc.assert(
				fc.property(fc.nat(50), anyReply, (count, unknownText) => {
					let remaining = count;
					const damaged = (reply: RawReply): RawReply => {
						remaining--;
						if (remaining === 0) {
							return unknownText;
						}

						return Array.isArray(reply) ? reply.map(damaged) : reply;
					};

					assertPrintable(replyParsers[name]?.(damaged(whole)));
				}),
			);
		});
	}
}

/** Of this process, not of the clock. */
function processorMs(work: () => void): number {
	const before = process.cpuUsage();
	work();
	const {user, system} = process.cpuUsage(before);
	return (user + system) / 1000;
}

/**
How many times as long as in proportion to the length it takes for a longer text: about 1 where work grows with the length,
beyond 4 where it grows with its square. What takes less than a millisecond counts for one.

@param longest Characters. A sixty-fourth of it is the measure, and each next text is four times as long.
@returns The first that is above 4, else the last.
*/
function excessOf(parse: (text: string) => unknown, line: string, longest: number): number {
	const timesOf = (factor: number, tries: number) => {
		// Something else at its end, so that what looks for an end from each place again finds none.
		const text = `${line.repeat((longest / 64) * (factor / line.length))}x`;
		return Array.from({length: tries}, () => processorMs(() => parse(text)));
	};
	const measure = Math.max(1, ...timesOf(1, 3));
	let excess = 1;
	for (const factor of [4, 16, 64]) {
		excess = Math.min(...timesOf(factor, 1)) / (measure * factor);
		if (excess > 4) {
			// Garbage collection may have added to it.
			excess = Math.min(...timesOf(factor, 3)) / (measure * factor);
		}

		if (excess > 4) {
			break;
		}
	}

	return excess;
}

for (const line of ['\n', ':\n', '# \n', ' ', '=', 'id= ', 'x=\u{1b}', `${'a'.repeat(40)} `, ',', '-', 'ERR ']) {
	test(`the time for a quarter of a megabyte of ${JSON.stringify(line)} grows in proportion to its length`, () => {
		for (const [name, parse] of Object.entries(textParsers)) {
			const excess = excessOf(parse, line, 250_000);
			assert.ok(excess <= 4, `${name}: ${excess.toFixed(1)} times as long`);
		}
	});
}

test('this test notices a parser whose time grows with the square of the length', () => {
	assert.ok(excessOf(text => /\s+$/.test(text), ' ', 128_000) > 4);
});
