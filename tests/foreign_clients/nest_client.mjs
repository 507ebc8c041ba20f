// A NestJS service without a line of ours: ClientProxy asks the portal's message listener over Transport.TCP.

import "reflect-metadata";
import { ClientProxyFactory, Transport } from "@nestjs/microservices";
import { firstValueFrom } from "rxjs";
import { finish, settings } from "./conversation.mjs";

const client = ClientProxyFactory.create({
  transport: Transport.TCP,
  options: { host: "localhost", port: settings.port },
});
const ask = (pattern, data) => firstValueFrom(client.send(pattern, data));
const refusal = (pattern, data) => ask(pattern, data).then(() => null, (error) => String(error.message ?? error));

await client.connect();
const check = { role: "auth", cmd: "check" };
const get = { role: "user", cmd: "get" };
const many = await Promise.all(
  Array.from({ length: 300 }, (_, number) => ask(get, { username: number % 2 ? settings.username : `😀${number}` })),
);
await firstValueFrom(client.emit("user_created", { username: "x" }), { defaultValue: null });

finish({
  claims: await ask(check, { jwt: settings.token }),
  wrong: await ask(check, { jwt: "not a token" }),
  missing: await ask(check, { jwt: undefined }),
  user: await ask(get, { username: settings.username }),
  nobody: await ask(get, { username: "näemand 😀" }),
  unknown: await refusal({ role: "user", cmd: "delete" }, {}),
  found: many.filter((person) => person?.username === settings.username).length,
  not_found: many.filter((person) => person === null).length,
});
client.close();
