/**
The state of a web service to which redis-top sends findings or actions. The metrics contain the state, and each change
of it is reported as one line.
*/
export type ServiceState = {
	/** What the service is: `Alertmanager`, `webhook`, `Grafana`. */
	readonly kind: string;
	/** The service's host and port. */
	readonly place: string;
	/** Whether the service answered the last attempt; undefined before the first attempt. */
	readonly isUp: boolean | undefined;
	/** Number of messages that wait to be sent. */
	readonly waiting: number;
};

/** Reports to the user once when a service fails, and once when it answers again. */
export class ServiceReporter {
	readonly #name: string;
	readonly #complain: (text: string) => void;
	#why: string | undefined;
	#isUp: boolean | undefined;

	constructor(name: string, complain: (text: string) => void) {
		this.#name = name;
		this.#complain = complain;
	}

	get isUp(): boolean | undefined {
		return this.#isUp;
	}

	failed(why: string): void {
		if (this.#why === undefined) {
			this.#complain(`${this.#name} ${why}; what it should get waits`);
		}

		this.#why = why;
		this.#isUp = false;
	}

	answered(): void {
		if (this.#why !== undefined) {
			this.#complain(`${this.#name} answers again`);
		}

		this.#why = undefined;
		this.#isUp = true;
	}
}
