import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {existsSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {test} from 'node:test';
import {commandWords} from '../source/arguments/completion.js';
import {flagRows} from '../source/arguments/flags.js';
import {readSettings} from '../source/config/file/read-file.js';
import {exitCodesMarkdown} from '../source/domain/exit-codes.js';

const read = (file: string): string => readFileSync(file, 'utf8');

test('the README has at most 150 lines', () => {
	assert.ok(read('README.md').split('\n').length <= 150);
});

test('docs/scripts.md has the current table of exit codes', () => {
	const shown = /<!-- exit-codes -->\n([\s\S]*?)\n<!-- \/exit-codes -->/.exec(read('docs/scripts.md'))?.[1];
	assert.equal(shown?.trim(), exitCodesMarkdown());
});

test('the example of a config file has no mistake', () => {
	const file = 'examples/config.toml';
	const {settings, problems} = readSettings({file, text: read(file), home: '/home/user'});
	assert.deepEqual(problems, []);
	assert.deepEqual([...settings.profiles.keys()], ['prod', 'cache']);
});

test('every command and flag that the README, the pages and the examples name exists', () => {
	const flags = new Set(flagRows.map(({name}) => name));
	// Flags of other programs' commands in the texts.
	const foreign = new Set(['channel', 'global', 'all', 'user', 'now']);
	const files = [
		'README.md',
		'docs/nodes.md',
		'docs/configuration.md',
		'docs/scripts.md',
		'docs/actions.md',
		'docs/prometheus.md',
	];
	const examples = ['config.toml', 'kubernetes-probe.yaml', 'nagios.cfg'].map(name => `examples/${name}`);
	const units = ['redis-top-watch.service', 'redis-top-record.service', 'redis-top.default'];
	for (const file of [...files, ...examples, ...units.map(name => `packaging/systemd/${name}`)]) {
		const text = read(file);
		for (const [, flag = ''] of text.matchAll(/(?<![\w-])--([a-z][a-z0-9-]*)/g)) {
			assert.ok(flags.has(flag) || foreign.has(flag), `${file}: --${flag}`);
		}

		for (const [, word = ''] of text.matchAll(/(?:`|\/|^(?=.* # ))redis-top ([a-z]+)(?=[ `])/gm)) {
			assert.ok(commandWords.includes(word) || ['prod', 'cache'].includes(word), `${file}: redis-top ${word}`);
		}
	}
});

for (const name of ['redis-top-watch', 'redis-top-record']) {
	const unit = `packaging/systemd/${name}.service`;

	test(`systemd finds nothing wrong with ${name}, and its exposure is below 3`, t => {
		if (!existsSync('/usr/bin/systemd-analyze')) {
			t.skip('there is no systemd-analyze here');
			return;
		}

		const {stderr} = spawnSync('systemd-analyze', ['verify', unit], {encoding: 'utf8'});
		// The program and its manual page need not be installed where the tests run.
		const complaints = stderr
			.split('\n')
			.filter(line => line.includes(name) && !/is not executable|man redis-top|redis-top.*Failed to/.test(line));
		assert.deepEqual(complaints, []);
		const {stdout} = spawnSync('systemd-analyze', ['security', '--offline=yes', unit], {encoding: 'utf8'});
		const [, exposure] = /exposure level for .*: (\d+\.\d)/.exec(stdout) ?? [];
		assert.ok(exposure !== undefined && Number(exposure) < 3, stdout);
	});
}

/** The parts of a YAML file between its marks, as text. */
const manifests = (file: string): string[] => read(file).split(/^---$/m);

test('kubectl reads the Deployment of the example whole, and redis-top its config file', t => {
	const file = 'examples/kubernetes/watch.yaml';
	const [config = '', deployment = ''] = manifests(file);
	const text = config.slice(config.indexOf('config.toml: |') + 14).replaceAll(/^ {4}/gm, '');
	assert.deepEqual(readSettings({file, text, home: '/'}).problems, []);
	const run = spawnSync('kubectl', ['set', 'image', '--local', '-f', '-', 'redis-top=other', '-o', 'json'], {
		encoding: 'utf8',
		input: deployment,
	});
	if (run.error !== undefined) {
		t.skip('there is no kubectl here');
		return;
	}

	assert.equal(run.status, 0, run.stderr);
	const labelled = spawnSync('kubectl', ['label', '--local', '-f', file, 'a=b', '-o', 'name'], {encoding: 'utf8'});
	assert.deepEqual(labelled.stdout.trim().split('\n'), [
		'configmap/redis-top',
		'deployment.apps/redis-top',
		'service/redis-top',
	]);
	const [container] = JSON.parse(run.stdout).spec.template.spec.containers;
	assert.equal(container.image, 'other');
	// kubectl drops fields that the API does not have.
	assert.deepEqual(container.livenessProbe.httpGet, {path: '/-/healthy', port: 'metrics'});
	assert.deepEqual(container.readinessProbe.httpGet, {path: '/-/ready', port: 'metrics'});
	assert.deepEqual(container.securityContext, {
		allowPrivilegeEscalation: false,
		readOnlyRootFilesystem: true,
		capabilities: {drop: ['ALL']},
	});
});

/** A command of kubectl that reads an object of each kind by its type, and drops fields that the API does not have. */
const typedCommands: Readonly<Record<string, readonly string[]>> = {
	Deployment: ['set', 'env', 'ANY=value'],
	CronJob: ['set', 'env', 'ANY=value'],
	Service: ['set', 'selector', 'app=redis-top'],
};

const objects = ['examples/kubernetes/watch.yaml', 'examples/kubernetes-probe.yaml'].flatMap(file =>
	manifests(file).flatMap(text => {
		const kind = /^kind: (\w+)$/m.exec(text)?.[1] ?? '';
		return kind === 'ConfigMap' ? [] : [{file, kind, text}];
	}),
);

for (const {file, kind, text} of objects) {
	test(`every field of the ${kind} in ${file} is one that the Kubernetes API has`, t => {
		const typed = (input: string) =>
			spawnSync('kubectl', [...(typedCommands[kind] ?? []), '--local', '-f', '-', '-o', 'json'], {
				encoding: 'utf8',
				input,
			});
		const run = typed(text);
		if (run.error !== undefined) {
			t.skip('there is no kubectl here');
			return;
		}

		assert.equal(run.status, 0, run.stderr);
		const fields = text.replaceAll(/^ *#.*$/gm, '').matchAll(/(?:^ *(?:- )?|[{,] *)([a-zA-Z][\w./-]*):(?= |$)/gm);
		const written = [...fields].map(([, name]) => name);
		assert.ok(written.length > 8, written.join());
		assert.deepEqual(
			written.filter(name => !run.stdout.includes(`"${name}":`)),
			[],
		);
		assert.doesNotMatch(typed(text.replace('\nspec:', '\nspec:\n  unknownField: 1')).stdout, /unknownField/);
	});
}

test('the root folder of the container has what an executable needs to start', t => {
	if (process.platform !== 'linux' || process.getuid?.() !== 0) {
		t.skip('chroot needs Linux and root');
		return;
	}

	const folder = mkdtempSync(path.join(tmpdir(), 'redis-top-rootfs-'));
	t.after(() => rmSync(folder, {recursive: true}));
	const built = spawnSync('sh', ['packaging/container/rootfs.sh', process.execPath, folder], {encoding: 'utf8'});
	assert.equal(built.status, 0, built.stderr);
	const script = "require('dns').lookup('localhost', (error, address) => console.log(error ?? address))";
	const run = spawnSync('chroot', ['--userspec=65534:65534', folder, '/usr/bin/redis-top', '-e', script], {
		encoding: 'utf8',
	});
	assert.match(run.stdout, /^(?:127\.0\.0\.1|::1)\n$/, run.stderr);
});

test('buildah builds the container without a registry', t => {
	if (spawnSync('buildah', ['--version']).error !== undefined) {
		t.skip('there is no buildah here');
		return;
	}

	const run = spawnSync('sh', ['packaging/container/build.sh', process.execPath, 'redis-top-test'], {encoding: 'utf8'});
	assert.equal(run.status, 0, run.stderr);
	spawnSync('buildah', ['rmi', 'redis-top-test']);
});
