import {writeFileSync} from 'node:fs';
import path from 'node:path';
import type {TestContext} from 'node:test';
import {fakeReceiver} from '../harness/fake-receiver.js';
import {freePort} from '../harness/free-port.js';
import {outsideProgram, startOutside} from '../harness/outside-program.js';
import {folderFor} from './monitor.js';

type FoundAlert = {
	readonly labels: Readonly<Record<string, string>>;
	readonly startsAt: string;
	readonly endsAt: string;
	readonly status: {readonly state: string};
};

type FoundSilence = {
	readonly id: string;
	readonly comment: string;
	readonly createdBy: string;
	readonly startsAt: string;
	readonly endsAt: string;
	readonly matchers: ReadonlyArray<{readonly name: string; readonly value: string; readonly isRegex: boolean}>;
	readonly status: {readonly state: string};
};

/** A real Alertmanager, which can be stopped and started again at the same port. */
export async function alertmanagerFor(t: TestContext) {
	const program = await outsideProgram(t, 'prometheus-alertmanager');
	if (program === undefined) {
		return undefined;
	}

	const folder = folderFor(t);
	const [port, hook] = [await freePort(), await fakeReceiver(t)];
	const file = path.join(folder, 'alertmanager.yml');
	writeFileSync(
		file,
		`route: {receiver: hook, group_by: [alertname, instance], group_wait: 0s, group_interval: 1s, repeat_interval: 1h}
receivers: [{name: hook, webhook_configs: [{url: '${hook.url}'}]}]
`,
	);
	const start = () =>
		startOutside(t, program, [
			`--config.file=${file}`,
			`--storage.path=${folder}`,
			`--web.listen-address=127.0.0.1:${port}`,
			'--cluster.listen-address=',
		]);
	const url = `http://127.0.0.1:${port}`;
	const alerts = async (): Promise<readonly FoundAlert[]> => {
		const response = await fetch(`${url}/api/v2/alerts?active=true`).catch(() => undefined);
		return response?.ok ? ((await response.json()) as FoundAlert[]) : [];
	};

	return {
		url,
		start,
		alerts,
		hook,
		silences: async (): Promise<readonly FoundSilence[]> => {
			const response = await fetch(`${url}/api/v2/silences`).catch(() => undefined);
			return response?.ok ? ((await response.json()) as FoundSilence[]) : [];
		},
		only: async (rule: string) => (await alerts()).filter(({labels}) => labels.alertname === rule),
	};
}
