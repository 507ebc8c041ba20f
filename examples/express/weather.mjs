// A weather station behind Pforte: whoever brings an access token with the scope weather.read is told the weather.

import express from "express";
import { createRemoteJWKSet, errors, jwtVerify } from "jose";

const { ISSUER = "http://127.0.0.1:8000", AUDIENCE = "https://weather.example", PORT = "5000" } = process.env;

// Fetched with the first token and kept. A token whose key is not among them makes us look again, for keys rotate;
// but at most every ten seconds, so that nobody can make us pester the portal with keys they invented.
const keys = createRemoteJWKSet(new URL(`${ISSUER}/oauth/jwks.json`), {
  cacheMaxAge: 300_000,
  cooldownDuration: 10_000,
});

// RFC 9068, section 4. `typ` tells an access token from an id_token, `aud` ours from that of another service.
const expected = {
  issuer: ISSUER,
  audience: AUDIENCE,
  typ: "at+jwt",
  algorithms: ["RS256", "ES256", "EdDSA"],
  requiredClaims: ["exp", "iat", "sub", "client_id", "jti"],
};

// The keys could not be had. That is nothing the caller could mend with another token.
const unavailable = new Set(["ERR_JWKS_TIMEOUT", "ERR_JWKS_INVALID", "ERR_JOSE_GENERIC"]);

/** What is wrong with a token, for the log: nobody could use what it says. */
function why({ claim, message, payload }) {
  const value = { iss: ISSUER, aud: AUDIENCE }[claim];
  if (!value) return JSON.stringify(message).slice(0, 200); // as JSON: no line of its own in the log
  return `${claim} is ${JSON.stringify(payload[claim] ?? null).slice(0, 200)}, expected ${JSON.stringify(value)}`;
}

/** Lets a request pass whose token is ours and has `scope`; the claims are in `request.token`. */
function requires(scope) {
  return async (request, response, next) => {
    const token = /^Bearer +(\S+)$/i.exec(request.get("Authorization") ?? "")?.[1];
    if (!token) return refuse(response, 401); // who brought nothing did nothing wrong yet: no error code
    try {
      request.token = (await jwtVerify(token, keys, expected)).payload;
    } catch (error) {
      if (!(error instanceof errors.JOSEError) || unavailable.has(error.code)) return next(error);
      console.warn(`A token was refused: ${why(error)}`);
      return refuse(response, 401, "invalid_token", "The access token is not valid here");
    }
    if (!String(request.token.scope ?? "").split(" ").includes(scope)) {
      console.warn(`A token was refused: it has no scope ${scope}`);
      return refuse(response, 403, "insufficient_scope", "The access token lacks a scope", scope);
    }
    return next();
  };
}

/** RFC 6750, section 3: 401 asks for a (new) token, 403 says that a new one would not help. */
function refuse(response, status, error, description, scope) {
  const challenge = ['realm="weather"'];
  if (error) challenge.push(`error="${error}"`, `error_description="${description}"`);
  if (scope) challenge.push(`scope="${scope}"`);
  response.status(status).set("WWW-Authenticate", `Bearer ${challenge.join(", ")}`).json({ error: error ?? "unauthorized" });
}

const app = express();
app.disable("x-powered-by");

app.get("/weather", requires("weather.read"), (request, response) => {
  response.json({ celsius: 21, sky: "clear", asked_by: request.token.client_id });
});

app.use((error, _request, response, _next) => {
  console.error(error);
  response.status(503).set("Retry-After", "5").json({ error: "temporarily_unavailable" });
});

app.listen(Number(PORT), "127.0.0.1", () => console.log(`The weather is at http://127.0.0.1:${PORT}/weather`));
