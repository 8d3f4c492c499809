import meow from 'meow';
import {helpText} from './help.js';

/**
The text of `helpText`, laid out by meow. The bundler runs this file and bundles only the text, because loading meow
takes 14 ms.
*/
export const printedHelp: string = meow({
	importMeta: import.meta,
	argv: [],
	help: helpText(),
	helpIndent: 0,
	description: false,
	pkg: {name: 'redis-top'},
}).help.trim();
