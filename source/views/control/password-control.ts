import type {NodeAddress} from '../../domain/node.js';
import type {KeyName} from '../../keys/bindings.js';
import type {KeysRead} from '../../keys/read-keys.js';
import type {Credentials, CredentialsTried} from '../../poll/credentials.js';
import type {ExternalStore} from '../../state/external-store.js';
import type {NodeRecord} from '../../state/monitor-state.js';
import {reduceView} from '../../state/reduce-view.js';
import type {Notice, PasswordView, ViewState} from '../../state/view-state.js';
import {sanitize} from '../../text/sanitize.js';
import {typing} from './filter-typing.js';

/**
The result of trying typed credentials. `problem`: why the node that the user chose refuses them; undefined if it
accepts them.
*/
export type CredentialsAnswer = Pick<CredentialsTried, 'alsoAccepted' | 'alsoRefused'> & {
	readonly problem: string | undefined;
};

export type PasswordControlOptions = {
	readonly view: ExternalStore<ViewState>;
	/**
	Tries the credentials on a node, and on other nodes that refuse their present credentials. Resolves with undefined for
	an unknown node.
	*/
	readonly tryCredentials: (node: NodeAddress, credentials: Credentials) => Promise<CredentialsAnswer | undefined>;
	readonly notify: (text: string, tone?: Notice['tone']) => void;
};

/** Whether a password may help: the node's last reply was NOAUTH, WRONGPASS or another refusal of the credentials. */
export const wantsPassword = (node: Pick<NodeRecord, 'failure'> | undefined): boolean =>
	node?.failure?.layer === 'auth';

/**
The box that asks for a password. Only this object holds the typed password, until the password is tried or the box
closes.
*/
export class PasswordControl {
	readonly #options: PasswordControlOptions;
	#password = '';

	constructor(options: PasswordControlOptions) {
		this.#options = options;
	}

	get #box(): PasswordView | undefined {
		const {overlay} = this.#options.view.get();
		return overlay?.kind === 'password' ? overlay : undefined;
	}

	get isOpen(): boolean {
		return this.#box !== undefined;
	}

	/** Opens the box for a node that refuses its credentials. */
	open(node: NodeRecord | undefined): void {
		if (node === undefined || !wantsPassword(node)) {
			this.#options.notify(
				node === undefined ? 'there is no node' : `${node.address} asks for no password: ${node.reach}`,
			);
			return;
		}

		this.#password = '';
		this.#show({
			kind: 'password',
			node: node.address,
			field: 'password',
			user: '',
			passwordLength: 0,
			answer: undefined,
			firstRow: 0,
		});
	}

	/**
	Takes every key while the box is open. Enter and Tab work only when they arrive alone. Together with other keys they
	may be part of a paste, which must send nothing.
	*/
	press({keys, isBunch}: KeysRead): void {
		for (const key of keys) {
			const box = this.#box;
			if (box === undefined) {
				return;
			}

			if (!(isBunch && ['enter', 'tab'].includes(key))) {
				this.#pressOne(box, key);
			}
		}
	}

	/** Puts a pasted text into the field. The line break at its end is dropped. */
	paste(text: string): void {
		const box = this.#box;
		const pasted = text.replace(/[\r\n]+$/, '');
		if (box === undefined) {
			return;
		}

		if (/[\r\n]/.test(pasted)) {
			this.#show({...box, answer: {problem: 'the pasted text has several lines: nothing was taken'}});
		} else {
			this.#type(box, this.#textIn(box) + pasted);
		}
	}

	#pressOne(box: PasswordView, key: KeyName): void {
		switch (key) {
			case 'escape': {
				this.#close();
				break;
			}

			case 'enter': {
				this.#enter(box);
				break;
			}

			case 'tab':
			case 'shift+tab':
			case 'up':
			case 'down': {
				this.#show({...box, field: box.field === 'user' ? 'password' : 'user'});
				break;
			}

			default: {
				const typed = typing(this.#textIn(box), key);
				if (typed?.kind === 'typed') {
					this.#type(box, typed.text);
				}
			}
		}
	}

	#enter(box: PasswordView): void {
		if (box.answer === 'trying') {
			return;
		}

		if (box.field === 'user') {
			this.#show({...box, field: 'password'});
		} else if (this.#password === '') {
			this.#show({...box, answer: {problem: 'type the password first'}});
		} else {
			void this.#try(box);
		}
	}

	async #try(box: PasswordView): Promise<void> {
		const {notify, tryCredentials} = this.#options;
		const credentials = {username: box.user === '' ? undefined : box.user, password: this.#password};
		this.#password = '';
		this.#show({...box, passwordLength: 0, answer: 'trying'});
		const tried = await tryCredentials(box.node, credentials);
		const isStillOpen = this.#box?.node === box.node && this.#box.answer === 'trying';
		if (tried === undefined || tried.problem === undefined) {
			if (isStillOpen) {
				this.#close();
			}

			notify(tried === undefined ? `${box.node} is polled no more` : acceptedText(box.node, tried));
		} else if (isStillOpen) {
			this.#show({...box, passwordLength: 0, answer: {problem: tried.problem}});
		} else {
			notify(`${box.node} ${tried.problem}`, 'warning');
		}
	}

	#textIn({field, user}: PasswordView): string {
		return field === 'user' ? user : this.#password;
	}

	#type(box: PasswordView, text: string): void {
		if (box.answer === 'trying') {
			return;
		}

		if (box.field === 'user') {
			this.#show({...box, user: sanitize(text), answer: undefined});
		} else {
			this.#password = text;
			this.#show({...box, passwordLength: [...text].length, answer: undefined});
		}
	}

	#close(): void {
		this.#password = '';
		this.#apply({kind: 'overlay-closed'});
	}

	#show(overlay: PasswordView): void {
		this.#apply({kind: 'overlay-opened', overlay});
	}

	#apply(event: Parameters<typeof reduceView>[1]): void {
		const {view} = this.#options;
		view.set(reduceView(view.get(), event));
	}
}

const nodesText = (count: number): string => `${count} other ${count === 1 ? 'node' : 'nodes'}`;

const acceptedText = (node: NodeAddress, {alsoAccepted, alsoRefused}: CredentialsAnswer): string =>
	[
		`${node} takes it`,
		...(alsoAccepted === 0 ? [] : [`so ${alsoAccepted === 1 ? 'does' : 'do'} ${nodesText(alsoAccepted)}`]),
		...(alsoRefused === 0 ? [] : [`${nodesText(alsoRefused)} ${alsoRefused === 1 ? 'refuses' : 'refuse'} it`]),
	].join(', ');
