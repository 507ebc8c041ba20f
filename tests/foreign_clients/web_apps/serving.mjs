// What every web app of this folder has in common: the settings of the test, and how it shows what it knows.

import express from "express";

/** What the test wants: issuer, client_id, client_secret, port and the app's own address. */
export const settings = JSON.parse(process.env.SETTINGS);

/** The portal's own description of itself, for libraries that do not read it. */
export async function discover() {
  return (await fetch(`${settings.issuer}/.well-known/openid-configuration`)).json();
}

/** Serve the app; what goes wrong is told as JSON, as a page for developers would. */
export function serve(app) {
  app.use((error, request, response, next) => {
    const { message, code = error.name, status, statusCode } = error;
    response.status(status ?? statusCode ?? 500).json({ failed: { code, message, error: error.error } });
  });
  app.listen(settings.port, "127.0.0.1");
}

export { express };
