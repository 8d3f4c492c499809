import assert from 'node:assert/strict';
import test from 'node:test';
import {cfgDiffers} from '../../source/rules/settings-drift.js';
import {sixViews} from '../cluster/views.js';
import {type ClusterCase, said} from './cluster-cases.js';

/** Rules that are clear or fire, and are always evaluated; with the reason. */
export const neverUnknown: Readonly<Record<string, string>> = {
	'cfg.differs': 'a node that tells no version or settings is left out of the comparison',
};

const cases: ReadonlyArray<readonly [name: string, given: ClusterCase, expected: readonly RegExp[]]> = [
	['alike', {views: sixViews()}, []],
	[
		'one policy of its own',
		{
			views: sixViews(),
			config: {17052: {'maxmemory-policy': 'allkeys-lru'}, 17051: {'maxmemory-policy': 'noeviction'}},
		},
		[/^info -: maxmemory-policy differs between nodes, (?=.*allkeys-lru on 17052)(?=.*noeviction on 17051)/],
	],
	[
		'two versions',
		{
			views: sixViews(),
			info: {
				17050: {server: {redis_version: '7.0.15'}},
				17051: {server: {redis_version: '7.0.15'}},
				17052: {server: {redis_version: '7.2.5'}},
			},
		},
		[/^info -: version differs between nodes, redis 7\.0\.15 on 17050, 17051; redis 7\.2\.5 on 17052/],
	],
	['a node’s own folder', {views: sixViews(), config: {17052: {dir: '/b'}, 17051: {dir: '/a'}}}, []],
	['a timeout, which clu.config tells', {views: sixViews(), config: {17052: {'cluster-node-timeout': '5000'}}}, []],
	['nobody tells', {views: []}, []],
];

for (const [name, given, expected] of cases) {
	test(`cfg.differs: ${name}`, () => {
		const lines = said(cfgDiffers, given);
		assert.equal(lines.length, expected.length, lines.join('\n'));
		for (const [index, pattern] of expected.entries()) {
			assert.match(lines[index] ?? '', pattern);
		}
	});
}
