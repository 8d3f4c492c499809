import path from 'node:path';
import process from 'node:process';
import {setTimeout as delay} from 'node:timers/promises';
import {ownWords, stop, usageProblem} from '../harness/script-words.js';
import {serverBinaries} from '../harness/servers.js';
import {clusterWorks} from './planned/cluster-works.js';
import {Findings} from './planned/findings.js';
import {Load} from './planned/load.js';
import {operatorWorks} from './planned/operator-works.js';
import {PlannedCluster} from './planned/planned-cluster.js';
import {firstPassword} from './planned/planned-server.js';
import {SentinelGroup} from './planned/sentinel-group.js';
import {soakUsage} from './usage.js';

/*
A day of planned work on a healthy cluster and a Sentinel group under load, in as many minutes as are given:
`soak.mjs --planned --minutes 60`. `redis-top watch` looks on. Whatever it finds above info is printed with the work that
was under way. `--work TEXT` does only work whose name contains the text, and `--from TEXT` begins with the first such
work. Exits with 1 where a work could not be done, or where `watch` found anything that is not proved to be about the
machine (`planned/machine-proof.ts`).
*/

const {values} = ownWords(soakUsage, {
	options: {
		minutes: {type: 'string', default: '60'},
		server: {type: 'string', default: 'redis-7.0'},
		work: {type: 'string', default: ''},
		from: {type: 'string', default: ''},
		planned: {type: 'boolean'},
	},
});
const program = serverBinaries().get(values.server);
if (program === undefined) {
	stop(usageProblem(soakUsage, `there is no ${values.server}; known are ${[...serverBinaries().keys()].join(', ')}`));
}

const say = (text: string): void => {
	process.stdout.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);
};

const endsAt = Date.now() + Number(values.minutes) * 60_000;
const passwords = [firstPassword];
const password = (): string => passwords.at(-1) ?? '';
const cluster = await PlannedCluster.start(values.server);
const group = await SentinelGroup.start(values.server, () => firstPassword);
const load = new Load(
	cluster.tags.map(({tag, slot}) => ({
		tag,
		target: {find: () => cluster.ownerOf(slot), at: port => cluster.nodeAt(port), password},
	})),
	10,
);
const groupLoad = new Load([group.part], 5);
load.start(() => cluster.nodes);
groupLoad.start(() => group.nodes);

const cli = path.join(path.dirname(program), values.server.startsWith('valkey') ? 'valkey-cli' : 'redis-cli');
const work = {cluster, load, cli, passwords};
const works = Object.entries({...clusterWorks(work), ...operatorWorks(work), ...group.works(groupLoad)}).filter(
	([name]) => name.includes(values.work),
);
const findings = await Findings.start(
	[...cluster.nodes.slice(0, 1), ...group.sentinels].map(({port}) => `127.0.0.1:${port}`),
	() => [...cluster.nodes, ...group.nodes, ...group.sentinels],
);

await delay(20_000);
const begin = Math.max(
	0,
	works.findIndex(([name]) => name.includes(values.from)),
);
let done = 0;
let failed = 0;
try {
	for (; Date.now() < endsAt; done++) {
		const [name, doIt] = works[(begin + done) % works.length] ?? [];
		if (name === undefined || doIt === undefined) {
			throw new Error(`no work is named ${values.work}`);
		}

		findings.work = name;
		say(name);
		try {
			await doIt();
		} catch (error) {
			failed++;
			say(`${name} could not be done: ${error instanceof Error ? error.message : String(error)}`);
		}

		await delay(10_000);
		findings.work = `the time after ${name}`;
		await delay(10_000);
	}
} finally {
	await findings.stop();
	await Promise.all([load.stop(), groupLoad.stop()]);
	await Promise.all([cluster.stop(), group.stop()]);
}

const ofMachine = findings.all.filter(({isOfMachine}) => isOfMachine).length;
const others = findings.all.length - ofMachine;
say(
	`${done} works, of ${works.length} kinds, ${failed} of them not done; ${others} findings above info, and ${ofMachine} of the machine`,
);
process.exitCode = others + failed === 0 ? 0 : 1;
