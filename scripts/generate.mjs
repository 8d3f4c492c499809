// Writes the files that are made from the program's own tables. These are the table of keys and the ACL line in docs/,
// the config file's schema, docs/rules.md, the imports of all panels, and the names of all output formats.
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
		'source/domain/exit-codes.ts',
		'source/report/rules/rule-list.ts',
		'source/state/panel-table.ts',
		'source/report/output-formats.ts',
	];
	await bundle({entryPoints, outdir});
	const {keyTableMarkdown} = await import(path.resolve(outdir, 'keys/key-table.js'));
	const {aclUserLine} = await import(path.resolve(outdir, 'actions/acl-user.js'));
	const {exitCodesMarkdown} = await import(path.resolve(outdir, 'domain/exit-codes.js'));
	const {configSchema} = await import(path.resolve(outdir, 'config/schema.js'));
	const {rulesMarkdown} = await import(path.resolve(outdir, 'report/rules/rule-list.js'));
	const {panelIds} = await import(path.resolve(outdir, 'state/panel-table.js'));
	writeFileSync('source/views/panels.ts', panelImports(panelIds));
	const {outputFormats} = await import(path.resolve(outdir, 'report/output-formats.js'));
	writeFileSync('source/arguments/format-names.ts', formatNames(outputFormats));
	mkdirSync('docs', {recursive: true});
	writeFileSync('docs/rules.md', rulesMarkdown());
	mkdirSync('schema', {recursive: true});
	writeFileSync('schema/config.json', `${JSON.stringify(configSchema(), undefined, '\t')}\n`);
	const aclLine = aclUserLine({product: 'redis', version: [7, 0], isSentinel: false}, false);
	for (const [file, mark, text] of [
		['docs/keys.md', 'keys', keyTableMarkdown()],
		['docs/scripts.md', 'exit-codes', exitCodesMarkdown()],
		['docs/actions.md', 'acl', `\`\`\`\n${aclLine}\n\`\`\``],
	]) {
		const section = new RegExp(`<!-- ${mark} -->[\\s\\S]*<!-- /${mark} -->`);
		const page = readFileSync(file, 'utf8');
		writeFileSync(
			file,
			page.replace(section, () => `<!-- ${mark} -->\n${text}\n<!-- /${mark} -->`),
		);
	}
} finally {
	rmSync(outdir, {recursive: true, force: true});
}

/** The source text of `views/panels.ts`. The panel `memory` is `memoryPanel` of `panels/memory/memory.ts`. */
function panelImports(ids) {
	return `// Written by \`npm run generate\` from the table of panels, source/state/panel-table.ts.
import {type PanelId, panelTable} from '../state/panel-table.js';
import type {Panel} from './panel.js';
${ids
	.toSorted()
	.map(id => `import {${id}Panel} from './panels/${id}/${id}.js';`)
	.join('\n')}

/** Each panel by its id. */
export const panelById: Readonly<Record<PanelId, Panel>> = {
${ids.map(id => `\t${id}: ${id}Panel,`).join('\n')}
};

/** Every panel, in the order of the table. */
export const panels: readonly Panel[] = panelTable.map(({id}) => panelById[id]);
`;
}

/** The source text of `arguments/format-names.ts`. `--help` prints the names without loading the reports. */
function formatNames(formats) {
	return `// Written by \`npm run generate\` from the output formats, source/report/output-formats.ts.
// A copy, because \`--help\` would take three times as long with all reports loaded.

/** The names of each command's formats, the default first. */
export const formatNames = {
${Object.entries(formats)
	.map(
		([command, list]) =>
			`\t${command}: [${Object.keys(list)
				.map(name => `'${name}'`)
				.join(', ')}],`,
	)
	.join('\n')}
} as const;
`;
}
