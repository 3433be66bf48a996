// Another program that Darkroom calls: a receiver of webhooks, or a model's service. It keeps what it was sent.
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
}

export interface Answer {
  status?: number;
  text: string;
}

export class Receiver {
  readonly received: Received[] = [];
  url = '';
  private readonly server = createServer((request, response) => {
    let body = '';
    request.on('data', (piece) => (body += String(piece)));
    request.on('end', () => {
      const each = { path: request.url!, headers: request.headers, body };
      this.received.push(each);
      const answer = this.answer(each);
      if (answer) response.writeHead(answer.status ?? 200, { 'Content-Type': 'application/json' }).end(answer.text);
    });
  });

  // An answer that is null never comes.
  private constructor(private readonly answer: (received: Received) => Answer | null) {}

  static async listen(answer: (received: Received) => Answer | null): Promise<Receiver> {
    const receiver = new Receiver(answer);
    await new Promise<void>((done) => receiver.server.listen(0, '127.0.0.1', done));
    receiver.url = `http://127.0.0.1:${(receiver.server.address() as AddressInfo).port}`;
    return receiver;
  }

  // With these a server calls it.
  get settings(): Record<string, string> {
    return { webhooks_allow_http: 'true', webhooks_allow_cidrs: '127.0.0.0/8', webhooks_ports: new URL(this.url).port };
  }

  end(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}
