// The frames that NestJS's own socket makes of these texts.

import net from "node:net";
import { JsonSocket } from "@nestjs/microservices";
import { finish, settings } from "./conversation.mjs";

const socket = new JsonSocket(new net.Socket());

finish({ frames: settings.texts.map((text) => socket.formatMessageData({ text })) });
