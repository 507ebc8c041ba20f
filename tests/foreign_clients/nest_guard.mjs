// A small NestJS application whose route lies behind the AuthGuard of the tutorial: it asks the portal.
// Without a compiler decorators are called by hand; otherwise everything is as its readers wrote it.

import "reflect-metadata";
import { Controller, Get, Inject, Module, UseGuards } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { ClientsModule, Transport } from "@nestjs/microservices";
import { firstValueFrom, timeout } from "rxjs";
import { finish, settings } from "./conversation.mjs";

class AuthGuard {
  constructor(client) {
    this.client = client;
  }

  async canActivate(context) {
    const request = context.switchToHttp().getRequest();
    try {
      const jwt = request.headers["authorization"]?.split(" ")[1];
      return await firstValueFrom(this.client.send({ role: "auth", cmd: "check" }, { jwt }).pipe(timeout(5000)));
    } catch {
      return false;
    }
  }
}
Inject("AUTH_CLIENT")(AuthGuard, undefined, 0);

class UserController {
  greet() {
    return "Greetings authenticated user";
  }
}
const greet = Object.getOwnPropertyDescriptor(UserController.prototype, "greet");
UseGuards(AuthGuard)(UserController.prototype, "greet", greet);
Get("greet")(UserController.prototype, "greet", greet);
Controller()(UserController);

class UserModule {}
Module({
  imports: [
    ClientsModule.register([
      { name: "AUTH_CLIENT", transport: Transport.TCP, options: { host: "localhost", port: settings.port } },
    ]),
  ],
  controllers: [UserController],
})(UserModule);

const app = await NestFactory.create(UserModule, { logger: false });
await app.listen(0, "127.0.0.1");
const url = await app.getUrl();

async function greeting(headers) {
  const response = await fetch(`${url}/greet`, { headers });
  return [response.status, await response.text()];
}

const found = {
  allowed: await greeting({ authorization: `Bearer ${settings.token}` }),
  wrong: await greeting({ authorization: "This isn't valid" }),
  missing: await greeting({}),
};
await app.close();
finish(found);
