// Downloads packages of any release of Debian. apt verifies them. No root is needed, and apt's own state on the system
// stays unchanged.
import {execFile} from 'node:child_process';
import {createHash} from 'node:crypto';
import {statSync} from 'node:fs';
import {mkdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';

const run = promisify(execFile);

/** The keys of the Debian archive. Old and new releases give the file different names. */
const keyrings = ['/usr/share/keyrings/debian-archive-keyring.gpg', '/usr/share/keyrings/debian-archive-keyring.pgp'];

/**
Where this machine's Debian packages come from according to apt's configuration, with proxies and certificates.

@returns {Promise<{uri: string, settings: string[]}>} The archive's address and apt's `Acquire` settings.
*/
export async function packageSource() {
	const format = '$(REPO_URI) $(RELEASE) $(COMPONENT)';
	const targets = await run('apt-get', ['indextargets', '--format', format, 'Created-By: Packages']);
	const uri = targets.stdout
		.split('\n')
		.map(line => line.split(' '))
		// This finds the main archive, not its updates or a vendor's archive. Only releases of the main archive have names
		// that are one plain word.
		.find(([address, release, component]) => component === 'main' && /^[a-z]+$/.test(release) && address !== '')?.[0];
	if (uri === undefined) {
		throw new Error('no Debian package source is configured');
	}

	// The settings for downloads come from this machine's configuration. Its hooks and its package lists are left out,
	// because they must not run here.
	const dump = await run('apt-config', ['dump']);
	const settings = dump.stdout
		.split('\n')
		.filter(line => line.startsWith('Acquire::') && !/^Acquire::(?:IndexTargets|Languages|Allow)/.test(line));
	return {uri, settings};
}

/**
Writes apt's configuration for a private, empty system in the folder `work`. apt verifies the release's signature with
the Debian archive's keys. It verifies every downloaded file by the signed hashes. No setting may switch that off.
*/
async function writeAptConfiguration(work, {uri, settings}, suite) {
	for (const folder of [
		'lists/partial',
		'cache/archives/partial',
		'unpacked',
		'tree/bin',
		'tree/lib',
		'tree/libexec',
	]) {
		await mkdir(path.join(work, folder), {recursive: true});
	}

	const keyring = keyrings.find(file => statSync(file, {throwIfNoEntry: false}) !== undefined);
	const signedBy = keyring === undefined ? '' : `[signed-by=${keyring}] `;
	await writeFile(path.join(work, 'sources.list'), `deb ${signedBy}${uri} ${suite} main\n`);
	await writeFile(path.join(work, 'status'), '');
	const options = {
		'Dir::Etc::Main': '/dev/null',
		'Dir::Etc::Parts': '/dev/null',
		'Dir::Etc::SourceList': path.join(work, 'sources.list'),
		'Dir::Etc::SourceParts': '/dev/null',
		'Dir::Etc::Preferences': '/dev/null',
		'Dir::Etc::PreferencesParts': '/dev/null',
		'Dir::State': work,
		'Dir::State::Lists': path.join(work, 'lists'),
		'Dir::State::status': path.join(work, 'status'),
		'Dir::State::extended_states': path.join(work, 'extended_states'),
		'Dir::Cache': path.join(work, 'cache'),
		'Dir::Log': work,
		'Debug::NoLocking': 'true',
		// apt would download as its own user, who can't read a folder in another user's home. Without root, apt can't
		// change to that user anyway.
		'APT::Sandbox::User': 'root',
		'APT::Install-Recommends': 'false',
		'APT::Get::AllowUnauthenticated': 'false',
		'APT::Update::Error-Mode': 'any',
		'Acquire::AllowInsecureRepositories': 'false',
		'Acquire::AllowWeakRepositories': 'false',
		'Acquire::AllowDowngradeToInsecureRepositories': 'false',
		'Acquire::Languages': 'none',
		'Acquire::Retries': '3',
	};
	const lines = [...settings, ...Object.entries(options).map(([name, value]) => `${name} "${value}";`)];
	const file = path.join(work, 'apt.conf');
	await writeFile(file, `${lines.join('\n')}\n`);
	return file;
}

/**
Downloads a package and all packages that it depends on into the folder `work`. With `only`, just these packages are
downloaded besides the package itself.

@returns {Promise<string[]>} The paths of the packages, every one verified.
*/
export async function downloadPackages(work, source, {suite, program, only}) {
	const configuration = await writeAptConfiguration(work, source, suite);
	const env = {...process.env, APT_CONFIG: configuration, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive'};
	const archives = path.join(work, 'cache', 'archives');
	// `apt-get download` writes into the folder in which it runs.
	const apt = words => run('apt-get', ['--quiet', '--yes', ...words], {env, cwd: archives, maxBuffer: 2 ** 26});
	const wish = only === undefined ? ['install', program] : ['download', program, ...only];
	await apt(['update']);

	// apt prints one line for each package: 'URI' file size SHA256:hash. The hash comes from the signed index.
	const listed = await apt(['--option=Acquire::ForceHash=SHA256', '--print-uris', ...wish]);
	const wanted = [...listed.stdout.matchAll(/^'([^']+)' (\S+) \d+ SHA256:([\da-f]{64})$/gm)];
	const count = listed.stdout.match(/^'/gm)?.length ?? 0;
	if (wanted.length === 0 || wanted.length !== count) {
		throw new Error(`apt-get names ${count} packages, ${wanted.length} of them with a SHA256`);
	}

	await apt(only === undefined ? ['--download-only', ...wish] : wish);
	const files = [];
	for (const [, uri, name, sha256] of wanted) {
		// If the mirror is a folder of this machine, its files are read in place.
		const file = uri.startsWith('file:') ? fileURLToPath(uri) : path.join(archives, name);
		const hash = createHash('sha256')
			.update(await readFile(file))
			.digest('hex');
		if (hash !== sha256) {
			throw new Error(`${name} is not what the signed index says (SHA256 ${hash})`);
		}

		files.push(file);
	}

	return files;
}
