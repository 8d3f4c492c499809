// Writes the parts of documents that are made from the program. These are the table of keys and the ACL line in the
// README, the config file's schema, and docs/rules.md.
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {bundle} from './bundle.mjs';

process.chdir(path.resolve(import.meta.dirname, '..'));
const outdir = mkdtempSync(path.join('node_modules', '.generate-'));
try {
	const entryPoints = [
		'source/keys/key-table.ts',
		'source/actions/acl-user.ts',
		'source/config/schema.ts',
		'source/report/rules/rule-list.ts',
	];
	await bundle({entryPoints, outdir});
	const {keyTableMarkdown} = await import(path.resolve(outdir, 'keys/key-table.js'));
	const {aclUserLine} = await import(path.resolve(outdir, 'actions/acl-user.js'));
	const {configSchema} = await import(path.resolve(outdir, 'config/schema.js'));
	const {rulesMarkdown} = await import(path.resolve(outdir, 'report/rules/rule-list.js'));
	mkdirSync('docs', {recursive: true});
	writeFileSync('docs/rules.md', rulesMarkdown());
	mkdirSync('schema', {recursive: true});
	writeFileSync('schema/config.json', `${JSON.stringify(configSchema(), undefined, '\t')}\n`);
	const aclLine = aclUserLine({product: 'redis', version: [7, 0], isSentinel: false}, false);
	let readme = readFileSync('README.md', 'utf8');
	for (const [mark, text] of [
		['keys', keyTableMarkdown()],
		['acl', `\`\`\`\n${aclLine}\n\`\`\``],
	]) {
		const section = new RegExp(`<!-- ${mark} -->[\\s\\S]*<!-- /${mark} -->`);
		readme = readme.replace(section, () => `<!-- ${mark} -->\n${text}\n<!-- /${mark} -->`);
	}

	writeFileSync('README.md', readme);
} finally {
	rmSync(outdir, {recursive: true, force: true});
}
