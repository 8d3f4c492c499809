import assert from 'node:assert/strict';
import {test} from 'node:test';
import {stagedIncidents} from '../../source/demo/incidents/all-incidents.js';
import type {StagedName} from '../../source/demo/incidents/incident-names.js';
import {openStage} from '../../source/demo/incidents/stage.js';
import {oneServer} from './monitor.js';
import {checked} from './scenario.js';

/** Plays incidents of `redis-top demo incident` one after the other. One look of `check` must say what the table expects. */
export function testIncidents(names: readonly StagedName[]): void {
	for (const name of names) {
		test(`check names the incident ${name}`, async t => {
			const {program} = await oneServer();
			const stage = openStage(program);
			t.after(() => stage.end());
			const play = await stagedIncidents[name].prepare(stage);
			await play();
			const addresses = stage.servers.map(({address}) => address);
			const check = await checked(t, addresses);
			const {exitCode, verdict, rules, client, notEvaluated = []} = stagedIncidents[name].expected;
			const findings = check.findings.map(({rule, severity}) => `${rule} ${severity}`);
			for (const rule of rules) {
				assert.ok(
					findings.some(each => `${each} `.startsWith(`${rule} `)),
					`${rule} is not among ${findings.join(', ')}`,
				);
			}

			if (exitCode !== undefined) {
				assert.equal(check.exitCode, exitCode, findings.join(', '));
			}

			if (verdict !== undefined) {
				assert.match(check.verdict, verdict, findings.join(', '));
			}

			if (client !== undefined) {
				assert.ok(JSON.stringify(check.findings).includes(client), `${client} is not named`);
			}

			assert.deepEqual(
				notEvaluated.filter(rule => !check.notEvaluated.some(each => each === rule)),
				[],
			);
		});
	}
}
