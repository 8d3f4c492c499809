import {bindings} from '../keys/bindings.js';
import {changeableIds} from '../keys/key-changes.js';
import {panelTable} from '../state/panel-table.js';
import {type FileKey, type FileKeyName, fileKeyNames, fileKeyOf} from './file/file-keys.js';

const filled = {type: 'string', minLength: 1};
const fullList = {type: 'array', items: filled, minItems: 1};

function valueSchema({kind, choices = []}: FileKey): object {
	switch (kind) {
		case 'switch': {
			return {type: 'boolean'};
		}

		case 'duration': {
			return {type: ['string', 'number'], pattern: '^(\\d+(\\.\\d+)?|\\.\\d+)(ms|s|m|h)?$', minimum: 0};
		}

		case 'panel': {
			return {
				type: ['string', 'integer'],
				pattern: `^(?:${panelTable.flatMap(({key, id}) => [key, id]).join('|')})$`,
				minimum: 0,
				maximum: 9,
			};
		}

		case 'words':
		case 'targets': {
			return fullList;
		}

		case 'choice': {
			return {enum: choices};
		}

		default: {
			return filled;
		}
	}
}

const properties = (names: readonly FileKeyName[]): Record<string, object> =>
	Object.fromEntries(names.map(name => [name, {description: fileKeyOf(name).text, ...valueSchema(fileKeyOf(name))}]));

function keySchema(id: string): object {
	const description = bindings.find(binding => binding.id === id)?.description;
	return {description, anyOf: [filled, {type: 'array', items: filled, ...(id === 'quit' && {minItems: 1})}]};
}

/**
The JSON Schema of the config file, for editors: `schema/config.json` of the package. A test compares that file with the
result of this function.
*/
export function configSchema(): object {
	const onTop = fileKeyNames.filter(name => fileKeyOf(name).scope === 'everywhere');
	const thresholds = {$ref: '#/$defs/thresholds'};
	return {
		$schema: 'https://json-schema.org/draft/2020-12/schema',
		title: 'redis-top config file',
		description: '$XDG_CONFIG_HOME/redis-top/config.toml over /etc/redis-top/config.toml, as TOML',
		type: 'object',
		properties: {
			...properties(onTop),
			thresholds,
			keys: {
				description:
					'other keys, by what they do; "ctrl+x", "space", "pageup" and the like have names; [] takes a key away',
				type: 'object',
				properties: Object.fromEntries(changeableIds.map(id => [id, keySchema(id)])),
				additionalProperties: false,
			},
			profiles: {
				description: 'targets by name, with how to reach them: redis-top NAME',
				type: 'object',
				additionalProperties: {
					type: 'object',
					properties: {...properties(fileKeyNames), thresholds},
					additionalProperties: false,
					anyOf: [{required: ['target']}, {required: ['targets']}],
				},
			},
		},
		additionalProperties: false,
		$defs: {
			thresholds: {
				description: 'by name, as redis-top --print-config lists them; dotted keys and tables mean the same',
				type: 'object',
				additionalProperties: {anyOf: [{type: 'number', minimum: 0}, {type: 'string'}, {$ref: '#/$defs/thresholds'}]},
			},
		},
	};
}
