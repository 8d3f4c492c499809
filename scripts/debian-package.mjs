// Builds the Debian package of the standalone executable: `build/redis-top_VERSION_ARCHITECTURE.deb`.
//
//   debian-package.mjs [PLATFORM-ARCHITECTURE…]     without an argument: for this machine
import {execFileSync} from 'node:child_process';
import {copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {fileURLToPath} from 'node:url';
import {gzipSync} from 'node:zlib';
import {completionFiles, writeDocuments} from './documents.mjs';
import {thisPlatform} from './fetch-node.mjs';
import {buildStandalone} from './standalone.mjs';

const root = path.resolve(import.meta.dirname, '..');

/** Debian's name for each architecture. */
const architectures = {'linux-x64': 'amd64', 'linux-arm64': 'arm64'};

/** The folder in which Debian's packages install the completions of each shell. */
const completionFolders = {
	bash: 'usr/share/bash-completion/completions/redis-top',
	zsh: 'usr/share/zsh/vendor-completions/_redis-top',
	fish: 'usr/share/fish/vendor_completions.d/redis-top.fish',
};

/**
Builds the Debian package for one platform.

@param {string} platform `linux-x64`, `linux-arm64`.
@param {{outdir?: string, executable?: string, compression?: string}} options `executable` is the path of an executable
that is built already; `compression` is the name of a compression of dpkg-deb.
@returns {Promise<string>} The package's path.
*/
export async function buildDebianPackage(
	platform,
	{outdir = path.join(root, 'build'), executable, compression = 'xz'} = {},
) {
	const {version, description} = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
	const architecture = architectures[platform];
	const tree = mkdtempSync(path.join(root, 'node_modules', '.deb-'));
	try {
		const put = (name, content) => {
			const file = path.join(tree, name);
			mkdirSync(path.dirname(file), {recursive: true});
			writeFileSync(file, content);
			return file;
		};
		const documents = path.join(tree, '.documents');
		await writeDocuments(documents, version);
		put('usr/share/man/man1/redis-top.1.gz', gzipSync(readFileSync(path.join(documents, 'redis-top.1')), {level: 9}));
		for (const [shell, file] of Object.entries(completionFiles)) {
			put(completionFolders[shell], readFileSync(path.join(documents, 'completions', file)));
		}

		rmSync(documents, {recursive: true});
		const units = path.join(root, 'packaging', 'systemd');
		for (const name of ['redis-top-watch.service', 'redis-top-record.service']) {
			put(`usr/lib/systemd/system/${name}`, readFileSync(path.join(units, name)));
		}

		put('etc/default/redis-top', readFileSync(path.join(units, 'redis-top.default')));
		put('DEBIAN/conffiles', '/etc/default/redis-top\n');
		put('usr/share/doc/redis-top/copyright', readFileSync(path.join(root, 'LICENSE')));
		const program = put('usr/bin/redis-top', '');
		copyFileSync(executable ?? (await buildStandalone(platform, {outdir, version})), program);
		put(
			'DEBIAN/control',
			[
				'Package: redis-top',
				`Version: ${version}`,
				`Architecture: ${architecture}`,
				'Maintainer: redis-top maintainers <redis-top@localhost>',
				`Installed-Size: ${Math.ceil(statSync(program).size / 1024)}`,
				'Depends: libc6 (>= 2.28), libstdc++6 (>= 8)',
				'Section: database',
				'Priority: optional',
				`Description: ${description}`,
				' A terminal monitor for Redis and Valkey: it says in one line what is wrong,',
				' shows the evidence live and lets the operator act without making it worse.',
				'',
			].join('\n'),
		);
		execFileSync('chmod', ['-R', 'u=rwX,go=rX', tree]);
		execFileSync('chmod', ['755', program]);
		mkdirSync(outdir, {recursive: true});
		const output = path.join(outdir, `redis-top_${version}_${architecture}.deb`);
		execFileSync('dpkg-deb', ['--build', '--root-owner-group', `-Z${compression}`, tree, output], {
			stdio: ['ignore', 'ignore', 'inherit'],
		});
		return output;
	} finally {
		rmSync(tree, {recursive: true, force: true});
	}
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	process.chdir(root);
	const platforms = process.argv.slice(2);
	for (const platform of platforms.length > 0 ? platforms : [thisPlatform]) {
		process.stdout.write(`${path.relative(root, await buildDebianPackage(platform))}\n`);
	}
}
