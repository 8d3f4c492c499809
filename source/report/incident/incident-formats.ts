import {incidentHtml} from './incident-html.js';
import {incidentMarkdown} from './incident-markdown.js';

/** The output formats of `redis-top report`; `markdown` is the default. */
export const incidentFormats = {markdown: incidentMarkdown, html: incidentHtml};
