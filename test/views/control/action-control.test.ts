import assert from 'node:assert/strict';
import {test} from 'node:test';
import {temporaryFixes} from '../../../source/derive/temporary-fixes.js';
import type {NodeAddress} from '../../../source/domain/node.js';
import {findingKey} from '../../../source/rules/finding.js';
import type {MonitorState} from '../../../source/state/monitor-state.js';
import type {PanelId} from '../../../source/state/panel-table.js';
import {newView} from '../../../source/state/reduce-view.js';
import type {ViewState} from '../../../source/state/view-state.js';
import {ActionControl, type ActionControlOptions} from '../../../source/views/control/action-control.js';
import {auditEntry} from '../../harness/audits.js';
import {findingOf} from '../../harness/findings.js';
import {emptyRecord, recordFrom, sampledAtMs, stateOf} from '../../harness/records.js';

const [here, there] = ['10.0.1.11:6379', '10.0.1.12:6379'] as [NodeAddress, NodeAddress];
const records = [recordFrom({address: here}), recordFrom({address: there})];

/** The calls to the actions and the notices to the operator. */
function controlled(state: MonitorState, panel: PanelId = 'overview', change: Partial<ViewState> = {}) {
	const asked: unknown[] = [];
	const actions: ActionControlOptions['actions'] = {
		isOpen: false,
		running: undefined,
		press: key => void asked.push(key),
		open: ({address}, selection) => void asked.push({open: address, ...selection}),
		choose: ({address}, choice) => void asked.push({choose: address, ...choice}),
	};
	const effects = {copy: (text: string) => asked.push({copy: text}) > 0} as ActionControlOptions['effects'];
	const control = new ActionControl({
		actions,
		effects,
		shownState: () => state,
		liveState: () => state,
		now: () => sampledAtMs,
		view: () => ({...newView(panel, 1000), ...change}),
		notify: text => void asked.push(text),
	});
	return {control, asked};
}

const fixed = (revert: string | undefined, target = there): MonitorState => {
	const fix = auditEntry({target, command: 'CONFIG SET appendonly no', revert});
	return {...stateOf(records), audit: {entries: [fix], broken: 0, fixes: temporaryFixes([fix]), problem: undefined}};
};

test('U opens the dialog that undoes the change, on the changed node', () => {
	const {control, asked} = controlled(fixed('CONFIG SET appendonly yes'));
	control.takeBack();
	assert.deepEqual(asked, [{choose: there, action: 'set-appendonly', value: 'yes', isSettled: true}]);
});

test('U copies a command that no action sends, and says so when there is no change to undo', () => {
	for (const [state, expected] of [
		[fixed('CONFIG SET appendonly yes save 60'), [{copy: 'CONFIG SET appendonly yes save 60'}, /^copied: CONFIG/]],
		[fixed(undefined), [/no temporary change/]],
		[fixed('CONFIG SET appendonly yes', '10.0.9.9:6379' as NodeAddress), [/no temporary change/]],
		[stateOf(records), [/no temporary change/]],
		[{...fixed('CONFIG SET appendonly yes'), isMasked: true}, [/--mask/]],
	] as const) {
		const {control, asked} = controlled(state);
		control.takeBack();
		assert.equal(asked.length, expected.length);
		for (const [index, want] of expected.entries()) {
			if (want instanceof RegExp) {
				assert.match(String(asked[index]), want);
			} else {
				assert.deepEqual(asked[index], want);
			}
		}
	}
});

test('the menu on a finding is for the node of its remedy', () => {
	const cases = [
		[{}, here],
		[{remedy: {node: there, value: 'main'}}, there],
		// The node of the finding is used when the node of its remedy is not polled here.
		[{remedy: {node: '10.0.9.9:6379' as NodeAddress}}, here],
	] as const;
	for (const [parts, expected] of cases) {
		const finding = findingOf('sen.down', 'critical', here, {action: 'sentinel-failover', ...parts});
		const {control, asked} = controlled({...stateOf(records), findings: [finding]}, 'findings');
		control.openMenu(findingKey(finding));
		const value = 'remedy' in parts && 'value' in parts.remedy ? parts.remedy.value : undefined;
		assert.deepEqual(asked, [{open: expected, action: 'sentinel-failover', value}]);
	}
});

test('the menu of a node without a remedy of its own knows the remedy on another node', () => {
	const finding = findingOf('rep.link_down', 'critical', there, {action: 'promote'});
	const state = {...stateOf(records), findings: [finding]};
	const elsewhere = {node: there, action: 'promote', value: undefined};
	for (const panel of ['overview', 'memory'] as const) {
		const {control, asked} = controlled(state, panel, {node: here});
		control.openMenu(undefined);
		assert.deepEqual(asked, [{open: here, elsewhere}], panel);
	}
});

test('no dialog opens without a node or with --mask', () => {
	const {control, asked} = controlled(stateOf([]));
	control.openMenu(undefined);
	assert.deepEqual(asked, []);
	const masked = controlled({...stateOf([emptyRecord(here)]), isMasked: true});
	masked.control.openMenu(undefined);
	assert.match(String(masked.asked), /--mask/);
});

test('in a replay no action opens, neither by its key nor from the palette, and the reason is said', () => {
	const replay = {isPlaying: false, speed: 1, beganMs: 0, endedMs: 1, spans: []};
	for (const open of ['menu', 'one', 'undo'] as const) {
		const {control, asked} = controlled(fixed('CONFIG SET appendonly yes'), 'overview', {replay});
		({
			menu: () => control.openMenu(undefined),
			one: () => control.openAction('bgsave'),
			undo: () => control.takeBack(),
		})[open]();
		assert.deepEqual(asked, ['a replay sends nothing: actions are on the live screen'], open);
	}
});
