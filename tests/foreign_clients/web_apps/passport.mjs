// passport-openidconnect: reads no discovery, sends basic and neither PKCE nor, unless told, a nonce.

import session from "express-session";
import passport from "passport";
import OpenIDConnectStrategy from "passport-openidconnect";
import { discover, express, serve, settings } from "./serving.mjs";

const portal = await discover();
const strategy = new OpenIDConnectStrategy(
  {
    issuer: portal.issuer,
    authorizationURL: portal.authorization_endpoint,
    tokenURL: portal.token_endpoint,
    userInfoURL: portal.userinfo_endpoint,
    clientID: settings.client_id,
    clientSecret: settings.client_secret,
    callbackURL: `${settings.url}/callback`,
    scope: ["profile", "email"],
    nonce: true,
  },
  (issuer, userinfo, idToken, context, raw, accessToken, refreshToken, params, done) =>
    done(null, { issuer, userinfo: userinfo._json, id: idToken.id, authTime: context.timestamp, refreshToken }),
);
passport.use(strategy);
passport.serializeUser((user, done) => done(null, user));
passport.deserializeUser((user, done) => done(null, user));

const app = express();
app.use(session({ secret: settings.client_secret, resave: false, saveUninitialized: false }));
app.use(passport.session());
app.get("/login", passport.authenticate("openidconnect"));
app.get("/callback", passport.authenticate("openidconnect", { failureRedirect: "/refused", failureMessage: true }),
  (request, response) => response.redirect("/"));
app.get("/refused", (request, response) => response.json({ refused: request.session.messages }));
app.get("/", (request, response) => response.json({ person: request.user ?? null }));
serve(app);
