import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {type NodeView, readView} from '../../source/cluster/node-view.js';
import {idOf, six, sixViews, viewFrom} from './views.js';

/** What a view says of everybody, without what only the asked node marks. */
const saidIn = ({nodes}: NodeView) =>
	nodes.map(({id, flags, slots, configEpoch, primaryId}) => ({
		id,
		flags: [...flags].filter(flag => flag !== 'myself'),
		slots,
		configEpoch,
		primaryId,
	}));

const others = (view: NodeView, flag: string) =>
	view.nodes.filter(({flags}) => flags.has(flag) && !flags.has('myself')).map(({id}) => id);

const line = fc.constantFrom(
	'17050 master 1 0-5460',
	'17050 master,fail 1 0-5460',
	'17050 master 7',
	'17051 master 3 5461-10922 [5461->-1705200000000000000000000000000000000000]',
	'17051 master,fail? 3 5461-10922',
	'17051 master 3 5461-10921',
	'17053 master 7 0-5460',
	'17053 slave:17051 3',
	'17055 slave,noaddr:17052 5',
	'17059 handshake 0',
);
const anyView = fc
	.record({port: fc.constantFrom(17050, 17051, 17053), lines: fc.array(line, {maxLength: 2})})
	.map(({port, lines}) => viewFrom(port, {changed: lines}));

// First, with nothing said before: views made up at random leave words that answer for only some of these.
test('nodes with equal views share one list, and each keeps its own flags and open slots', () => {
	const views = sixViews({
		17051: {changed: ['17051 master 3 5461-10922 [5461->-1705200000000000000000000000000000000000]']},
	});
	const read = views.map(readView);
	assert.equal(new Set(read.map(view => view?.lines)).size, 1);
	assert.equal(new Set(read.map(view => view?.signature)).size, 1);
	assert.deepEqual(
		read.map(view => view?.self.id),
		six.map(said => idOf(said.slice(0, 5))),
	);
	assert.equal(read[1]?.self.openSlots.length, 1);
	const outsider = readView(viewFrom(17052, {changed: ['17053 slave,fail:17050 1']}));
	assert.notEqual(outsider?.lines, read[0]?.lines);
	assert.deepEqual([...(outsider?.failed ?? [])], [idOf(17053)]);
});

test('a view is read unchanged, whatever views were read before', () => {
	fc.assert(
		fc.property(fc.array(anyView, {minLength: 1, maxLength: 8}), views => {
			for (const view of views) {
				const read = readView(view);
				assert.ok(read);
				assert.deepEqual(
					saidIn({...view, nodes: view.nodes.map(node => ({...node, ...read.lines.get(node.id)}))}),
					saidIn(view),
				);
				assert.equal(read.lines.size, new Set(view.nodes.map(({id}) => id)).size);
				assert.equal(
					read.self,
					view.nodes.find(({flags}) => flags.has('myself')),
				);
				assert.deepEqual(
					[...read.failed].sort(),
					[...new Set([...others(view, 'fail'), ...others(view, 'noaddr')])].sort(),
				);
				assert.deepEqual([...read.suspected], others(view, 'fail?'));
				assert.equal(read.size, view.nodes.filter(({flags, slots}) => flags.has('master') && slots.length > 0).length);
			}
		}),
	);
});

test('a view that names one node twice has that node once and lacks the node of the other line', () => {
	const whole = viewFrom(17050);
	assert.equal(readView(whole)?.lines.size, 6);
	const [last] = whole.nodes.slice(-1);
	const torn = readView({...whole, nodes: [...whole.nodes.slice(0, -2), ...(last ? [last, last] : [])]});
	assert.deepEqual([torn?.lines.size, torn?.lines.has(idOf(17054))], [5, false]);
});
