import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {Severity} from '../../source/domain/finding.js';
import type {Finding} from '../../source/rules/finding.js';
import {incidentSince} from '../../source/state/incident-since.js';

const found = (severity: Severity, sinceMs: number, clearedAtMs?: number): Finding => ({
	rule: 'mem.max',
	severity,
	node: undefined,
	subject: undefined,
	problem: '',
	evidence: [],
	meaning: '',
	next: [],
	sinceMs,
	clearedAtMs,
});

test('an incident begins with the first critical finding and ends with the last', () => {
	assert.equal(incidentSince(undefined, []), undefined);
	assert.equal(incidentSince(undefined, [found('warning', 5)]), undefined);
	assert.equal(incidentSince(undefined, [found('critical', 10), found('critical', 7)]), 7);
	// The first is over, another holds: it is the same incident.
	assert.equal(incidentSince(7, [found('critical', 10), found('critical', 7, 20)]), 7);
	assert.equal(incidentSince(7, [found('critical', 10, 20)]), undefined);
	assert.equal(incidentSince(undefined, [found('critical', 30)]), 30);
});
