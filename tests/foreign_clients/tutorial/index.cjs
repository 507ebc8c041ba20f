// The tutorial's service: “Hello, world!” behind the interceptor, its settings from .env.

require("dotenv").config({ quiet: true });
const express = require("express");
const authMiddleware = require("./auth.cjs");

const app = express();
app.use(express.json());
app.use(authMiddleware);

app.get("/", (req, res) => {
  res.status(200).send("Hello, world!").end();
});

const port = process.env.SERVER_PORT || 8080;
app.listen(port, "127.0.0.1", () => console.log(`Listening on port ${port}`));
