import assert from 'node:assert/strict';
import {test} from 'node:test';
import {overlayStep} from '../../../source/views/boxes/overlay-keys.js';

const room = {screenRows: 24, boxRows: 40};

test('the actions open from the details of a row, and not from the help', () => {
	const details = {kind: 'details', panel: 'clients', rowKey: '17', firstRow: 0} as const;
	assert.equal(overlayStep({kind: 'open-actions'}, details, room), 'perform');
	assert.equal(overlayStep({kind: 'open-actions'}, {kind: 'help', firstRow: 0}, room), undefined);
	assert.equal(overlayStep({kind: 'toggle-pause'}, details, room), undefined);
});
