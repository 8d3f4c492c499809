import type {RawReply} from '../domain/reply.js';
import type {StreamGroup} from '../domain/watched-key.js';
import {isArray, numberOf, pairsOf, textOf} from './reply-values.js';

/**
Parses the reply of XINFO GROUPS: a list of maps. A group without a name is left out. Undefined for a reply that is no
list. Never throws.
*/
export const parseStreamGroups = (reply: RawReply | undefined): readonly StreamGroup[] | undefined =>
	isArray(reply)
		? reply.flatMap((entry): StreamGroup[] => {
				const fields = new Map(pairsOf(entry));
				const groupName = textOf(fields.get('name'));
				return groupName === undefined
					? []
					: [
							{
								groupName,
								consumers: numberOf(fields.get('consumers')),
								pending: numberOf(fields.get('pending')),
								lag: numberOf(fields.get('lag')),
								lastDeliveredId: textOf(fields.get('last-delivered-id')),
							},
						];
			})
		: undefined;
